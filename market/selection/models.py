"""Tables of calls, entries with their evidence, reviews and objections."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.certification.states import OBJECTION_TRANSITIONS, ObjectionStatus
from market.kit.db import Row
from market.kit.states import Stateful
from market.selection.states import ENTRY_TRANSITIONS, CallKind, EntryStatus


class SelectionCall(Row):
    """A bureau's call: what is selected, until when entries are taken, how many places, how long it holds."""

    organiser_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    kind = fields.CharEnumField(CallKind, max_length=16)
    organiser: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    title = fields.CharField(max_length=120)
    text = fields.TextField()
    region_code = fields.CharField(max_length=6)  # whose organisations may enter
    closes_at = fields.DatetimeField()
    public_days = fields.IntField(default=5)  # working days of 公示
    reviews_min = fields.IntField(default=1)  # opinions asked for before an entry is publicised
    places = fields.IntField(null=True)  # at most so many are selected
    valid_months = fields.IntField(default=0)  # 0: for good

    class Meta:
        table = "selection_calls"
        indexes = (("kind", "closes_at"),)


class SelectionEntry(Stateful):
    """What an organisation hands in; `figures` are its effects, `snapshot` what the platform knew then."""

    TRANSITIONS = ENTRY_TRANSITIONS

    call_id: UUID
    applicant_id: UUID
    reviews: Any  # by relation
    evidence: Any

    number = fields.CharField(max_length=20, unique=True)
    call: Any = fields.ForeignKeyField(
        "models.SelectionCall", on_delete=fields.RESTRICT, related_name="entries"
    )
    applicant: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="selection_entries"
    )
    status = fields.CharEnumField(EntryStatus, max_length=32, default=EntryStatus.SUBMITTED)
    title = fields.CharField(max_length=120)
    industry = fields.CharField(max_length=32)
    summary = fields.TextField()
    effect = fields.TextField()
    figures: Any = fields.JSONField(default=list)  # {name, before, after, unit}
    snapshot: Any = fields.JSONField(default=dict)
    opinion = fields.TextField(default="")
    submitted_at = fields.DatetimeField()
    public_until = fields.DatetimeField(null=True)
    selected_at = fields.DatetimeField(null=True)
    valid_until = fields.DateField(null=True)

    class Meta:
        table = "selection_entries"
        indexes = (("status", "public_until"), ("call_id", "status"), ("applicant_id", "status"))


class SelectionEvidence(Row):
    """A paper behind an entry; for its organisation and the organiser only."""

    file_id: UUID

    entry: Any = fields.ForeignKeyField(
        "models.SelectionEntry", on_delete=fields.RESTRICT, related_name="evidence"
    )
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "selection_evidence"
        indexes = (("entry_id",),)


class SelectionReview(Row):
    """One reviewer's points and opinion; the reviewer may change it until the entry is decided."""

    person_id: UUID

    entry: Any = fields.ForeignKeyField(
        "models.SelectionEntry", on_delete=fields.RESTRICT, related_name="reviews"
    )
    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    points = fields.IntField()  # of 100
    is_recommended = fields.BooleanField()
    opinion = fields.TextField()

    class Meta:
        table = "selection_reviews"
        unique_together = (("entry_id", "person_id"),)


class SelectionObjection(Stateful):
    """What somebody says against a publicised entry."""

    TRANSITIONS = OBJECTION_TRANSITIONS

    entry_id: UUID
    objector_id: UUID

    entry: Any = fields.ForeignKeyField(
        "models.SelectionEntry", on_delete=fields.RESTRICT, related_name="objections"
    )
    objector: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    grounds = fields.TextField()
    status = fields.CharEnumField(ObjectionStatus, max_length=16, default=ObjectionStatus.PENDING)
    answer = fields.TextField(default="")

    class Meta:
        table = "selection_objections"
        unique_together = (("entry_id", "objector_id"),)
