"""Verbs of a change to a contract in force: propose, sign, refuse; the second signature applies it."""

from decimal import Decimal
from typing import Any

from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.change_models import ContractChange
from market.orders.contract_forms import ChangeInput
from market.orders.endings import end_contract
from market.orders.models import Contract, DeliveryBatch, Order
from market.orders.parties import require_party, require_side
from market.orders.revisions import revised_terms
from market.orders.signatures import are_both_signed, sign_text
from market.orders.stages import Standing
from market.orders.states import (
    BatchStatus,
    ChangeKind,
    ChangeStatus,
    ContractStatus,
    OrderStatus,
)
from market.orders.terms import digest_of
from market.orders.versions import (
    carry_into_order,
    fixed_stages,
    reduced_stages,
    require_unmoved,
    supersede,
)
from market.tendering.models import Job

PROPOSERS = (Role.BUYER, Role.SALES, Role.PROJECT)
LIVE = (OrderStatus.PLACED, OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)


class ContractNotInForce(Conflict):
    """Only a contract in force, whose order is under way, is changed or ended."""

    title = "The contract is not in force"


class ChangePending(Conflict):
    """One change is decided at a time."""

    title = "Another change awaits signatures"


class ChangeNotOpen(Conflict):
    """Only a change that awaits signatures is signed or refused."""

    title = "The change is decided"


@atomic()
async def propose_change(contract: Contract, content: ChangeInput, *, by: Actor) -> ContractChange:
    """Write the next version of a contract in force, for both sides to sign; paid stages stay.

    Raises ContractNotInForce, ChangePending, InvalidInput, NotPermitted.
    """
    contract, order = await locked_in_force(contract)
    require_side(by, _side(order, by), *PROPOSERS)
    await require_no_pending(contract)
    number = await next_number("CC")
    terms = await _next_terms(contract, order, content, number=number)
    change = await ContractChange.create(
        number=number,
        contract=contract,
        version=contract.version + 1,
        rationale=content.rationale.value,
        explanation=content.explanation,
        content=content.model_dump(mode="json", exclude_none=True),
        before_digest=contract.digest,
        before_total_fen=contract.total_fen,
        terms=terms,
        digest=digest_of(terms),
        total_fen=terms["total_fen"],
        proposed_by_organisation_id=by.organisation_id,
    )
    await audit.record(change, "proposed", by=by, after={"digest": change.digest})
    await outbox.record("contract.change_proposed", change=change.id)
    return change


async def locked_in_force(contract: Contract) -> tuple[Contract, Order]:
    """A contract in force and its order under way, both locked: Job, Order, Contract in that order."""
    await lock_id(Job, contract.job_id)
    order = await Order.select_for_update().get_or_none(contract_id=contract.id)
    contract = await lock(contract)
    if order is None or contract.status != ContractStatus.ACTIVE or order.status not in LIVE:
        raise ContractNotInForce(_("Only a contract whose order is under way can be changed"))
    return contract, order


async def require_no_pending(contract: Contract) -> None:
    """Raise ChangePending while another change of a locked contract is undecided."""
    if await ContractChange.exists(contract_id=contract.id, status=ChangeStatus.PENDING):
        raise ChangePending(_("Decide the change that awaits signatures first"))


def _side(order: Order, by: Actor) -> Any:
    is_buyer = by.organisation_id == order.buyer_id
    return order.buyer_id if is_buyer else order.supplier_id


async def _next_terms(
    contract: Contract, order: Order, content: ChangeInput, *, number: str
) -> dict[str, Any]:
    batches = await DeliveryBatch.filter(order_id=order.id).exclude(status=BatchStatus.PLANNED)
    return revised_terms(
        contract.terms, content, number=number, before_digest=contract.digest,
        delivered=sum((batch.quantity for batch in batches), Decimal(0)),
        stand=Standing(await fixed_stages(order), await reduced_stages(order)),
    )  # fmt: skip


@atomic()
async def sign_change(change: ContractChange, *, digest: str, by: Actor) -> ContractChange:
    """Sign a change for one side, an owner's act, over the digest that was read; the second signature
    makes it the version in force and carries it into the order.

    Raises ChangeNotOpen, TermsMoved, DigestMismatch, AlreadySigned, NotPermitted.
    """
    contract, order = await locked_in_force(await Contract.get(id=change.contract_id))
    change = await lock(change)
    require_party(by, contract.buyer_id, contract.supplier_id)
    if change.status != ChangeStatus.PENDING or change.notice_ends_at:
        raise ChangeNotOpen(_("This change does not await signatures"))
    signature = await sign_text(contract, change.terms, on_file=change.digest, digest=digest, by=by)
    await audit.record(change, "signed", by=by, after=signature)
    await outbox.record("contract.change_signed", change=change.id)
    if await are_both_signed(contract, digest):
        await _apply(change, contract, order, by=by)
    return change


async def _apply(change: ContractChange, contract: Contract, order: Order, *, by: Actor) -> None:
    if change.kind == ChangeKind.TERMINATION:
        await end_contract(change, contract, order, by=by)
        return
    content = ChangeInput.model_validate(change.content)
    require_unmoved(change, await _next_terms(contract, order, content, number=change.number))
    await change.move_to(ChangeStatus.ACTIVE, by=by, decided_at=clock.now())
    await supersede(change, contract, by=by)
    await carry_into_order(change.terms, order, by=by)
    await outbox.record(
        "contract.changed", contract=contract.id, change=change.id, order=order.id,
        delta_fen=change.total_fen - change.before_total_fen,
    )  # fmt: skip


@atomic()
async def refuse_change(change: ContractChange, *, reason: str, by: Actor) -> ContractChange:
    """Refuse a change, or take back one's own; a notice only its giver takes back. An owner's act.

    Raises ChangeNotOpen, NotPermitted.
    """
    contract = await Contract.get(id=change.contract_id)
    await lock_id(Job, contract.job_id)
    change = await lock(change)
    giver = change.proposed_by_organisation_id
    may = (giver,) if change.notice_ends_at else (contract.buyer_id, contract.supplier_id)
    require_party(by, *(party for party in may if party is not None))
    if change.status != ChangeStatus.PENDING:
        raise ChangeNotOpen(_("This change is decided already"))
    await change.move_to(
        ChangeStatus.CANCELLED, by=by, reason=reason, closing_reason=reason, decided_at=clock.now()
    )
    await outbox.record("contract.change_refused", change=change.id)
    return change
