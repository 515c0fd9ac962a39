"""Tables of the blind pilot."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit import clock
from market.kit.db import Row
from market.kit.states import Stateful
from market.metrics.catalogue import METRICS, Metric
from market.pilots.states import (
    PILOT_TRANSITIONS,
    SUBMISSION_TRANSITIONS,
    PilotStatus,
    SubmissionStatus,
)

ALIASES = "甲乙丙丁戊己庚辛壬癸"


class Pilot(Stateful):
    """The pilot of a job; `gold_digest` is published at once, `gold_seed` with the results."""

    TRANSITIONS = PILOT_TRANSITIONS

    job_id: UUID
    items_file_id: UUID

    job: Any = fields.OneToOneField("models.Job", on_delete=fields.RESTRICT, related_name="pilot")
    status = fields.CharEnumField(PilotStatus, max_length=32, default=PilotStatus.PREPARED)
    metric_name = fields.CharField(max_length=40)
    threshold = fields.DecimalField(max_digits=5, decimal_places=4, null=True)  # of the metric
    days = fields.IntField()  # working days
    fee_fen = fields.BigIntField(default=0)  # owed to each firm that submits; 0 = unpaid
    instructions = fields.TextField(default="")
    items_file: Any = fields.ForeignKeyField(
        "models.StoredFile", on_delete=fields.RESTRICT, related_name=False
    )
    items: Any = fields.JSONField(default=list)  # their names in the owner's file
    gold_digest = fields.CharField(max_length=64)  # SHA-256 of seed and gold file
    gold_seed = fields.CharField(max_length=64, default="")
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True)
    released_at = fields.DatetimeField(null=True)

    class Meta:
        table = "pilots"
        indexes = (("status", "closes_at"),)

    @property
    def metric(self) -> Metric:
        """How it is measured."""
        return METRICS[self.metric_name]

    @property
    def threshold_text(self) -> str:
        """The threshold without noughts at its end; empty for none."""
        return f"{self.threshold.normalize():f}" if self.threshold is not None else ""

    @property
    def is_released(self) -> bool:
        """Whether results, gold and names may be seen."""
        return bool(self.status == PilotStatus.RELEASED)

    @property
    def is_over(self) -> bool:
        """Whether its close has passed."""
        return self.closes_at is not None and self.closes_at <= clock.now()


class PilotGold(Row):
    """The gold of a pilot, under a key derived from SECRET_KEY until the results are released."""

    pilot_id: UUID

    pilot: Any = fields.OneToOneField(
        "models.Pilot", on_delete=fields.RESTRICT, related_name="gold"
    )
    filename = fields.CharField(max_length=200)
    sealed = fields.BinaryField()

    class Meta:
        table = "pilot_golds"


class PilotSubmission(Stateful):
    """A shortlisted firm's part in a pilot; one file counts, the last one before the close."""

    TRANSITIONS = SUBMISSION_TRANSITIONS

    pilot_id: UUID
    bidder_id: UUID
    file_id: UUID | None

    pilot: Any = fields.ForeignKeyField(
        "models.Pilot", on_delete=fields.RESTRICT, related_name="submissions"
    )
    bidder: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    position = fields.IntField()  # drawn at random; the alias until the release
    status = fields.CharEnumField(SubmissionStatus, max_length=32, default=SubmissionStatus.ISSUED)
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    submitted_at = fields.DatetimeField(null=True)
    # written by the measurement, seen from the release on
    measurement: Any = fields.JSONField(null=True)
    points = fields.DecimalField(max_digits=7, decimal_places=4, null=True)  # of 100

    class Meta:
        table = "pilot_submissions"
        unique_together = (("pilot", "bidder"), ("pilot", "position"))

    @property
    def alias(self) -> str:
        """甲, 乙, … 癸, 甲2, …: what owner and judges know the firm by until the release."""
        again, place = divmod(self.position, len(ALIASES))
        return ALIASES[place] + (str(again + 1) if again else "")

    @property
    def value(self) -> float | None:
        """The metric's value; none without a measured submission."""
        return float(self.measurement["value"]) if self.measurement else None


def points_of(metric: Metric, value: float) -> Decimal:
    """The points of a value, to four places."""
    return Decimal(str(metric.points(value))).quantize(Decimal("0.0001"))
