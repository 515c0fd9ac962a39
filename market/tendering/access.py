"""Who may see which job, question, bid and award: the only way a route obtains a row."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.tendering import sealing
from market.tendering.jobs import DOCUMENTS
from market.tendering.models import (
    Award,
    Bid,
    Job,
    Lot,
    Notice,
    Question,
)
from market.tendering.posting_models import JobFavourite
from market.tendering.questions import ASKABLE
from market.tendering.states import JobStatus

# Which rows of a bid carry nothing that was sealed: without a bidder it has not been opened.
UNOPENED = {"bidder_id": None}


def published_jobs() -> QuerySet[Job]:
    """The jobs everyone may see."""
    return Job.filter(published_at__isnull=False)


def own_jobs(actor: Actor) -> QuerySet[Job]:
    """The jobs of the actor's organisation, drafts included."""
    return Job.filter(owner_id=actor.organisation_id)


async def visible_job(actor: Actor, number: str) -> Job:
    """A published job, or a draft of the actor's own organisation; NotFound otherwise."""
    job = await Job.filter(number=number).select_related("owner").first()
    if job is None or not (job.is_public or owns(actor, job)):
        raise NotFound(_("This job does not exist"))
    return job


async def own_job(actor: Actor, number: str) -> Job:
    """A job of the actor's own organisation; NotFound otherwise."""
    job = await Job.filter(number=number).select_related("owner").first()
    if job is None or not owns(actor, job):
        raise NotFound(_("This job does not exist"))
    return job


async def job_open_for_bids(actor: Actor, number: str) -> Job:
    """A job that takes bids; NotFound when it does not (the verb re-checks under lock)."""
    job = await visible_job(actor, number)
    if job.status != JobStatus.OPEN_BIDDING:
        raise NotFound(_("Job %(number)s is not open for bids", number=number))
    return job


def owns(actor: Actor, job: Job) -> bool:
    """Whether the job is the actor's organisation's."""
    return actor.organisation_id is not None and job.owner_id == actor.organisation_id


async def own_bid(actor: Actor, number: str) -> Bid:
    """A bid of the actor's own organisation, sealed or not; NotFound otherwise."""
    bid = await Bid.filter(number=number).select_related("job", "job__owner", "lot").first()
    if bid is None or not _is_bidder(actor, bid):
        raise NotFound(_("This bid does not exist"))
    return bid


def _is_bidder(actor: Actor, bid: Bid) -> bool:
    if actor.organisation_id is None:
        return False
    return bid.bidder_tag == sealing.bidder_tag(bid.job_id, actor.organisation_id, bid.lot_id)


async def own_bid_on(actor: Actor, job: Job) -> Bid | None:
    """The actor's bid on a job, or the first of those on its lots, if there is one."""
    found = await own_bids_on(actor, job)
    return found[0] if found else None


async def own_bids_on(actor: Actor, job: Job) -> list[Bid]:
    """The actor's bids on a job: one, or one for each lot it bids for."""
    own = actor.organisation_id
    if own is None or actor.kind != OrganisationKind.SUPPLIER:
        return []
    lots = await lots_of(job)
    tags = [sealing.bidder_tag(job.id, own, lot_id) for lot_id in (None, *(x.id for x in lots))]
    found = Bid.filter(job=job, bidder_tag__in=tags).select_related("lot")
    return await found.order_by("lot__position", "id")


async def lots_of(job: Job) -> list[Lot]:
    """The lots of a job, in order; none where it is bid for as a whole."""
    return await Lot.filter(job=job).order_by("position")


async def lot_of(job: Job, position: int | None) -> Lot | None:
    """The lot of a job at a place; NotFound where there is none."""
    if position is None:
        return None
    lot = await Lot.get_or_none(job=job, position=position)
    if lot is None:
        raise NotFound(_("This lot does not exist"))
    return lot


async def own_bids(organisation_id: UUID) -> QuerySet[Bid]:
    """The bids of one organisation, for itself: opened ones by bidder, unopened ones by tag."""
    unopened = await Bid.filter(**UNOPENED).distinct().values_list("job_id", "lot_id")
    tags = [sealing.bidder_tag(job_id, organisation_id, lot_id) for job_id, lot_id in unopened]
    whose = Q(bidder_id=organisation_id) | Q(bidder_tag__in=tags, bidder_id=None)
    return Bid.filter(whose).select_related("job", "job__owner", "lot")


def opened_bids(job: Job) -> QuerySet[Bid]:
    """The bids of a job that have been opened, best first; none before the opening."""
    opened = Bid.filter(job=job).exclude(**UNOPENED)
    return opened.order_by("rank", "total_fen").select_related("bidder")


async def opened_bid(actor: Actor, number: str) -> Bid:
    """An opened bid on a job of the actor's organisation; NotFound otherwise, or while it is sealed."""
    opened = Bid.filter(number=number, bidder_id__isnull=False)
    bid = await opened.select_related("job", "job__owner", "bidder", "lot").first()
    if bid is None or not owns(actor, bid.job):
        raise NotFound(_("This bid does not exist"))
    return bid


