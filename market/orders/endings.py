"""How a contract in force ends: what is accepted is paid, what was paid for nothing goes back."""

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
from market.orders.revisions import revised_terms
from market.orders.states import (
    IN_DISPUTE,
    BatchStatus,
    ChangeStatus,
    ContractStatus,
    OrderStatus,
    Rationale,
)
from market.orders.versions import carry_into_order, fixed_stages, require_unmoved, supersede

UNDECIDED = (BatchStatus.SUBMITTED, BatchStatus.SAMPLING, *IN_DISPUTE)


class BatchesUndecided(Conflict):
    """A contract ends only once every delivered batch is decided."""

    title = "A delivered batch is not decided"


async def ending_terms(
    contract: Contract, order: Order, *, number: str, reason: str, explanation: str
) -> dict[str, Any]:
    """The text a contract ends with: its quantity is what was accepted; nothing accepted changes none.

    Raises BatchesUndecided, InvalidInput when more is paid than was accepted.
    """
    if await DeliveryBatch.exists(order_id=order.id, status__in=UNDECIDED):
        raise BatchesUndecided(_("Decide every delivered batch before the contract ends"))
    change = {
        "number": number, "before_digest": contract.digest, "rationale": reason,
        "explanation": explanation,
    }  # fmt: skip
    if not order.accepted_quantity or order.accepted_quantity == order.quantity:
        facts = {key: value for key, value in contract.terms.items() if key != "clauses"}
        facts |= {"version": contract.version + 1, "change": change}
    else:
        content = ChangeInput(
            rationale=Rationale.VOLUME_CHANGED, explanation=explanation,
            quantity=order.accepted_quantity,
        )  # fmt: skip
        facts = revised_terms(
            contract.terms, content, number=number, before_digest=contract.digest,
            delivered=order.accepted_quantity, fixed=await fixed_stages(order),
        )  # fmt: skip
        facts = {**facts, "change": change}
        del facts["clauses"]
    return {**facts, "clauses": clauses_of(facts)}


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
