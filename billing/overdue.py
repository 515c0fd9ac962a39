"""Who is late with what, by the 802 clock: for both parties, the bureau of either's region, the operator."""

from tortoise.expressions import Q

from billing.access import READERS, missing, region_prefix
from billing.stages import Stage, stages_by_order
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind
from market.kit import clock
from market.kit.actor import Actor
from market.orders.models import Milestone, Order
from market.orders.states import OrderStatus

LIVE = (
    OrderStatus.PLACED,
    OrderStatus.FUNDED,
    OrderStatus.IN_PROGRESS,
    OrderStatus.COMPLETED,
)


async def overdue_stages(actor: Actor) -> list[Stage]:
    """The reached stages nobody has paid in time, the latest first, as far as the actor may see them.

    Raises NotFound for organisations that are neither party, bureau nor operator.
    """
    require(actor, *READERS, verified=False)
    reached = await Milestone.filter(reached_at__lt=clock.now()).values_list("order_id", flat=True)
    orders = (
        await Order.filter(_visible(actor), id__in=list(set(reached)), status__in=LIVE)
        .select_related("buyer", "supplier")
        .order_by("-id")
    )
    owed = await stages_by_order(orders)
    late = [
        stage
        for stages in owed.values()
        for stage in stages
        if stage.is_payable and stage.clock is not None and stage.clock.is_overdue
    ]
    return sorted(late, key=days_late, reverse=True)


def days_late(stage: Stage) -> int:
    """Days since a stage was due; 0 when it is not late."""
    return stage.clock.days_late if stage.clock else 0


def _visible(actor: Actor) -> Q:
    if actor.kind == OrganisationKind.OPERATOR:
        return Q()
    if actor.kind == OrganisationKind.BUREAU:
        prefix = region_prefix(actor)
        return Q(buyer__region_code__startswith=prefix) | Q(
            supplier__region_code__startswith=prefix
        )
    if actor.organisation_id is None:
        raise missing()
    return Q(buyer_id=actor.organisation_id) | Q(supplier_id=actor.organisation_id)
