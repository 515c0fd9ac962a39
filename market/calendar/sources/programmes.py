"""Deadlines of selections, of quotes and of dataset ratings."""

from typing import Any
from uuid import UUID

from market.calendar.deadlines import Deadline, Span
from market.datasets.dataset_models import Dataset
from market.datasets.dataset_states import DatasetStatus, Grade
from market.kit import clock
from market.kit.web import path_for
from market.selection.models import SelectionEntry
from market.selection.states import EntryStatus
from market.services.models import QuoteRequest
from market.services.states import QuoteStatus


def _asks(span: Span) -> bool:
    return span.is_of_all or span.organisation_id is not None


def _entry(kind: str, row: SelectionEntry, at: Any, organisation_id: UUID) -> Deadline:
    return Deadline.of(
        kind, row, at, title=f"{row.call.title} · {row.title}", number=row.number,
        url=path_for("entries:show", number=row.number), organisation_id=organisation_id,
    )  # fmt: skip


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
