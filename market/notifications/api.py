"""JSON operations of the bell and of one's reminders."""

import datetime as dt
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.notifications import choices, inbox
from market.notifications.models import Frequency, InboxNotice, ReminderChoice
from market.notifications.routes import ChoiceInput

TAG = "notifications"
READ, WRITE = "profile:read", "profile:write"


class NoticeOut(BaseModel):
    """One notice; `url` is a path of this site."""

    id: UUID
    topic: str
    title: str
    url: str
    created_at: dt.datetime
    read_at: dt.datetime | None

    @classmethod
    def of(cls, row: InboxNotice) -> Self:
        """From a row."""
        return cls(
            id=row.id, topic=row.topic, title=row.title, url=row.url, created_at=row.created_at,
            read_at=row.read_at,
        )  # fmt: skip


class ReadInput(BaseModel):
    """Which notices were read; none given means all."""

    ids: list[UUID] = []


class ReadOut(BaseModel):
    """How many were unread before."""

    read: int


class ChoiceOut(BaseModel):
    """Optional kinds that come by mail, binding ones that always do, and how often."""

    wanted: list[str]
    always: list[str]
    frequency: Frequency

    @classmethod
    def of(cls, row: ReminderChoice) -> Self:
        """From a person's choice."""
        wanted = [kind for kind in choices.OPTIONAL if kind not in row.muted_kinds]
        return cls(wanted=wanted, always=list(choices.BINDING), frequency=row.frequency)


@operation("GET", "/notices", summary="Your notices", tag=TAG, query=CursorQuery,
           returns=CursorPage[NoticeOut], scope=READ)  # fmt: skip
async def list_notices(call: Call[Nothing, CursorQuery]) -> CursorPage[NoticeOut]:
    """Newest first, read ones included."""
    rows, after = await cursor_page(inbox.own_notices(call.actor), call.query)
    return CursorPage(items=[NoticeOut.of(row) for row in rows], next=after)


@operation("POST", "/notices/read", summary="Mark notices as read", tag=TAG, body=ReadInput,
           returns=ReadOut, scope=WRITE)  # fmt: skip
async def read_notices(call: Call[ReadInput, Nothing]) -> ReadOut:
    """The given ones, or all."""
    return ReadOut(read=await inbox.mark_read(call.actor, *call.body.ids))


@operation("GET", "/reminders", summary="Your choice of reminders", tag=TAG, returns=ChoiceOut,
           scope=READ)  # fmt: skip
async def show_choice(call: Call[Nothing, Nothing]) -> ChoiceOut:
    """Which kinds come by mail."""
    return ChoiceOut.of(await choices.choice_of(call.actor.person_id))


@operation("PUT", "/reminders", summary="Choose your reminders", tag=TAG, body=ChoiceInput,
           returns=ChoiceOut, scope=WRITE)  # fmt: skip
async def choose_reminders(call: Call[ChoiceInput, Nothing]) -> ChoiceOut:
    """Binding ones cannot be switched off."""
    body = call.body
    return ChoiceOut.of(await choices.choose(body.wanted, body.frequency, by=call.actor))


operations: list[Operation] = [list_notices, read_notices, show_choice, choose_reminders]
