"""Tables beside a call: what bureaus lock and review, its versions, whom it invites and who keeps an eye on it."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class ProcedureLock(Row):
    """A value of the procedure that a bureau fixes, or keeps within limits, for the jobs of a region."""

    bureau_id: UUID

    bureau: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    region_code = fields.CharField(max_length=6)
    procedure = fields.CharField(max_length=32, default="*")
    industry = fields.CharField(max_length=32, default="")
    field = fields.CharField(max_length=32)  # a key of rules.RULES
    fixed: Any = fields.JSONField(null=True)  # {"value": ...}; null where limits are set
    minimum = fields.BigIntField(null=True)
    maximum = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=300)
    document = fields.CharField(max_length=120, default="")  # title and number of the document
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "procedure_locks"
        indexes = (("region_code", "ended_at"),)

    @property
    def value(self) -> Any:
        """The fixed value; None where limits are set."""
        return self.fixed["value"] if self.fixed else None


class JobReview(Row):
    """One look of a bureau at a job before it is published."""

    job_id: UUID
    bureau_id: UUID

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="reviews"
    )
    bureau: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    is_approved = fields.BooleanField(null=True)
    reasons = fields.TextField(default="")

    class Meta:
        table = "job_reviews"
        indexes = (("job_id",), ("bureau_id", "decided_at"))


class JobVersion(Row):
    """What an amendment changed, field by field, as everyone may read it."""

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="versions"
    )
    number = fields.IntField()
    changes: Any = fields.JSONField(default=list)  # [{field, before, after}], stored values
    published_at = fields.DatetimeField()

    class Meta:
        table = "job_versions"
        unique_together = (("job", "number"),)


class JobInvitation(Row):
    """A supplier invited to bid; written when the job is published."""

    job_id: UUID
    organisation_id: UUID

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="invitations"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "job_invitations"
        indexes = (("organisation_id",),)
        unique_together = (("job", "organisation"),)


class JobFavourite(Row):
    """A job someone keeps an eye on."""

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.CASCADE, related_name="favourites"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.CASCADE, related_name=False
    )

    class Meta:
        table = "job_favourites"
        indexes = (("organisation_id",),)
        unique_together = (("job", "organisation"),)
