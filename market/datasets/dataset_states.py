"""The machines of an offered dataset and of its rating."""

from enum import StrEnum


class DatasetStatus(StrEnum):
    """Whether a dataset is listed."""

    DRAFT = "draft"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


DATASET_TRANSITIONS = {
    DatasetStatus.DRAFT: frozenset({DatasetStatus.LISTED, DatasetStatus.WITHDRAWN}),
    DatasetStatus.LISTED: frozenset({DatasetStatus.WITHDRAWN}),
    DatasetStatus.WITHDRAWN: frozenset({DatasetStatus.LISTED}),
}


class RatingStatus(StrEnum):
    """Where a rating stands: asked for, being scored, published for good."""

    REQUESTED = "requested"
    SCORING = "scoring"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


R = RatingStatus
RATING_TRANSITIONS = {
    R.REQUESTED: frozenset({R.SCORING, R.CANCELLED}),
    R.SCORING: frozenset({R.PUBLISHED, R.CANCELLED}),
    R.PUBLISHED: frozenset[RatingStatus](),
    R.CANCELLED: frozenset[RatingStatus](),
}
RUNNING = (R.REQUESTED, R.SCORING)


class Grade(StrEnum):
    """What the last rating says of a dataset; `due`: passed, its re-review is overdue."""

    UNRATED = "unrated"
    PASSED = "passed"
    DUE = "due"
    FAILED = "failed"


class RatingCause(StrEnum):
    """Why a rating was begun: the owner asked, or the re-review fell due (定期复核)."""

    ASKED = "asked"
    REVIEW = "review"
