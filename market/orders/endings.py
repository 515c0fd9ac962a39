"""How a contract in force ends: what is accepted is paid, what was paid for nothing goes back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.change_models import ContractChange
from market.orders.clauses import clauses_of
from market.orders.contract_forms import ChangeInput
from market.orders.models import Contract, DeliveryBatch, Order
from market.orders.orders import done_quantity
from market.orders.revisions import NOT_FACTS, revised_terms
from market.orders.stages import Standing
from market.orders.states import (
    IN_DISPUTE,
    BatchStatus,
    ChangeStatus,
    ContractStatus,
    OrderStatus,
    Rationale,
)
from market.orders.terms import plain_number
from market.orders.versions import (
    carry_into_order,
    paid_stages,
    reduced_stages,
    require_unmoved,
    supersede,
)

UNDECIDED = (BatchStatus.SUBMITTED, BatchStatus.SAMPLING, *IN_DISPUTE)


class BatchesUndecided(Conflict):
    """A contract ends only once every delivered batch is decided."""

    title = "A delivered batch is not decided"


async def ending_terms(
    contract: Contract, order: Order, *, number: str, reason: str, explanation: str
) -> dict[str, Any]:
    """The text a contract ends with: its quantity is what was accepted; nothing accepted changes none.

    `ending` states what that means in money: earned, paid, and what goes back or is still owed.
    Raises BatchesUndecided.
    """
    if await DeliveryBatch.exists(order_id=order.id, status__in=UNDECIDED):
        raise BatchesUndecided(_("Decide every delivered batch before the contract ends"))
    change = {
        "number": number, "before_digest": contract.digest, "rationale": reason,
        "explanation": explanation,
    }  # fmt: skip
    stand = Standing(await paid_stages(order), await reduced_stages(order), is_ending=True)
    done = await done_quantity(order)
    if not order.accepted_quantity or done == order.quantity:
        facts = {key: value for key, value in contract.terms.items() if key not in NOT_FACTS}
        facts["version"] = contract.version + 1
    else:
        content = ChangeInput(
            rationale=Rationale.VOLUME_CHANGED, explanation=explanation, quantity=done
        )
        facts = revised_terms(
            contract.terms, content, number=number, before_digest=contract.digest,
            delivered=done, stand=stand,
        )  # fmt: skip
        del facts["clauses"]
    facts |= {"change": change, "ending": _statement(contract.terms, facts, order, stand)}
    return {**facts, "clauses": clauses_of(facts)}


def _statement(
    before: Mapping[str, Any], after: Mapping[str, Any], order: Order, stand: Standing
) -> dict[str, Any]:
    """What the end means in money, in fen; a paid stage counts with the vouchers in its amount."""
    paid = sum(
        stand.net_of(stage) for stage in before["payment"] if stage["position"] in stand.fixed
    )
    reduced = sum(stand.reduced.values()) if order.accepted_quantity else 0
    price = after["total_fen"] if order.accepted_quantity else 0
    earned = max(0, price - reduced)
    return {
        "accepted": plain_number(order.accepted_quantity),
        "price_fen": price,
        "reduced_fen": reduced,
        "earned_fen": earned,
        "paid_fen": paid,
        "back_fen": max(0, paid - earned),
        "owed_fen": max(0, earned - paid),
    }


async def end_contract(
    change: ContractChange, contract: Contract, order: Order, *, by: Actor
) -> None:
    """End a locked contract by a signed or due termination.

    Unpaid: the order is cancelled. Nothing accepted: billing gives everything back. Else the order
    shrinks to what was accepted and completes. Raises TermsMoved, BatchesUndecided.
    """
    terms = await ending_terms(
        contract, order, number=change.number, reason=change.rationale,
        explanation=change.explanation,
    )  # fmt: skip
    require_unmoved(change, terms)
    await change.move_to(ChangeStatus.ACTIVE, by=by, decided_at=clock.now())
    delta = change.total_fen - contract.total_fen
    await supersede(change, contract, by=by)
    await contract.move_to(ContractStatus.TERMINATED, by=by, reason=change.rationale)
    if order.status == OrderStatus.PLACED:
        await order.move_to(OrderStatus.CANCELLED, by=by, reason=change.rationale)
        await outbox.record("order.cancelled", order=order.id)
    elif order.accepted_quantity > Decimal(0):
        await carry_into_order(change.terms, order, by=by)
        await outbox.record(
            "contract.changed", contract=contract.id, change=change.id, order=order.id,
            delta_fen=delta,
        )  # fmt: skip
    await outbox.record(
        "contract.terminated", contract=contract.id, change=change.id, order=order.id
    )
