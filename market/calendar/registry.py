"""The registry: which function knows the deadlines of which kinds."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import UUID

from market.accounts.models import Membership
from market.calendar.deadlines import Deadline, Span
from market.calendar.sources import (
    complaints,
    directory,
    disputes,
    orders,
    programmes,
    tendering,
)
from market.kit.actor import Actor

Source = Callable[[Span], Awaitable[list[Deadline]]]

SOURCES: dict[Source, tuple[str, ...]] = {
    tendering.questions_close: ("questions_close",),
    tendering.answer_questions: ("answer_questions",),
    tendering.bids_close: ("bids_close",),
    tendering.openings: ("opening",),
    tendering.pilots: ("pilot",),
    tendering.clarifications: ("clarification",),
    tendering.judgings: ("judging",),
    tendering.stand_stills: ("stand_still",),
    complaints.objections_to_answer: ("objection_answer",),
    complaints.complaints_to_decide: ("complaint_decision",),
    complaints.appeals: ("appeal",),
    complaints.violations: ("violation_view",),
    complaints.reports_to_decide: ("violation_decision",),
    orders.signings: ("signing",),
    orders.deliveries: ("delivery", "delivery_expected"),
    orders.acceptances: ("acceptance", "acceptance_expected"),
    orders.payments: ("payment", "payment_expected", "retention", "retention_expected"),
    orders.reviews: ("review",),
    directory.certificates: ("certificate",),
    directory.trainings: ("training",),
    directory.credentials: ("credential",),
    disputes.disputes: ("dispute",),
    disputes.readings: ("reading",),
    programmes.calls: ("call_close",),
    programmes.returned_entries: ("entry_return",),
    programmes.publications: ("entry_publication",),
    programmes.titles: ("entry_title",),
    programmes.quotes: ("quote_answer", "quote_decision"),
    programmes.ratings: ("rating_review",),
    programmes.reserve_projects: ("project_end",),
}
_SOURCE_OF = {kind: source for source, kinds in SOURCES.items() for kind in kinds}


def register(sources: Mapping[Source, tuple[str, ...]]) -> None:
    """Add the sources of a satellite; the composition root calls it."""
    SOURCES.update(sources)
    _SOURCE_OF.update({kind: source for source, kinds in sources.items() for kind in kinds})


async def deadlines(span: Span) -> list[Deadline]:
    """All deadlines of a span, the nearest first; cancelled ones among them."""
    found = [one for source in SOURCES for one in await source(span)]
    return sorted(found, key=lambda one: (one.at, one.kind, one.number))


async def deadlines_of_kind(kind: str, span: Span) -> list[Deadline]:
    """Those of one kind."""
    source = _SOURCE_OF.get(kind)
    return [one for one in await source(span) if one.kind == kind] if source else []


async def deadlines_of(by: Actor, start: dt.datetime, end: dt.datetime) -> list[Deadline]:
    """What the actor's organisation, and the person, has to meet; without what was cancelled."""
    spans = [Span(start, end, person_id=by.person_id)] if by.person_id else []
    if by.organisation_id is not None:
        spans.append(Span(start, end, organisation_id=by.organisation_id))
    found = [one for span in spans for one in await deadlines(span) if not one.is_cancelled]
    return sorted(found, key=lambda one: (one.at, one.kind, one.number))


async def deadlines_of_person(
    person_id: UUID, start: dt.datetime, end: dt.datetime
) -> list[Deadline]:
    """Everything of a person and of every organisation the person belongs to, cancelled included."""
    belongs = Membership.filter(person_id=person_id, revoked_at=None).order_by("id")
    own = Span(start, end, person_id=person_id)
    found = await deadlines(own)
    for membership in await belongs:
        span = replace(own, person_id=None, organisation_id=membership.organisation_id)
        found += await deadlines(span)
    unique = {(one.kind, one.subject_id): one for one in found}
    return sorted(unique.values(), key=lambda one: (one.at, one.kind, one.number))
