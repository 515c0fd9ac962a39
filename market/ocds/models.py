"""Published releases: one row for each change of a process, never changed afterwards."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class Release(Row):
    """What was public of a process at a moment, whole, so that merging its releases gives the last."""

    job_id: UUID

    sequence = fields.BigIntField(unique=True)  # 1, 2, 3… in the order of commit
    ocid = fields.CharField(max_length=64)
    job: Any = fields.ForeignKeyField("models.Job", on_delete=fields.RESTRICT, related_name=False)
    released_at = fields.DatetimeField()
    content: Any = fields.JSONField()  # the release, with ocid, id, date and tag
    digest = fields.CharField(max_length=64)  # SHA-256 of the content without id, date and tag

    class Meta:
        table = "ocds_releases"
        indexes = (("job_id", "sequence"),)
