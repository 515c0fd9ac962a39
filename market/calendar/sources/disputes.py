"""Deadlines of disputes and of third readings."""

from uuid import UUID

from market.calendar.deadlines import Deadline, Span
from market.disputes.models import Dispute, Reading
from market.disputes.states import DisputeStatus, ReadingStatus
from market.kit.web import path_for

TIMED = (DisputeStatus.OPEN, DisputeStatus.ANSWERED, DisputeStatus.MEDIATION)
READ = (ReadingStatus.ASKED, ReadingStatus.ACCEPTED)


def _acting(dispute: Dispute) -> tuple[UUID, ...]:
    """Who must move before the time passes: the respondent first, then both."""
    if dispute.status == DisputeStatus.OPEN:
        return (dispute.respondent_id,)
    return (dispute.claimant_id, dispute.respondent_id)


async def disputes(span: Span) -> list[Deadline]:
    """When the clock moves a dispute on."""
    if span.organisation_id is None and not span.is_of_all:
        return []
    rows = Dispute.filter(status__in=TIMED, **span.within("due_at")).select_related("order__job")
    return [
        Deadline.of(
            "dispute", row, row.due_at, title=row.order.job.title, number=row.number,
            url=path_for("disputes:show", number=row.number), organisation_id=one,
        )
        for row in await rows
        for one in _acting(row)
        if row.due_at is not None and span.is_for(one)
    ]  # fmt: skip


async def readings(span: Span) -> list[Deadline]:
    """When a third reader's verdict is due."""
    if span.organisation_id is None and not span.is_of_all:
        return []
    rows = Reading.filter(status__in=READ, **span.within("due_at"))
    return [
        Deadline.of(
            "reading", row, row.due_at, title=row.number, number=row.number,
            url=path_for("readings:show", number=row.number), organisation_id=row.organisation_id,
        )
        for row in await rows
        if span.is_for(row.organisation_id)
    ]  # fmt: skip
