"""Table of calendar subscriptions."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class CalendarFeed(Row):
    """A secret address under which a person's deadlines are read; the token itself is only in the address."""

    person_id: UUID

    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    token_hash = fields.CharField(max_length=64, unique=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_feeds"
        indexes = (("person_id", "revoked_at"),)
