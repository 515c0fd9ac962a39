"""State machines and coded words of fairs."""

from enum import StrEnum


class FairStatus(StrEnum):
    """Where a fair stands; registration is open from `opens_at` to `closes_at` of an open one."""

    DRAFT = "draft"
    OPEN = "open"
    PUBLISHED = "published"
    HELD = "held"
    CANCELLED = "cancelled"


F = FairStatus
FAIR_TRANSITIONS = {
    F.DRAFT: frozenset({F.OPEN, F.CANCELLED}),
    F.OPEN: frozenset({F.PUBLISHED, F.CANCELLED}),
    F.PUBLISHED: frozenset({F.HELD, F.CANCELLED}),
    F.HELD: frozenset(),
    F.CANCELLED: frozenset(),
}


class RegistrationStatus(StrEnum):
    """Whether a party comes."""

    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"


REGISTRATION_TRANSITIONS = {
    RegistrationStatus.REGISTERED: frozenset({RegistrationStatus.WITHDRAWN}),
    RegistrationStatus.WITHDRAWN: frozenset({RegistrationStatus.REGISTERED}),
}


class TimetableStatus(StrEnum):
    """A computation: asked for, under way, done, failed, or overtaken by a change of what it rests on."""

    WAITING = "waiting"
    SOLVING = "solving"
    SOLVED = "solved"
    FAILED = "failed"
    OVERTAKEN = "overtaken"


T = TimetableStatus
TIMETABLE_TRANSITIONS = {
    T.WAITING: frozenset({T.SOLVING, T.OVERTAKEN}),
    T.SOLVING: frozenset({T.SOLVED, T.FAILED, T.OVERTAKEN}),
    T.SOLVED: frozenset({T.OVERTAKEN}),
    T.FAILED: frozenset({T.OVERTAKEN}),
    T.OVERTAKEN: frozenset(),
}


class Side(StrEnum):
    """Which side of a table a party sits on."""

    BUYER = "buyer"
    SUPPLIER = "supplier"


class Attendance(StrEnum):
    """Who came to a meeting."""

    BOTH = "both"
    BUYER_ABSENT = "buyer_absent"
    SUPPLIER_ABSENT = "supplier_absent"
    NEITHER = "neither"


class Outcome(StrEnum):
    """What came of a meeting."""

    OPEN = "open"
    INTENT = "intent"
    DEAL = "deal"
    NONE = "none"
