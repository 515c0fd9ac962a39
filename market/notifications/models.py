"""Tables of what a person is told on the site, of reminders sent, and of what a person wants of them."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class Frequency(StrEnum):
    """When optional reminders come: each by itself, or one mail in the morning."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class InboxNotice(Row):
    """One line behind the bell, written by the handler that sends the mail; once for each message."""

    person_id: UUID

    key = fields.CharField(max_length=64, unique=True)
    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    topic = fields.CharField(max_length=64)
    title = fields.CharField(max_length=300)
    url = fields.CharField(max_length=300)  # a path of this site
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "inbox_notices"
        indexes = (("person_id", "read_at"),)


class Reminder(Row):
    """That a deadline was reminded of, once for each offset; it names the row, not who was told."""

    key = fields.CharField(max_length=64, unique=True)
    kind = fields.CharField(max_length=32)

    class Meta:
        table = "reminders"


class ReminderMark(Row):
    """Up to when the clock has looked for reminders; one row."""

    name = fields.CharField(max_length=16, unique=True)
    looked_until = fields.DatetimeField()

    class Meta:
        table = "reminder_marks"


class ReminderChoice(Row):
    """What a person wants of optional reminders; without a row everything, at once."""

    person_id: UUID

    person: Any = fields.OneToOneField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    muted_kinds: Any = fields.JSONField(default=list)
    frequency = fields.CharEnumField(Frequency, max_length=16, default=Frequency.AT_ONCE)
    digest_on = fields.DateField(null=True)  # the last morning

    class Meta:
        table = "reminder_choices"
        indexes = (("frequency", "digest_on"),)
