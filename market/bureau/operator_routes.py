"""The operator's pages of what happened and what got stuck: audit log and outbox."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.queryset import QuerySet

from market.accounts.access import as_uuid
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind
from market.bureau import access
from market.bureau.sheets import Sheet, file_of
from market.kit import clock, outbox, web
from market.kit.audit import LogEntry, canonical
from market.kit.forms import LocalDate
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.outbox import OutboxMessage
from market.kit.paging import paginate
from market.kit.tables import Column, Export, format_of

MAX_EXPORTED = 20_000
_SECRET = ("token", "secret", "password")


class Filters(BaseModel):
    """Filters of a list as its address carries them; an empty one is none."""

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value != ""}


class LogQuery(Filters):
    """The filters of the audit log; days are Chinese calendar days, both included."""

    noun: str = Field(default="", max_length=64)
    number: str = Field(default="", max_length=200)
    actor: str = Field(default="", max_length=200)
    action: str = Field(default="", max_length=64)
    first: LocalDate | None = None
    last: LocalDate | None = None

    def narrow(self, entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        """The entries these filters ask for."""
        wanted: dict[str, Any] = {
            "subject_type": self.noun,
            "subject_label__startswith": self.number,
            "actor_label__contains": self.actor,
            "action__contains": self.action,
            "created_at__gte": self.first and clock.start_of_day(self.first),
            "created_at__lte": self.last and clock.end_of_day(self.last),
        }
        return entries.filter(**{name: value for name, value in wanted.items() if value})


class Standing(StrEnum):
    """Where an outbox message stands."""

    DEAD = "dead"
    WAITING = "waiting"
    DONE = "done"


class OutboxQuery(Filters):
    """The filters of the outbox; dead letters first of all."""

    standing: Standing = Standing.DEAD
    topic: str = Field(default="", max_length=64)

    def narrow(self, messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        """The messages these filters ask for."""
        by_standing: dict[Standing, dict[str, Any]] = {
            Standing.DEAD: {"dead_at__isnull": False},
            Standing.WAITING: {"dead_at": None, "done_at": None},
            Standing.DONE: {"done_at__isnull": False},
        }
        found = messages.filter(**by_standing[self.standing])
        return found.filter(topic__startswith=self.topic) if self.topic else found


async def show_audit(request: Request) -> Response:
    """Who changed what, filtered; sealed bids' bidders stay unnamed until the opening."""
    actor = web.signed_in(request, OrganisationKind.OPERATOR)
    query = LogQuery.model_validate(dict(request.query_params))
    entries = query.narrow(access.log_to_see(actor))
    if fmt := format_of(request):
        return file_of(request, [_log_sheet(await entries.limit(MAX_EXPORTED))], fmt)
    page = await paginate(request, entries, size=50)
    return await web.render(
        request, "bureau/operator_audit.html", page=page, query=query, canonical=canonical,
    )  # fmt: skip


def _log_sheet(entries: Sequence[LogEntry]) -> Sheet:
    columns = [
        Column(_("Time"), "datetime"),
        Column(_("Who")),
        Column(_("Action")),
        Column(_("Kind of entry")),
        Column(_("Number")),
        Column(_("Before")),
        Column(_("After")),
        Column(_("Reason")),
        Column(_("Request")),
    ]
    rows = [
        [
            entry.created_at,
            entry.actor_label,
            entry.action,
            entry.subject_type,
            entry.subject_label,
            entry.before and canonical(entry.before),
            entry.after and canonical(entry.after),
            entry.reason,
            entry.request_id,
        ]
        for entry in entries
    ]
    return Sheet("audit", _("Audit log"), columns, rows)


async def show_outbox(request: Request) -> Response:
    """Messages by standing: what was given up, what waits, what is done."""
    actor = web.signed_in(request, OrganisationKind.OPERATOR)
    query = OutboxQuery.model_validate(dict(request.query_params))
    messages = access.messages_to_see(actor)
    counts = {
        standing.value: await OutboxQuery(standing=standing).narrow(messages).count()
        for standing in Standing
    }
    shown = query.narrow(messages)
    if file := await _MESSAGES.file(request, shown):
        return file
    page = await paginate(request, shown, size=50)
    return await web.render(
        request, "bureau/operator_outbox.html", page=page, query=query, counts=counts,
        lag=await outbox.lag(), payload_of=_payload,
    )  # fmt: skip


def _payload(message: OutboxMessage) -> str:
    """The payload without what opens a door: an invitation's token is for its reader only."""
    return canonical(
        {
            key: "…" if any(word in key for word in _SECRET) else value
            for key, value in message.payload.items()
        }
    )


async def retry(request: Request) -> Response:
    """Give a dead letter a fresh set of tries."""
    actor = web.signed_in(request, OrganisationKind.OPERATOR)
    require(actor, kind=OrganisationKind.OPERATOR)
    message = await access.dead_letter(as_uuid(request.path_params["id"]), actor)
    await outbox.retry_dead_letter(message)
    return web.see_other(
        request, "operator:outbox", flash=_("The message will be handled again now")
    )


_MESSAGES = Export(N_("Outbox"), (
    (N_("Topic"), "text", "topic"), (N_("Recorded"), "datetime", "created_at"),
    (N_("Tries"), "integer", "attempts"), (N_("Payload"), "text", _payload),
    (N_("Last error"), "text", "last_error"), (N_("Done"), "datetime", "done_at"),
))  # fmt: skip

routes = [
    Route("/operator/audit", show_audit, name="operator:audit"),
    Route("/operator/outbox", show_outbox, name="operator:outbox"),
    Route("/operator/outbox/{id}/retry", retry, name="operator:retry", methods=["POST"]),
]
