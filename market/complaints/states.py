"""State machines and coded words of complaints and violation reports; marketplace.md is the source."""

from enum import StrEnum


class ComplaintStatus(StrEnum):
    """Where an objection or a complaint stands."""

    DRAFT = "draft"
    PENDING = "pending"
    UPHELD = "upheld"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


C = ComplaintStatus
COMPLAINT_TRANSITIONS = {
    C.DRAFT: frozenset({C.PENDING}),
    C.PENDING: frozenset({C.UPHELD, C.DECLINED, C.WITHDRAWN}),
    C.UPHELD: frozenset(),
    C.DECLINED: frozenset(),
    C.WITHDRAWN: frozenset(),
}
DECIDED = (C.UPHELD, C.DECLINED)


class ComplaintLevel(StrEnum):
    """Who decides: the owner (质疑), then the bureau (投诉)."""

    OBJECTION = "objection"
    COMPLAINT = "complaint"


class ComplaintAbout(StrEnum):
    """What is contested."""

    DOCUMENTS = "documents"
    AWARD = "award"


class Ground(StrEnum):
    """On what law a complaint rests; terms.py holds each one's clause."""

    RESTRICTIVE = "restrictive"
    BRAND_NAMED = "brand_named"
    UNCLEAR = "unclear"
    TOO_LITTLE_TIME = "too_little_time"
    UNLAWFUL_CRITERIA = "unlawful_criteria"
    WRONG_EVALUATION = "wrong_evaluation"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    WINNER_UNQUALIFIED = "winner_unqualified"
    FALSE_MATERIAL = "false_material"
    COLLUSION = "collusion"
    PROCEDURE_BREACH = "procedure_breach"


class Ruling(StrEnum):
    """The coded decision; terms.py says which status each one means."""

    AMEND_DOCUMENTS = "amend_documents"
    SET_ASIDE = "set_aside"
    BREACH_RECORDED = "breach_recorded"
    NO_BREACH = "no_breach"
    UNFOUNDED = "unfounded"
    INADMISSIBLE = "inadmissible"


class ViolationStatus(StrEnum):
    """Where a report of a violation stands."""

    DRAFT = "draft"
    PENDING = "pending"
    UPHELD = "upheld"
    DECLINED = "declined"


V = ViolationStatus
VIOLATION_TRANSITIONS = {
    V.DRAFT: frozenset({V.PENDING}),
    V.PENDING: frozenset({V.UPHELD, V.DECLINED}),
    V.UPHELD: frozenset(),
    V.DECLINED: frozenset(),
}


class ViolationKind(StrEnum):
    """What someone is reported for."""

    FALSE_INFORMATION = "false_information"
    COLLUSION = "collusion"
    OFF_PLATFORM_PAYMENT = "off_platform_payment"
    DATA_LEAK = "data_leak"
    DATA_REUSE = "data_reuse"
    HARASSMENT = "harassment"


class Measure(StrEnum):
    """What follows from an upheld report, the mildest first."""

    WARNING = "warning"
    POINTS = "points"
    SUSPENSION = "suspension"
