"""Table of what firms report of themselves, a row a year."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class FirmReport(Row):
    """A firm's own figures of a year with their evidence; a bureau may note that it has seen it."""

    organisation_id: UUID
    evidence_id: UUID | None
    confirmed_by_id: UUID | None

    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="firm_reports"
    )
    year = fields.IntField()
    revenue_fen = fields.BigIntField()
    staff = fields.IntField()
    annotators = fields.IntField()
    trained = fields.IntField(default=0)
    data_tb = fields.DecimalField(max_digits=14, decimal_places=3)
    datasets = fields.IntField(default=0)
    models_served = fields.IntField(default=0)
    evidence: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    confirmed_by: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    confirmed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "firm_reports"
        unique_together = (("organisation_id", "year"),)
        indexes = (("year",),)
