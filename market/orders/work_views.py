"""What the pages show of guidelines and annotators, and who may do what there now."""

from collections.abc import Sequence
from dataclasses import dataclass

from market.directory.models import Talent
from market.kit.actor import Actor
from market.orders.assignments import KEEPERS, OVER, requirement_of
from market.orders.guideline_versions import versions_of
from market.orders.guidelines import WRITERS
from market.orders.models import Order
from market.orders.states import OrderStatus
from market.orders.views import Side, side_of
from market.orders.work_models import AnnotatorGroup, Assignment, GuidelineVersion
from market.training.standing import Reason, Requirement, standings_of

LIVE = (OrderStatus.PLACED, OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class GuidelinesView:
    """The versions of a guideline, and whether the reader may publish another."""

    versions: Sequence[GuidelineVersion]
    may_publish: bool


async def guidelines_view(order: Order, actor: Actor) -> GuidelinesView:
    """Everything the guideline page shows."""
    side = side_of(actor, order.buyer_id, order.supplier_id)
    rows = GuidelineVersion.filter(order_id=order.id).select_related("file", "change")
    return GuidelinesView(
        versions=await rows.order_by("-sequence"),
        may_publish=side.is_buyer and side.may(*WRITERS) and order.status in LIVE,
    )


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with who is in it now."""

    group: AnnotatorGroup
    members: Sequence[Assignment]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A talent that could be assigned, with every check."""

    talent: Talent
    reasons: Sequence[Reason]

    @property
    def is_fit(self) -> bool:
        """Whether every check holds."""
        return all(reason.met for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class AnnotatorsView:
    """The groups of an order, and for the supplier whom it may assign."""

    side: Side
    needed: Requirement
    groups: Sequence[GroupView]
    candidates: Sequence[Candidate]
    may_assign: bool


async def annotators_view(order: Order, actor: Actor) -> AnnotatorsView:
    """Everything the annotators' page shows; candidates only to the supplier who may assign."""
    side = side_of(actor, order.buyer_id, order.supplier_id)
    needed = await requirement_of(order)
    rows = Assignment.filter(group__order_id=order.id, removed_at=None).select_related("talent")
    assigned = await rows.order_by("is_reviewer", "pseudonym")
    may_assign = side.is_supplier and side.may(*KEEPERS) and order.status not in OVER
    groups = await AnnotatorGroup.filter(order_id=order.id).order_by("code")
    return AnnotatorsView(
        side=side,
        needed=needed,
        groups=[
            GroupView(group, [row for row in assigned if row.group_id == group.id])
            for group in groups
        ],
        candidates=await _candidates(order, needed, assigned) if may_assign else [],
        may_assign=may_assign,
    )


async def _candidates(
    order: Order, needed: Requirement, assigned: Sequence[Assignment]
) -> list[Candidate]:
    """The firm's talents that stand in no group of the order, the fit ones first."""
    taken = {row.talent_id for row in assigned}
    talents = await Talent.filter(organisation_id=order.supplier_id).order_by("name", "id")
    free = [talent for talent in talents if talent.id not in taken]
    standings = await standings_of(free, needed)
    found = [Candidate(talent, standings[talent.id]) for talent in free]
    return sorted(found, key=lambda candidate: not candidate.is_fit)


async def delivery_choices(order: Order) -> dict[str, list[tuple[str, str]]]:
    """The guideline versions and groups that a delivery may name, for its form."""
    groups = await AnnotatorGroup.filter(order_id=order.id).order_by("code")
    return {
        "guidelines": [(row.label, row.label) for row in await versions_of(order)],
        "groups": [(row.code, f"{row.code} · {row.name}") for row in groups],
    }
