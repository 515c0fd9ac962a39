"""State machines of a dispute and of a third reading; marketplace.md is the source."""

from enum import StrEnum


class DisputeStatus(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    ANSWERED = "answered"
    MEDIATION = "mediation"
    RE_MEASUREMENT = "re_measurement"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


S = DisputeStatus
DISPUTE_TRANSITIONS = {
    S.OPEN: frozenset({S.ANSWERED, S.MEDIATION, S.WITHDRAWN}),
    S.ANSWERED: frozenset({S.MEDIATION, S.RESOLVED, S.WITHDRAWN}),
    S.MEDIATION: frozenset({S.RE_MEASUREMENT, S.RESOLVED}),
    S.RE_MEASUREMENT: frozenset({S.RESOLVED}),
    S.RESOLVED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
LIVE = (S.OPEN, S.ANSWERED, S.MEDIATION, S.RE_MEASUREMENT)
MEDIATED = (S.MEDIATION, S.RE_MEASUREMENT)


class Ground(StrEnum):
    """What a dispute is about."""

    QUALITY = "quality"
    GUIDELINE = "guideline"
    INSPECTION = "inspection"
    INCOMPLETE = "incomplete"
    FORMAT = "format"
    CONFIDENTIALITY = "confidentiality"
    OTHER = "other"


class Way(StrEnum):
    """How a dispute came to its amount."""

    AMOUNTS = "amounts"
    PROPOSAL = "proposal"
    MEASUREMENT = "measurement"
    DECISION = "decision"


class DecisionCode(StrEnum):
    """Why the bureau decides instead of the procedure."""

    NO_READER = "no_reader"
    MEASUREMENT_FLAWED = "measurement_flawed"
    FRAUD = "fraud"
    EXCEPTIONAL = "exceptional"


class ReadingStatus(StrEnum):
    """Where a third reader stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    MARKED = "marked"
    DECLINED = "declined"
    LAPSED = "lapsed"


R = ReadingStatus
READING_TRANSITIONS = {
    R.ASKED: frozenset({R.ACCEPTED, R.DECLINED, R.LAPSED}),
    R.ACCEPTED: frozenset({R.MARKED, R.DECLINED, R.LAPSED}),
    R.MARKED: frozenset(),
    R.DECLINED: frozenset(),
    R.LAPSED: frozenset(),
}
ENGAGED = (R.ASKED, R.ACCEPTED, R.MARKED)
