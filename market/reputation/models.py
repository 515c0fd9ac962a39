"""Tables of reputation: what was observed, the figure it makes, and every change of a figure."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.reputation.states import Measure


class Observation(Row):
    """One case of a measure: `source_id` is the order, batch, stage or dispute it is about."""

    organisation_id: UUID
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="observations"
    )
    measure = fields.CharEnumField(Measure, max_length=32)
    source_id = fields.UUIDField()
    is_hit = fields.BooleanField()
    order_number = fields.CharField(max_length=20)
    subject = fields.CharField(max_length=40)
    modality = fields.CharField(max_length=40, default="")
    occurred_at = fields.DatetimeField()

    class Meta:
        table = "reputation_observations"
        unique_together = (("organisation", "measure", "source_id"),)
        indexes = (("measure", "modality"),)


class Figure(Row):
    """A measure of one organisation: its cases, and the mean shrunk to the prior it was made with."""

    organisation_id: UUID
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="figures"
    )
    measure = fields.CharEnumField(Measure, max_length=32)
    hits = fields.IntField()
    total = fields.IntField()
    mean_bp = fields.IntField()
    low_bp = fields.IntField()
    high_bp = fields.IntField()
    prior_mean_bp = fields.IntField()
    prior_cases = fields.IntField()
    prior_version = fields.CharField(max_length=32)

    class Meta:
        table = "reputation_figures"
        unique_together = (("organisation", "measure"),)


class FigureChange(Row):
    """Why a figure moved: the observation, or without one the new prior."""

    organisation_id: UUID
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    measure = fields.CharEnumField(Measure, max_length=32)
    observation: Any = fields.ForeignKeyField(
        "models.Observation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    was_bp = fields.IntField(null=True)
    mean_bp = fields.IntField()
    hits = fields.IntField()
    total = fields.IntField()
    prior_version = fields.CharField(max_length=32)

    class Meta:
        table = "reputation_changes"
        indexes = (("organisation_id", "measure"),)


class FittedPrior(Row):
    """A prior fitted to the platform's records; `modality` "" is that of all of them."""

    version = fields.CharField(max_length=32)
    measure = fields.CharEnumField(Measure, max_length=32)
    modality = fields.CharField(max_length=40, default="")
    mean_bp = fields.IntField()
    cases = fields.IntField()
    firms = fields.IntField()

    class Meta:
        table = "reputation_priors"
        unique_together = (("version", "measure", "modality"),)
