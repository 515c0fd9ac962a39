"""Tables of complaints, reports of violations and the evidence filed with either."""

import datetime as dt
from typing import Any
from uuid import UUID

from tortoise import fields

from market.complaints.states import (
    COMPLAINT_TRANSITIONS,
    DECIDED,
    VIOLATION_TRANSITIONS,
    ComplaintAbout,
    ComplaintLevel,
    ComplaintStatus,
    Ground,
    Measure,
    Ruling,
    ViolationKind,
    ViolationStatus,
)
from market.kit.db import Row
from market.kit.states import Stateful


class Complaint(Stateful):
    """An objection (质疑) to the owner, or a complaint (投诉) to the bureau, about documents or an award."""

    TRANSITIONS = COMPLAINT_TRANSITIONS

    job_id: UUID
    award_id: UUID | None
    complainant_id: UUID
    objection_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="complaints"
    )
    award: Any = fields.ForeignKeyField(
        "models.Award", null=True, on_delete=fields.RESTRICT, related_name="complaints"
    )
    complainant: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="complaints"
    )
    objection: Any = fields.OneToOneField(  # the answered objection that this complaint follows
        "models.Complaint", null=True, on_delete=fields.RESTRICT, related_name="complaint"
    )
    level = fields.CharEnumField(ComplaintLevel, max_length=32)
    about = fields.CharEnumField(ComplaintAbout, max_length=32)
    ground = fields.CharEnumField(Ground, max_length=32)
    status = fields.CharEnumField(ComplaintStatus, max_length=32, default=ComplaintStatus.DRAFT)
    statement = fields.TextField()
    demand = fields.TextField()
    job_version = fields.IntField(default=1)  # contested, or ordered to be amended
    blocks_opening = fields.BooleanField(default=False)
    filed_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)  # of the decision
    escalated_at = fields.DatetimeField(null=True)  # an overdue objection went to the bureau
    ruling = fields.CharEnumField(Ruling, max_length=32, null=True)
    reasons = fields.TextField(default="")
    decided_by: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "complaints"
        indexes = (
            ("status", "due_at"),
            ("job_id", "blocks_opening"),
            ("complainant_id", "ruling", "decided_at"),
            ("decided_at",),
        )

    @property
    def is_decided(self) -> bool:
        """Whether its decision is public."""
        return self.status in DECIDED


class ViolationReport(Stateful):
    """A report that an organisation breaks the rules; the reported never learns who reported."""

    TRANSITIONS = VIOLATION_TRANSITIONS

    accused_id: UUID
    reporter_id: UUID
    job_id: UUID | None
    need_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    accused: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="violation_reports"
    )
    job: Any = fields.ForeignKeyField(
        "models.Job", null=True, on_delete=fields.RESTRICT, related_name="violation_reports"
    )
    need: Any = fields.ForeignKeyField(
        "models.DatasetNeed", null=True, on_delete=fields.RESTRICT, related_name="violation_reports"
    )
    reporter: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    kind = fields.CharEnumField(ViolationKind, max_length=32)
    status = fields.CharEnumField(ViolationStatus, max_length=32, default=ViolationStatus.DRAFT)
    statement = fields.TextField()
    filed_at = fields.DatetimeField(null=True)
    view = fields.TextField(default="")  # of the reported
    view_due_at = fields.DatetimeField(null=True)
    viewed_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)  # of the decision
    measure = fields.CharEnumField(Measure, max_length=32, null=True)
    points = fields.IntField(default=0)
    days = fields.IntField(default=0)
    reasons = fields.TextField(default="")
    decided_by: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_at = fields.DatetimeField(null=True)
    final_at = fields.DatetimeField(null=True)  # from then on public
    expires_at = fields.DatetimeField(null=True)  # until then public
    suspended_until = fields.DatetimeField(null=True)  # null also once it was lifted

    class Meta:
        table = "violation_reports"
        indexes = (
            ("status", "due_at"),
            ("status", "view_due_at"),
            ("accused_id", "status", "final_at"),
            ("reporter_id",),
            ("suspended_until",),
        )

    def is_public(self, now: dt.datetime) -> bool:
        """Whether the decision stands on the organisation's page."""
        return (
            self.status == ViolationStatus.UPHELD
            and self.final_at is not None
            and self.expires_at is not None
            and self.final_at <= now < self.expires_at
        )


class ComplaintEvidence(Row):
    """A file of either side of a complaint or of a report."""

    complaint_id: UUID | None
    report_id: UUID | None
    file_id: UUID

    complaint: Any = fields.ForeignKeyField(
        "models.Complaint", null=True, on_delete=fields.RESTRICT, related_name="evidence"
    )
    report: Any = fields.ForeignKeyField(
        "models.ViolationReport", null=True, on_delete=fields.RESTRICT, related_name="evidence"
    )
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", on_delete=fields.RESTRICT, related_name=False
    )
    is_of_accused = fields.BooleanField(default=False)  # with the view of the reported

    class Meta:
        table = "complaint_evidence"
        indexes = (("complaint_id",),)
