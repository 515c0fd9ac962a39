"""Tables of the red-flag cases and of the runs that found them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.kit.states import Stateful
from market.risks.states import CASE_TRANSITIONS, CaseStatus, Decision


class FlagCase(Stateful):
    """One flag of one process or party; there is never a second one of the same."""

    TRANSITIONS = CASE_TRANSITIONS

    job_id: UUID | None
    organisation_id: UUID | None
    decided_by_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    code = fields.CharField(max_length=8)  # R003 … R058, M001 … M005, docs/redflags.md
    group = fields.CharField(max_length=16)  # OCID, Buyer, ProcuringEntity, Tenderer, Parties
    subject = fields.CharField(max_length=64)  # the ocid or the identifiers of the parties
    subject_name = fields.CharField(max_length=200)
    job: Any = fields.ForeignKeyField(
        "models.Job", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    region_code = fields.CharField(max_length=6)
    status = fields.CharEnumField(CaseStatus, max_length=32, default=CaseStatus.OPEN)
    value = fields.DecimalField(max_digits=14, decimal_places=6)
    evidence: Any = fields.JSONField()  # see evidence.py
    evidence_digest = fields.CharField(max_length=64)
    is_current = fields.BooleanField(default=True)  # the latest run still finds it
    found_at = fields.DatetimeField()
    decision = fields.CharEnumField(Decision, max_length=32, null=True)
    reasons = fields.TextField(default="")
    decided_by: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "flag_cases"
        unique_together = (("code", "group", "subject"),)
        indexes = (("organisation_id",), ("status", "found_at"), ("region_code", "status"))


class FlagRun(Row):
    """One computation over everything published up to a release."""

    sequence = fields.BigIntField()
    processes = fields.IntField()
    flags = fields.IntField()
    opened = fields.IntField()

    class Meta:
        table = "flag_runs"
        indexes = (("sequence",),)
