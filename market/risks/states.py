"""A flag's case: open until somebody has looked, open again when its evidence has changed."""

from enum import StrEnum


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


C = CaseStatus
CASE_TRANSITIONS = {
    C.OPEN: frozenset({C.CONFIRMED, C.DISMISSED}),
    C.CONFIRMED: frozenset({C.OPEN}),
    C.DISMISSED: frozenset({C.OPEN}),
}


class Decision(StrEnum):
    """What the person who looked decided."""

    INVESTIGATE = "investigate"
    SUMMON = "summon"
    REMIND = "remind"
    LEGITIMATE = "legitimate"
    WRONG_DATA = "wrong_data"


STATUS_AFTER = {
    Decision.INVESTIGATE: CaseStatus.CONFIRMED,
    Decision.SUMMON: CaseStatus.CONFIRMED,
    Decision.REMIND: CaseStatus.CONFIRMED,
    Decision.LEGITIMATE: CaseStatus.DISMISSED,
    Decision.WRONG_DATA: CaseStatus.DISMISSED,
}
