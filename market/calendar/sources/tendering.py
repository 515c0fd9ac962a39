"""Deadlines of jobs, bids and awards."""

from typing import Any
from uuid import UUID

from market.calendar.deadlines import Deadline, Span
from market.kit.web import path_for
from market.pilots.models import PilotSubmission
from market.pilots.states import PilotStatus, SubmissionStatus
from market.tendering import sealing
from market.tendering.access import own_bids
from market.tendering.models import Award, Bid, Clarification, Job, Judge, Question
from market.tendering.posting_models import JobFavourite
from market.tendering.questions import ASKABLE
from market.tendering.states import (
    AwardStatus,
    BidStatus,
    ClarificationStatus,
    JobStatus,
    JudgeStatus,
)

GONE = (BidStatus.DRAFT, BidStatus.WITHDRAWN)
TAKING_BIDS = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)
CANCELLED = (JobStatus.CANCELLED, JobStatus.UNSUCCESSFUL)


def _url(job: Job) -> str:
    return path_for("jobs:show", number=job.number)


def _of_job(kind: str, job: Job, at: object, organisation_id: UUID) -> Deadline:
    assert job.bid_deadline_at is not None
    moment = job.question_deadline_at if at == "question_deadline_at" else job.bid_deadline_at
    assert moment is not None
    return Deadline.of(
        kind, job, moment, title=job.title, number=job.number, url=_url(job),
        organisation_id=organisation_id, is_cancelled=job.status in CANCELLED,
        is_confidential=kind in ("questions_close", "bids_close"),
    )  # fmt: skip


async def followers(job: Job) -> set[UUID]:
    """Who keeps an eye on a job or bids on it; which of both is not to be seen."""
    kept: Any = await JobFavourite.filter(job=job).values_list("organisation_id", flat=True)
    bids = await Bid.filter(job=job).exclude(status__in=GONE)
    return {*kept, *(bid.bidder_id or sealing.addressee(job, bid) for bid in bids)}


async def _followed(organisation_id: UUID) -> set[UUID]:
    kept: Any = await JobFavourite.filter(organisation_id=organisation_id).values_list(
        "job_id", flat=True
    )
    bids = (await own_bids(organisation_id)).exclude(status__in=GONE)
    own: Any = await bids.values_list("job_id", flat=True)
    return {*kept, *own}


async def _supplier_side(kind: str, field: str, span: Span) -> list[Deadline]:
    if span.organisation_id is not None:
        jobs = Job.filter(id__in=await _followed(span.organisation_id), **span.within(field))
        shown = jobs.filter(status__in=(*TAKING_BIDS, *CANCELLED))
        return [_of_job(kind, job, field, span.organisation_id) for job in await shown]
    if not span.is_of_all:
        return []
    found = []
    for job in await Job.filter(status__in=TAKING_BIDS, **span.within(field)):
        found += [_of_job(kind, job, field, one) for one in sorted(await followers(job))]
    return found


async def questions_close(span: Span) -> list[Deadline]:
    """The last moment to ask, for who bids on a job or keeps an eye on it."""
    return await _supplier_side("questions_close", "question_deadline_at", span)


async def bids_close(span: Span) -> list[Deadline]:
    """The last moment to bid or to confirm a bid, for the same."""
    return await _supplier_side("bids_close", "bid_deadline_at", span)


async def _own_jobs(span: Span, *statuses: JobStatus) -> list[Job]:
    if span.organisation_id is None and not span.is_of_all:
        return []
    own = Job.filter(status__in=statuses, **span.within("bid_deadline_at"))
    return await (own.filter(owner_id=span.organisation_id) if span.organisation_id else own)


async def answer_questions(span: Span) -> list[Deadline]:
    """Before bids close the owner answers every question: an unanswered one moves the deadline."""
    jobs = await _own_jobs(span, *ASKABLE)
    asked = await Question.filter(job_id__in=[job.id for job in jobs], answered_at=None)
    waiting = {question.job_id for question in asked}
    return [
        _of_job("answer_questions", job, "bid_deadline_at", job.owner_id)
        for job in jobs
        if job.id in waiting
    ]


async def openings(span: Span) -> list[Deadline]:
    """The opening of the owner's bids, where its share of the key is wanted."""
    jobs = await _own_jobs(span, *TAKING_BIDS, *(CANCELLED if not span.is_of_all else ()))
    return [_of_job("opening", job, "bid_deadline_at", job.owner_id) for job in jobs]


async def stand_stills(span: Span) -> list[Deadline]:
    """The end of a standstill, for the owner and every bidder; not while it is suspended."""
    rows = Award.filter(
        status=AwardStatus.PENDING, suspended_at=None, **span.within("stand_still_until")
    ).select_related("job")
    found = []
    for award in await rows:
        bids = Bid.filter(job_id=award.job_id, bidder_id__isnull=False)
        bidders = await bids.values_list("bidder_id", flat=True)
        for one in sorted({award.job.owner_id, *bidders}):
            if span.is_for(one) and (span.organisation_id or span.is_of_all):
                found.append(
                    Deadline.of(
                        "stand_still", award, award.stand_still_until, title=award.job.title,
                        number=award.number, url=path_for("awards:show", number=award.number),
                        organisation_id=one,
                    )
                )  # fmt: skip
    return found


async def judgings(span: Span) -> list[Deadline]:
    """When a judge should have handed in, for each person whose sheets are not in."""
    if span.person_id is None and not span.is_of_all:
        return []
    seats = Judge.filter(
        status__in=(JudgeStatus.APPOINTED, JudgeStatus.JUDGING), job__status=JobStatus.EVALUATION,
        **span.within("job__judging_due_at"),
    )  # fmt: skip
    own = seats.filter(person_id=span.person_id) if span.person_id else seats
    return [
        Deadline.of(
            "judging", seat, seat.job.judging_due_at, title=seat.job.title, number=seat.job.number,
            url=path_for("judging:show", number=seat.job.number), person_id=seat.person_id,
        )
        for seat in await own.select_related("job")
    ]  # fmt: skip


async def clarifications(span: Span) -> list[Deadline]:
    """What the owner asked a bidder after the opening."""
    rows = Clarification.filter(status=ClarificationStatus.ASKED, **span.within("due_at"))
    return [
        Deadline.of(
            "clarification", row, row.due_at, title=row.bid.job.title, number=row.bid.number,
            url=path_for("bids:show", number=row.bid.number), organisation_id=row.bid.bidder_id,
        )
        for row in await rows.select_related("bid__job")
        if span.is_for(row.bid.bidder_id) and (span.organisation_id or span.is_of_all)
    ]  # fmt: skip


async def pilots(span: Span) -> list[Deadline]:
    """The close of a blind pilot, for the shortlisted firms that have not submitted."""
    rows = PilotSubmission.filter(
        status=SubmissionStatus.ISSUED, pilot__status=PilotStatus.OPEN,
        **span.within("pilot__closes_at"),
    ).select_related("pilot__job")  # fmt: skip
    return [
        Deadline.of(
            "pilot", row, row.pilot.closes_at, title=row.pilot.job.title,
            number=row.pilot.job.number, organisation_id=row.bidder_id,
            url=path_for("pilots:show", number=row.pilot.job.number),
        )
        for row in await rows
        if span.is_for(row.bidder_id) and (span.organisation_id or span.is_of_all)
    ]  # fmt: skip
