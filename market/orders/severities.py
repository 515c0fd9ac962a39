"""The severity of inspection of an order, from its inspected lots (GB/T 2828.1 clause 9.3)."""

from typing import Any

from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders import switching
from market.orders.classes import FULL_INSPECTION, results_of
from market.orders.models import AcceptanceSample, Order
from market.orders.sampling import Severity
from market.orders.switching import Switching

REJECTED = "rejected"


class InspectionStopped(Conflict):
    """After five lots not accepted under tightened inspection, clause 9.4."""

    title = "Inspection is discontinued"


async def switching_of(order: Order) -> Switching:
    """Where the order stands: its first-round lots in the order they were drawn, switched one by one.

    Where minor items have an AQL of their own the major class alone switches. A lot drawn before a
    switch under another severity does not count, nor one accepted by silence, which nobody
    inspected. A stop ends with the buyer's consent to resume.
    """
    if order.inspection_level == FULL_INSPECTION:
        return Switching()
    state, resumed = Switching(), order.inspection_resumed_at
    inspected: Any = await AcceptanceSample.filter(
        batch__order_id=order.id, round=1, inspected_at__isnull=False
    ).order_by("id")
    for sample in inspected:
        if sample.severity == state.severity:
            results = results_of(sample, sample.nonconforming)
            major, passes = results[0], all(one.passes for one in results)
            is_refused = passes and sample.verdict == REJECTED
            state = switching.after_lot(
                state, major.plan, major.count, is_refused=is_refused,
                reduction_allowed=order.is_reduction_allowed,
            )  # fmt: skip
        if state.severity is Severity.STOPPED and resumed and resumed > sample.inspected_at:
            state = switching.resume(state)
    return state


async def require_inspection_goes_on(order: Order) -> Switching:
    """The order's switching state; raises InspectionStopped when no further lot may be taken."""
    state = await switching_of(order)
    if state.severity is Severity.STOPPED:
        raise InspectionStopped(
            _("Inspection is discontinued until the buyer agrees that the remedy works")
        )
    return state