async def rivals_of(bid: Bid, numbers: list[str]) -> list[Bid]:
    """Other opened bids on the same job, by number; NotFound when one is none."""
    found = await Bid.filter(job_id=bid.job_id, number__in=numbers, bidder_id__isnull=False)
    if len(found) != len(set(numbers)):
        raise NotFound(_("This bid does not exist"))
    return found


async def question_to_answer(actor: Actor, question_id: str) -> Question:
    """A question on a job of the actor's organisation; NotFound otherwise."""
    question = await _question(question_id)
    if question is None or not owns(actor, question.job):
        raise NotFound(_("This question does not exist"))
    return question


async def questions_of(job: Job) -> list[Question]:
    """Questions and answers, oldest first: everyone's."""
    return await Question.filter(job=job).order_by("id")


def all_questions(job: Job) -> QuerySet[Question]:
    """Questions and answers for a page of them, oldest first."""
    return Question.filter(job=job).order_by("id").select_related("file")


async def newest_questions(job: Job, count: int) -> list[Question]:
    """The last few questions of a job, oldest first, with their files."""
    newest = await Question.filter(job=job).order_by("-id").limit(count).select_related("file")
    return newest[::-1]


async def answer_file(actor: Actor, question_id: str) -> StoredFile:
    """The file of an answer, for whom the job's documents are; NotFound otherwise."""
    question = await _question(question_id)
    job = question.job if question is not None else None
    if question is None or job is None or question.file_id is None:
        raise NotFound(_("This document does not exist"))
    if not ((job.is_public or owns(actor, job)) and may_download(actor, job)):
        raise NotFound(_("This document does not exist"))
    return await StoredFile.get(id=question.file_id)


async def _question(question_id: str) -> Question | None:
    try:
        key = UUID(question_id)
    except ValueError:
        return None
    return await Question.filter(id=key).select_related("job").first()


async def public_award(number: str) -> Award:
    """An award; decisions are public."""
    award = (
        await Award.filter(number=number)
        .select_related("job", "job__owner", "lot", "bid", "bid__bidder")
        .first()
    )
    if award is None:
        raise NotFound(_("This award does not exist"))
    return award


async def own_award(actor: Actor, number: str) -> Award:
    """An award of the actor's own job; NotFound otherwise."""
    award = await public_award(number)
    if not owns(actor, award.job):
        raise NotFound(_("This award does not exist"))
    return award


def can_ask(actor: Actor, job: Job) -> bool:
    """Whether the page offers the question form (the verb decides)."""
    is_open = job.question_deadline_at is not None and job.question_deadline_at > clock.now()
    return is_open and job.status in ASKABLE and _is_rival(actor, job)


def can_bid(actor: Actor, job: Job) -> bool:
    """Whether the page offers to bid (the verb decides)."""
    is_open = job.bid_deadline_at is not None and job.bid_deadline_at > clock.now()
    return is_open and job.status == JobStatus.OPEN_BIDDING and _is_rival(actor, job)


def _is_rival(actor: Actor, job: Job) -> bool:
    return actor.kind == OrganisationKind.SUPPLIER and actor.verified and not owns(actor, job)


async def documents_of(actor: Actor, job: Job) -> list[tuple[str, StoredFile]]:
    """The files of a job this actor may download: (name in the address, file)."""
    return [
        (name, await StoredFile.get(id=file_id))
        for name, field in DOCUMENTS.items()
        if (file_id := getattr(job, field)) is not None and may_download(actor, job)
    ]


def may_download(actor: Actor, job: Job) -> bool:
    """Whether the actor may have the job's files: its owner, and every verified organisation."""
    return owns(actor, job) or (actor.is_authenticated and actor.verified)


async def document(actor: Actor, job: Job, name: str) -> StoredFile:
    """One file of a job; NotFound when there is none or the actor may not have it."""
    for found, file in await documents_of(actor, job):
        if found == name:
            return file
    raise NotFound(_("This document does not exist"))


async def latest_award(job: Job, lot_id: UUID | None = None) -> Award | None:
    """The last decision on a job, or on one lot of it."""
    decided = Award.filter(job=job, lot_id=lot_id) if lot_id else Award.filter(job=job)
    return await decided.order_by("-id").select_related("bid", "bid__bidder").first()


async def favourite_jobs(actor: Actor) -> QuerySet[Job]:
    """The published jobs the actor's organisation keeps an eye on."""
    kept = await JobFavourite.filter(organisation_id=actor.organisation_id).values_list(
        "job_id", flat=True
    )
    return published_jobs().filter(id__in=kept)


async def is_favourite(actor: Actor, job: Job) -> bool:
    """Whether the actor's organisation keeps an eye on the job."""
    if actor.organisation_id is None:
        return False
    return await JobFavourite.filter(job=job, organisation_id=actor.organisation_id).exists()


def notices() -> QuerySet[Notice]:
    """Public notices, newest first."""
    return (
        Notice.all()
        .order_by("-published_at", "-id")
        .select_related("job", "job__owner", "award__lot", "award__bid__bidder")
    )
