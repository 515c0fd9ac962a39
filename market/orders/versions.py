"""How a decided change becomes the version in force, and what it does to the order."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tortoise.expressions import Q

from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.change_models import ContractChange, ContractVersion
from market.orders.models import Contract, Milestone, Order, OrderLine
from market.orders.orders import count_acceptance
from market.orders.revisions import work_quantity
from market.orders.states import OrderStatus
from market.orders.terms import digest_of

DEAD_PAYMENTS = ("failed", "expired", "cancelled")
ARRIVING_PAYMENTS = ("processing", "succeeded")
LIVE_VOUCHERS = ("reserved", "redeemed", "paid")


class TermsMoved(Conflict):
    """Between proposal and signature a stage was paid or a batch delivered."""

    title = "The order has moved on"


def require_unmoved(change: ContractChange, terms: dict[str, Any]) -> None:
    """Raise TermsMoved when what was signed is not what the order would make of it now."""
    if digest_of(terms) != change.digest:
        raise TermsMoved(
            _("A stage was paid or a batch delivered since: refuse this change and propose it anew")
        )


async def fixed_stages(order: Order) -> set[int]:
    """Positions of the stages that are paid, being paid, or reduced by a voucher: amounts that stay."""
    own = Milestone.filter(order_id=order.id)
    paid = own.filter(Q(payments__id__not_isnull=True), ~Q(payments__status__in=DEAD_PAYMENTS))
    helped = own.filter(voucher_parts__redemption__status__in=LIVE_VOUCHERS)
    found: set[int] = set()
    for query in (paid, helped, own.filter(settlement_line__id__not_isnull=True)):
        found.update(await query.values_list("position", flat=True))  # type: ignore[arg-type]
    return found


async def paid_stages(order: Order) -> set[int]:
    """Positions of the stages whose money is here, or on a rail that takes it no more back."""
    paid = Milestone.filter(order_id=order.id, payments__status__in=ARRIVING_PAYMENTS)
    return set(await paid.values_list("position", flat=True))  # type: ignore[arg-type]


async def reduced_stages(order: Order) -> dict[int, int]:
    """What disputes took off each stage, in fen by position."""
    rows = await Milestone.filter(order_id=order.id, reduced_fen__gt=0)
    return {row.position: row.reduced_fen for row in rows}


async def supersede(change: ContractChange, contract: Contract, *, by: Actor) -> None:
    """Make a change's text the version in force of its locked contract; the version before ends."""
    now = clock.now()
    await ContractVersion.filter(contract_id=contract.id, in_force_until=None).update(
        in_force_until=now
    )
    before = {"version": contract.version, "digest": contract.digest}
    contract.version, contract.terms = change.version, change.terms
    contract.digest, contract.total_fen = change.digest, change.total_fen
    await contract.save(update_fields=["version", "terms", "digest", "total_fen"])
    await ContractVersion.create(
        contract=contract, change=change, number=change.version, terms=change.terms,
        digest=change.digest, total_fen=change.total_fen, in_force_from=now,
    )  # fmt: skip
    after = {"version": contract.version, "digest": contract.digest, "change": change.number}
    await audit.record(contract, "changed", by=by, before=before, after=after)


async def carry_into_order(terms: dict[str, Any], order: Order, *, by: Actor) -> None:
    """Bring a locked order's quantity, price, deadline, lines and stages to its new terms."""
    fields = ("quantity", "unit_price", "total_fen", "due_at")
    before = {name: getattr(order, name) for name in fields}
    work = [line for line in terms["lines"] if line["is_work"] and Decimal(line["quantity"])]
    order.quantity = work_quantity(terms["lines"])
    order.unit_price = Decimal(work[0]["unit_price"])
    order.total_fen = terms["total_fen"]
    if terms["delivery"]["deadline"] and not terms["delivery"]["days"]:
        order.due_at = clock.end_of_day(dt.date.fromisoformat(terms["delivery"]["deadline"]))
    await order.save(update_fields=list(fields))
    for line in terms["lines"]:
        values = {key: value for key, value in line.items() if key != "position"}
        await OrderLine.update_or_create(values, order_id=order.id, position=line["position"])
    for stage in terms["payment"]:
        values = {key: stage[key] for key in stage if key not in ("position", "is_paid")}
        await Milestone.update_or_create(values, order_id=order.id, position=stage["position"])
    after = {name: getattr(order, name) for name in fields}
    await audit.record(order, "terms_changed", by=by, before=before, after=after)
    if order.status == OrderStatus.IN_PROGRESS:
        await count_acceptance(order, by=by)
