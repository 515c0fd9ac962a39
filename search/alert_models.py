"""Tables of saved searches, and of what each has told its owner."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class AlertKind(StrEnum):
    """What a saved search looks through."""

    SEARCH = "search"  # a search as typed, with its chips and filters
    MATCHED_JOBS = "matched_jobs"  # open jobs that a firm fits
    MATCHED_SUPPLIERS = "matched_suppliers"  # suppliers that fit a job


class AlertFrequency(StrEnum):
    """When what is new is sent."""

    IMMEDIATELY = "immediately"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"  # saved, but stopped


class SavedSearch(Row):
    """A search, or the matches of a firm or a job, that a person keeps; mail comes by its frequency."""

    id: UUID
    person_id: UUID
    organisation_id: UUID | None
    job_id: UUID | None

    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    kind = fields.CharEnumField(AlertKind, max_length=32)
    target = fields.CharField(max_length=16)  # the kind of record found
    query: Any = fields.JSONField(default=dict)  # q, without, chosen; empty for matches
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    job: Any = fields.ForeignKeyField(
        "models.Job", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    key = fields.CharField(max_length=64)  # a digest of what is asked
    name = fields.CharField(max_length=80)
    frequency = fields.CharEnumField(AlertFrequency, max_length=16)
    next_due_at = fields.DatetimeField(null=True)
    last_sent_at = fields.DatetimeField(null=True)
    looked_at = fields.DatetimeField(null=True)  # up to when changes have been looked through

    class Meta:
        table = "saved_searches"
        unique_together = (("person_id", "key"),)
        indexes = (("next_due_at",), ("frequency", "target"))


class RecordVersion(Row):
    """The newest version of a public record, and when it last changed: what people read, or anything."""

    kind = fields.CharField(max_length=16)
    record_id = fields.CharField(max_length=36)
    version = fields.CharField(max_length=64)  # a digest of what people read
    content = fields.CharField(max_length=64)  # a digest of everything, status and load included
    changed_at = fields.DatetimeField()
    moved_at = fields.DatetimeField()

    class Meta:
        table = "search_record_versions"
        unique_together = (("kind", "record_id"),)
        indexes = (("kind", "changed_at"), ("kind", "moved_at"))


class AlertedVersion(Row):
    """That a saved search has shown one version of a record; by which message, or none when it was saved."""

    saved_search_id: UUID

    saved_search: Any = fields.ForeignKeyField(
        "models.SavedSearch", on_delete=fields.RESTRICT, related_name=False
    )
    record_id = fields.CharField(max_length=36)
    version = fields.CharField(max_length=64)
    message_id = fields.CharField(max_length=36, default="")

    class Meta:
        table = "alerted_versions"
        unique_together = (("saved_search_id", "record_id", "version"),)
        indexes = (("saved_search_id", "message_id"),)
