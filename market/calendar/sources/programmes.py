"""Deadlines of selections, of quotes, of dataset ratings and of the project reserve."""

from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.states import OrganisationStatus
from market.calendar.deadlines import Deadline, Span
from market.datasets.dataset_models import Dataset
from market.datasets.dataset_states import DatasetStatus, Grade
from market.kit import clock
from market.kit.web import path_for
from market.reserve.models import ReserveProject
from market.reserve.states import ProjectStatus
from market.selection.entries import KINDS
from market.selection.models import SelectionCall, SelectionEntry
from market.selection.states import CallKind, EntryStatus
from market.services.models import QuoteRequest
from market.services.states import QuoteStatus
from market.vocabulary import regions


def _asks(span: Span) -> bool:
    return span.is_of_all or span.organisation_id is not None


def _entry(kind: str, row: SelectionEntry, at: Any, organisation_id: UUID) -> Deadline:
    return Deadline.of(
        kind, row, at, title=f"{row.call.title} · {row.title}", number=row.number,
        url=path_for("entries:show", number=row.number), organisation_id=organisation_id,
    )  # fmt: skip


async def calls(span: Span) -> list[Deadline]:
    """Until when a call takes entries: for its organiser, and for who may enter and has not."""
    if not _asks(span):
        return []
    rows = SelectionCall.filter(kind__in=list(CallKind), **span.within("closes_at"))
    asked = span.organisation_id and await Organisation.get_or_none(id=span.organisation_id)
    return [
        Deadline.of(
            "call_close", row, row.closes_at, title=row.title, number=row.number,
            url=path_for("selections:show", number=row.number), organisation_id=one,
        )
        for row in await rows.order_by("closes_at")
        for one in [span.organisation_id or row.organiser_id]
        if one == row.organiser_id or (asked and await _may_enter(row, asked))
    ]  # fmt: skip


async def _may_enter(call: SelectionCall, firm: Organisation) -> bool:
    is_asked = firm.status is OrganisationStatus.ACTIVE and firm.kind in KINDS[call.kind]
    if not is_asked or not regions.is_within(firm.region_code, call.region_code):
        return False
    entries = SelectionEntry.filter(call=call, applicant=firm)
    return not await entries.exclude(status=EntryStatus.WITHDRAWN).exists()


async def returned_entries(span: Span) -> list[Deadline]:
    """An entry sent back may be handed in again until its call closes."""
    if not _asks(span):
        return []
    rows = SelectionEntry.filter(status=EntryStatus.RETURNED, **span.within("call__closes_at"))
    return [
        _entry("entry_return", row, row.call.closes_at, row.applicant_id)
        for row in await rows.select_related("call")
        if span.is_for(row.applicant_id)
    ]


async def publications(span: Span) -> list[Deadline]:
    """The end of an entry's publication: until then anybody may object, then it is selected."""
    if not _asks(span):
        return []
    rows = SelectionEntry.filter(status=EntryStatus.PUBLICISED, **span.within("public_until"))
    return [
        _entry("entry_publication", row, row.public_until, one)
        for row in await rows.select_related("call")
        for one in (row.applicant_id, row.call.organiser_id)
        if span.is_for(one)
    ]


async def titles(span: Span) -> list[Deadline]:
    """The last day of a title won for a time."""
    if not _asks(span):
        return []
    rows = SelectionEntry.filter(status=EntryStatus.SELECTED, **span.dates("valid_until"))
    return [
        _entry("entry_title", row, at, row.applicant_id)
        for row in await rows.select_related("call")
        if span.is_for(row.applicant_id)
        and row.valid_until
        and span.has(at := clock.end_of_day(row.valid_until))
    ]


async def quotes(span: Span) -> list[Deadline]:
    """A request is answered by the day it names; a quote is taken while it holds."""
    if not _asks(span):
        return []
    asked = QuoteRequest.filter(status=QuoteStatus.ASKED, **span.dates("wanted_on"))
    given = QuoteRequest.filter(status=QuoteStatus.QUOTED, **span.dates("valid_until"))
    due = [
        ("quote_answer", row, row.wanted_on, row.listing.provider_id)
        for row in await asked.select_related("listing")
    ] + [
        ("quote_decision", row, row.valid_until, row.requester_id)
        for row in await given.select_related("listing")
    ]
    return [
        Deadline.of(
            kind, row, at, title=row.listing.title, number=row.number,
            url=path_for("quotes:show", number=row.number), organisation_id=one,
        )
        for kind, row, day, one in due
        if day and span.is_for(one) and span.has(at := clock.end_of_day(day))
    ]  # fmt: skip


async def ratings(span: Span) -> list[Deadline]:
    """The day by which a rated dataset is rated again; after it the grade falls."""
    if not _asks(span):
        return []
    rows = Dataset.filter(
        status=DatasetStatus.LISTED, grade=Grade.PASSED, **span.dates("next_review_on")
    )
    return [
        Deadline.of(
            "rating_review", row, at, title=row.title, number=row.number,
            url=path_for("datasets:show", number=row.number), organisation_id=row.owner_id,
        )
        for row in await rows
        if span.is_for(row.owner_id)
        and row.next_review_on
        and span.has(at := clock.end_of_day(row.next_review_on))
    ]  # fmt: skip


async def reserve_projects(span: Span) -> list[Deadline]:
    """The last day of a project's plan while it stands in the reserve."""
    if not _asks(span):
        return []
    rows = ReserveProject.filter(status=ProjectStatus.ADMITTED, **span.dates("ends_on"))
    return [
        Deadline.of(
            "project_end", row, at, title=row.title, number=row.number,
            url=path_for("reserve:show", number=row.number), organisation_id=row.owner_id,
        )
        for row in await rows
        if span.is_for(row.owner_id) and span.has(at := clock.end_of_day(row.ends_on))
    ]  # fmt: skip
