"""Tables of training modules, who passed them, and what else an annotator must hold."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.training.states import CredentialKind


class TrainingModule(Row):
    """A text with a short quiz, by a client for its own work or by the platform for all."""

    owner_id: UUID
    file_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    owner: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="training_modules"
    )
    title = fields.CharField(max_length=120)
    text = fields.TextField(default="")
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    questions: Any = fields.JSONField()  # {question, options, answer: index of the right one}
    pass_percent = fields.IntField(default=80)
    valid_days = fields.IntField(default=365)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "training_modules"


class TrainingRecord(Row):
    """One attempt at a module's quiz, by a talent of a firm or a member of it."""

    module_id: UUID
    talent_id: UUID | None
    person_id: UUID | None

    module: Any = fields.ForeignKeyField(
        "models.TrainingModule", on_delete=fields.RESTRICT, related_name="records"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    talent: Any = fields.ForeignKeyField(
        "models.Talent", null=True, on_delete=fields.SET_NULL, related_name="training"
    )
    person: Any = fields.ForeignKeyField(
        "models.Person", null=True, on_delete=fields.SET_NULL, related_name=False
    )
    answers: Any = fields.JSONField()
    percent = fields.IntField()
    is_passed = fields.BooleanField()
    taken_at = fields.DatetimeField()
    valid_until = fields.DatetimeField(null=True)  # of a pass
    supervised_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "training_records"
        indexes = (
            ("organisation_id",),
            ("talent_id", "module_id"),
            ("person_id", "module_id"),
            ("valid_until",),
        )


class TalentCredential(Row):
    """What an annotator holds besides training: a clearance, a certificate, a consent, until a day."""

    talent_id: UUID | None

    talent: Any = fields.ForeignKeyField(
        "models.Talent", null=True, on_delete=fields.SET_NULL, related_name="credentials"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    kind = fields.CharEnumField(CredentialKind, max_length=32)
    data_grade = fields.CharField(max_length=16, default="")  # of a clearance
    health_level = fields.IntField(null=True)  # of a clearance
    reference = fields.CharField(max_length=120)  # number of the document, where it is kept
    valid_until = fields.DateField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "talent_credentials"
        indexes = (("organisation_id",), ("talent_id", "kind"), ("valid_until",))
