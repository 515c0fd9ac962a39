"""Verbs that end a contract in force: by both signatures, by one side's notice, or because it is done."""

import datetime as dt

import structlog
from tortoise.expressions import Subquery

from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import AppError, Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.change_models import ContractChange
from market.orders.changes import locked_in_force, require_no_pending
from market.orders.contract_forms import NoticeInput, TerminationInput
from market.orders.endings import end_contract, ending_terms
from market.orders.models import Contract, DeliveryBatch, Milestone, Order
from market.orders.parties import require_party
from market.orders.states import (
    BatchStatus,
    ChangeKind,
    ChangeStatus,
    ContractStatus,
    EndReason,
    OrderStatus,
)
from market.orders.terms import digest_of
from market.orders.versions import fixed_stages

CLOCK = Actor.system("contracts")
AT_ONCE = 200
log = structlog.get_logger(__name__)


class NoGround(Conflict):
    """The facts on the platform do not carry the reason given."""

    title = "The reason does not hold"


@atomic()
async def propose_termination(
    contract: Contract, content: TerminationInput, *, by: Actor
) -> ContractChange:
    """Propose to end a contract, an owner's act; it ends when both have signed.

    Raises ContractNotInForce, ChangePending, BatchesUndecided, NotPermitted.
    """
    contract, order = await locked_in_force(contract)
    require_party(by, contract.buyer_id, contract.supplier_id)
    change = await _termination(contract, order, content, notice_ends_at=None, by=by)
    await outbox.record("contract.change_proposed", change=change.id)
    return change


@atomic()
async def give_notice(contract: Contract, content: NoticeInput, *, by: Actor) -> ContractChange:
    """End a contract alone, an owner's act, for a coded reason that the facts carry (民法典 第五百六十三条,
    第五百六十五条); in force once the agreed working days of notice are over.

    Raises NoGround, ContractNotInForce, ChangePending, BatchesUndecided, NotPermitted.
    """
    contract, order = await locked_in_force(contract)
    require_party(by, contract.buyer_id, contract.supplier_id)
    await _require_ground(content.reason, order, is_buyer=by.organisation_id == order.buyer_id)
    days = contract.terms["termination"]["notice_days"]
    until = clock.end_of_day(clock.add_working_days(clock.today(), days))
    change = await _termination(contract, order, content, notice_ends_at=until, by=by)
    await outbox.record("contract.notice_given", change=change.id)
    return change


async def _termination(
    contract: Contract, order: Order, content: TerminationInput | NoticeInput, *,
    notice_ends_at: dt.datetime | None, by: Actor,
) -> ContractChange:  # fmt: skip
    await require_no_pending(contract)
    number = await next_number("CC")
    terms = await ending_terms(
        contract, order, number=number, reason=content.reason.value,
        explanation=content.explanation,
    )  # fmt: skip
    change = await ContractChange.create(
        number=number, contract=contract, kind=ChangeKind.TERMINATION,
        version=contract.version + 1, rationale=content.reason.value,
        explanation=content.explanation, before_digest=contract.digest,
        before_total_fen=contract.total_fen, terms=terms, digest=digest_of(terms),
        total_fen=terms["total_fen"], proposed_by_organisation_id=by.organisation_id,
        notice_ends_at=notice_ends_at,
    )  # fmt: skip
    await audit.record(change, "proposed", by=by, after={"digest": change.digest})
    return change


async def _require_ground(reason: EndReason, order: Order, *, is_buyer: bool) -> None:
    if reason == EndReason.FORCE_MAJEURE:
        return
    if (reason == EndReason.LATE_PAYMENT) == is_buyer:
        raise NoGround(_("This reason is the other side's to give"))
    if reason == EndReason.LATE_DELIVERY and not (order.due_at and order.due_at < clock.now()):
        raise NoGround(_("The delivery is not overdue"))
    if reason == EndReason.LATE_PAYMENT and not await _has_overdue_stage(order):
        raise NoGround(_("No payment is overdue"))
    if reason == EndReason.REWORK_EXHAUSTED and not await _is_rework_exhausted(order):
        raise NoGround(_("A batch still has a round of rework left"))


async def _has_overdue_stage(order: Order) -> bool:
    overdue = Milestone.filter(order_id=order.id, due_at__lt=clock.now())
    return await overdue.exclude(position__in=await fixed_stages(order)).exists()


async def _is_rework_exhausted(order: Order) -> bool:
    return await DeliveryBatch.exists(
        order_id=order.id, status=BatchStatus.REJECTED, round__gt=order.rework_limit
    )


async def end_due_contracts() -> int:
    """End contracts whose notice is over, and those performed to the last payment; how many."""
    due = ContractChange.filter(status=ChangeStatus.PENDING, notice_ends_at__lt=clock.now())
    ended = 0
    for change in await due.order_by("id").limit(AT_ONCE):
        try:
            ended += await _end_by_notice(change)
        except AppError as exc:
            log.info("notice waits", change=change.number, why=exc.message)
    performed = Contract.filter(status=ContractStatus.ACTIVE, order__status=OrderStatus.COMPLETED)
    running = Milestone.filter(order__status=OrderStatus.COMPLETED, due_at__gt=clock.now())
    waiting = Subquery(running.values("order_id"))
    for contract in await performed.exclude(order__id__in=waiting).limit(AT_ONCE):
        ended += await _end_performed(contract)
    return ended


@atomic()
async def _end_by_notice(change: ContractChange) -> bool:
    contract, order = await locked_in_force(await Contract.get(id=change.contract_id))
    change = await lock(change)
    if change.status != ChangeStatus.PENDING:
        return False
    change.terms = await ending_terms(
        contract, order, number=change.number, reason=change.rationale,
        explanation=change.explanation,
    )  # fmt: skip
    change.digest, change.total_fen = digest_of(change.terms), change.terms["total_fen"]
    await change.save(update_fields=["terms", "digest", "total_fen"])
    await end_contract(change, contract, order, by=CLOCK)
    return True


@atomic()
async def _end_performed(contract: Contract) -> bool:
    contract = await lock(contract)
    if contract.status != ContractStatus.ACTIVE:
        return False
    await contract.move_to(ContractStatus.TERMINATED, by=CLOCK, reason=EndReason.PERFORMED.value)
    return True
