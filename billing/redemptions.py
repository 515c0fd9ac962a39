"""Vouchers on an order: quoted, reserved from the pool, redeemed at acceptance, paid by the treasury."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from tortoise.expressions import F

from billing import ledger
from billing.chart import (
    buyer_payable,
    credit,
    debit,
    order_pledged,
    subsidy_payable,
    treasury_receivable,
)
from billing.models import (
    VoucherAllocation,
    VoucherDraw,
    VoucherPool,
    VoucherProgramme,
    VoucherRedemption,
)
from billing.offers import Offer, offer_for, side_of
from billing.order_claims import Claimant, Facts, facts_of
from billing.programmes import left_in, lock_pools, remaining_of, rule_of, take_turn
from billing.redemption_guards import (
    VoucherNotRedeemable,
    require_alone,
    require_open,
    stage_shares,
)
from billing.stages import Stage, stages_of
from billing.states import RedemptionStatus
from billing.voucher_models import VoucherApplication
from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox, rows
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.kit.numbers import next_number
from market.orders import orders
from market.orders.models import Order
from market.orders.parties import require_side
from market.orders.states import MilestoneKind, OrderStatus

# Modes in which the treasury pays the supplier, so that the buyer pays less.
DEDUCTING = ("deduct_at_source", "supplier_redeems")


async def redeem_voucher(
    order: Order, *, programme: VoucherProgramme, by: Actor
) -> VoucherRedemption:
    """Reserve what the rule grants an order, from the pool, under this version for ever (V1-V3).

    Where the issuer reviews on this platform, the review reserves instead. Raises
    VoucherNotRedeemable, NotPermitted.
    """
    claimant = side_of(order, by)
    subject_id = order.supplier_id if claimant == "supplier" else order.buyer_id
    require_side(by, subject_id, Role.BUYER, Role.FINANCE)
    if programme.reviewed_since is not None:
        raise VoucherNotRedeemable(
            _("The issuer reviews each claim on this platform: submit an application")
        )
    return await reserve_grant(order, programme, claimant=claimant, by=by)


@atomic()
async def reserve_grant(
    order: Order,
    programme: VoucherProgramme,
    *,
    claimant: Claimant,
    by: Actor,
    is_filed: bool = False,
) -> VoucherRedemption:
    """What the rule grants one side of an order now, taken from the pool (V1-V3).

    Claims of a programme take turns; while its budget is used up they are refused without. An
    application filed under a version keeps it when the next one is published.
    Raises VoucherNotRedeemable.
    """
    order = await rows.lock(order)
    facts = await facts_of(order)
    require_open(order, programme, is_filed=is_filed)
    rule = rule_of(programme)
    committed = await remaining_of(programme, rule)
    if not all(committed.values()):
        _usable(await offer_for(facts, programme, claimant=claimant, remaining=committed))
    versions = await take_turn(programme)
    [programme] = [row for row in versions if row.id == programme.id]
    require_open(order, programme, is_filed=is_filed)
    pools = await lock_pools(programme, rule, versions)
    remaining = {key: left_in(pool) for key, pool in pools.items()}
    offer = _usable(await offer_for(facts, programme, claimant=claimant, remaining=remaining))
    require_alone(facts, offer.rule)
    takes_over = programme.mode in DEDUCTING
    shares = stage_shares(facts, offer.quote.grant_fen) if takes_over else {}
    redemption = await _write(facts, offer, claimant, list(pools.values()), shares)
    if order.status == OrderStatus.PLACED and (await stages_of(order))[0].is_paid:
        await orders.mark_funded(order, by=by)  # the voucher covers the first stage in full
    return redemption


def _usable(offer: Offer) -> Offer:
    if offer.redemption is not None:
        number = offer.redemption.number
        raise VoucherNotRedeemable(
            _("Voucher %(number)s is reserved for this order", number=number)
        )
    if not offer.is_usable:
        raise VoucherNotRedeemable(" ".join(offer.reasons))
    return offer


async def _write(
    facts: Facts,
    offer: Offer,
    claimant: Claimant,
    pools: Sequence[VoucherPool],
    shares: Mapping[UUID, int],
) -> VoucherRedemption:
    """The voucher, what it draws from locked pools and takes off stages, and the news of it."""
    order, fen = facts.order, offer.quote.grant_fen
    if any(left_in(pool) < fen for pool in pools):
        raise VoucherNotRedeemable(_("The programme's budget is used up"))
    redemption_id = uuid7()
    row = {
        "id": redemption_id,
        "programme_id": offer.programme.id,
        "order_id": order.id,
        "claimant_id": order.supplier_id if claimant == "supplier" else order.buyer_id,
        "mode": offer.programme.mode,
        "grant_fen": fen,
        "binding": offer.quote.binding,
        "split": dict(offer.quote.split),
        "claim": offer.claim.model_dump(mode="json"),
        "trace": dict(offer.quote.trace),
        "decided_at": clock.now(),
        "number": await next_number("V"),
    }
    whose = {"redemption_id": redemption_id}
    draws = [{**whose, "pool_id": pool.id, "amount_fen": fen} for pool in pools]
    parts = [{**whose, "milestone_id": at, "amount_fen": part} for at, part in shares.items()]
    await rows.together(
        partial(rows.insert, VoucherRedemption, [row]),
        partial(rows.add, VoucherPool, ("reserved_fen",), {pool.id: [fen] for pool in pools}),
        partial(rows.insert, VoucherDraw, draws),
        partial(rows.insert, VoucherAllocation, parts),
        partial(outbox.record_all, [("voucher.decided", {"redemption": redemption_id})]),
    )
    return rows.saved(VoucherRedemption, row)


@atomic()
async def release_voucher(redemption: VoucherRedemption, *, by: Actor) -> VoucherRedemption:
    """Give a reserved voucher back while nothing was paid on the strength of it.

    Raises VoucherNotRedeemable, InvalidTransition, NotPermitted.
    """
    require_side(by, redemption.claimant_id, Role.BUYER, Role.FINANCE)
    return await give_back(redemption, by=by)


@atomic()
async def give_back(redemption: VoucherRedemption, *, by: Actor) -> VoucherRedemption:
    """Exactly what was reserved is free again (V8), unless a stage it reduced is paid or being paid.

    Raises VoucherNotRedeemable, InvalidTransition.
    """
    order = await lock_id(Order, redemption.order_id)
    reduced = set(
        await VoucherAllocation.filter(redemption=redemption).values_list("milestone_id", flat=True)
    )
    stages = [stage for stage in await stages_of(order) if stage.milestone.id in reduced]
    if any(stage.payment or stage.is_paid for stage in stages):
        raise VoucherNotRedeemable(_("A stage this voucher reduced is paid or being paid"))
    return await _resolve(redemption, RedemptionStatus.RELEASED, by=by)


@atomic()
async def release_all(order: Order, *, by: Actor) -> None:
    """Every voucher reserved for an order that has ended goes back to its pool (V8)."""
    for redemption in await _reserved_for(order):
        await _resolve(redemption, RedemptionStatus.RELEASED, by=by)


@atomic()
async def redeem_due(order: Order, *, by: Actor) -> None:
    """An accepted order redeems its vouchers; one that pays the buyer back once the buyer has paid."""
    order = await lock(order)
    if order.status != OrderStatus.COMPLETED:
        return
    is_paid_up = _is_paid_up(await stages_of(order))
    redeemed = [
        await _resolve(redemption, RedemptionStatus.REDEEMED, by=by)
        for redemption in await _reserved_for(order)
        if redemption.mode in DEDUCTING or is_paid_up
    ]
    for redemption in redeemed:  # accounts are locked after the last programme
        await _post(redemption, order)


async def _reserved_for(order: Order) -> list[VoucherRedemption]:
    """In the order in which their programmes are locked."""
    reserved = VoucherRedemption.filter(order_id=order.id, status=RedemptionStatus.RESERVED)
    return await reserved.order_by("programme_id")


def _is_paid_up(stages: list[Stage]) -> bool:
    return all(stage.is_paid for stage in stages if stage.milestone.kind != MilestoneKind.RETENTION)


async def _post(redemption: VoucherRedemption, order: Order) -> None:
    """What the treasuries owe for a redeemed voucher, and to whom."""
    fen = redemption.grant_fen
    beneficiary = await Organisation.get(id=beneficiary_id(redemption, order))
    takes_over = redemption.mode in DEDUCTING
    await ledger.post(
        [
            *(debit(treasury_receivable(name), part) for name, part in redemption.split.items()),
            credit(subsidy_payable(beneficiary.number), fen),
            debit(order_pledged(order.number), fen if takes_over else 0),
            credit(buyer_payable(order.number), fen if takes_over else 0),
        ],
        kind="voucher",
        key=f"voucher:{redemption.id}",
        order=order,
    )
    await outbox.record("voucher.decided", redemption=redemption.id)


def beneficiary_id(redemption: VoucherRedemption, order: Order) -> UUID:
    """Whom the treasury pays: the supplier, or the claimant who already paid."""
    return order.supplier_id if redemption.mode in DEDUCTING else redemption.claimant_id


async def _resolve(
    redemption: VoucherRedemption, status: RedemptionStatus, *, by: Actor
) -> VoucherRedemption:
    """Resolve a reservation, once (V4); what it drew is free again, or spent."""
    await lock_id(VoucherProgramme, redemption.programme_id)
    redemption = await lock(redemption)
    await redemption.move_to(status, by=by)
    spent = status == RedemptionStatus.REDEEMED
    for draw in await VoucherDraw.filter(redemption=redemption).order_by("pool_id"):
        await VoucherPool.filter(id=draw.pool_id).update(
            reserved_fen=F("reserved_fen") - draw.amount_fen,
            redeemed_fen=F("redeemed_fen") + (draw.amount_fen if spent else 0),
        )
    if not spent:
        await outbox.record("voucher.decided", redemption=redemption.id)
    return redemption


@atomic()
async def record_treasury_payment(
    redemption: VoucherRedemption, *, reference: str, by: Actor
) -> VoucherRedemption:
    """The treasury has paid a redeemed voucher to its beneficiary: its debt and ours are gone.

    A bureau's finance role. Raises InvalidTransition, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.BUREAU)
    if await VoucherApplication.exists(redemption=redemption, step__not="pay"):
        raise VoucherNotRedeemable(_("The use must be verified and the payment claimed first"))
    order = await lock_id(Order, redemption.order_id)
    redemption = await lock(redemption)
    await redemption.move_to(RedemptionStatus.PAID, by=by, paid_reference=reference)
    beneficiary = await Organisation.get(id=beneficiary_id(redemption, order))
    await ledger.post(
        [
            debit(subsidy_payable(beneficiary.number), redemption.grant_fen),
            *(credit(treasury_receivable(name), part) for name, part in redemption.split.items()),
        ],
        kind="voucher_paid",
        key=f"voucher_paid:{redemption.id}",
        order=order,
    )
    await outbox.record("voucher.paid", redemption=redemption.id)
    return redemption
