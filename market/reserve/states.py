"""Tiers of the reserve, and the machines of a project and of its moves between tiers."""

from enum import StrEnum

from market.kit.i18n import N_


class Tier(StrEnum):
    """The three tiers, from the lowest up."""

    BASIC = "basic"
    SPECIAL = "special"
    STRATEGIC = "strategic"


ORDER = tuple(Tier)
TIER_WORDS = {
    Tier.BASIC: N_("Basic tier"), Tier.SPECIAL: N_("Special tier"),
    Tier.STRATEGIC: N_("Strategic tier"),
}  # fmt: skip


class ProjectStatus(StrEnum):
    """Where a project stands: handed in, in the reserve, or out of it."""

    SUBMITTED = "submitted"
    ADMITTED = "admitted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


P = ProjectStatus
PROJECT_TRANSITIONS = {
    P.SUBMITTED: frozenset({P.ADMITTED, P.DECLINED, P.WITHDRAWN}),
    P.ADMITTED: frozenset({P.REMOVED}),
    P.DECLINED: frozenset[ProjectStatus](),
    P.WITHDRAWN: frozenset[ProjectStatus](),
    P.REMOVED: frozenset[ProjectStatus](),
}


class TierMoveStatus(StrEnum):
    """What became of a proposed move."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


TIER_MOVE_TRANSITIONS = {
    TierMoveStatus.PROPOSED: frozenset({TierMoveStatus.APPROVED, TierMoveStatus.REFUSED}),
    TierMoveStatus.APPROVED: frozenset[TierMoveStatus](),
    TierMoveStatus.REFUSED: frozenset[TierMoveStatus](),
}
