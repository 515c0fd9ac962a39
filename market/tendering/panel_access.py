"""Who may see which seat, sheet and request of an evaluation: the only way its routes obtain a row."""

from uuid import UUID

from market.accounts.models import Person
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.tendering import access, evaluation, judging, panel
from market.tendering.models import Award, Bid, Clarification, Expert, Job, Judge, ScoreSheet
from market.tendering.sealed_models import BidFile
from market.tendering.states import ClarificationKind, ClarificationStatus, JudgeStatus

HIDING = (JudgeStatus.APPOINTED, JudgeStatus.RECUSED)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("This seat does not exist")) from None


async def panel_job(actor: Actor, number: str) -> Job:
    """A published job whose panel the actor appoints: its owner, the bureau of its region."""
    job = await access.visible_job(actor, number)
    if not job.is_public or not panel.may_appoint(job, actor):
        raise NotFound(_("This job does not exist"))
    return job


async def seats_of(job: Job) -> list[Judge]:
    """Every seat of a panel, the chair first."""
    return await Judge.filter(job=job).order_by("role", "id")


async def seat_to_release(actor: Actor, seat_id: str) -> Judge:
    """A seat of a panel the actor appoints."""
    judge = await Judge.filter(id=_key(seat_id)).select_related("job").first()
    if judge is None or not panel.may_appoint(judge.job, actor):
        raise NotFound(_("This seat does not exist"))
    return judge


async def own_invitation(actor: Actor, seat_id: str) -> Judge:
    """A seat the actor's own, confirmed address was invited to."""
    judge = await Judge.filter(id=_key(seat_id)).select_related("job").first()
    address = await _address(actor)
    if judge is None or address is None or judge.email != address:
        raise NotFound(_("This seat does not exist"))
    return judge


async def _address(actor: Actor) -> str | None:
    person = await Person.get_or_none(id=actor.person_id) if actor.person_id else None
    return str(person.email) if person and person.email_confirmed_at else None


async def own_seats(actor: Actor) -> list[Judge]:
    """The actor's seats and invitations, newest first."""
    address = await _address(actor)
    rows = Judge.filter(email=address).exclude(status=JudgeStatus.RELEASED)
    return await rows.order_by("-id").select_related("job", "job__owner") if address else []


async def own_seat(actor: Actor, number: str) -> Judge:
    """The actor's seat on the panel of a job, with the job."""
    if actor.person_id is None:
        raise NotFound(_("This job does not exist"))
    seats = Judge.filter(job__number=number, person_id=actor.person_id)
    judge = await seats.exclude(
        status__in=(JudgeStatus.INVITED, JudgeStatus.RELEASED)
    ).select_related("job", "job__owner").first()  # fmt: skip
    if judge is None:
        raise NotFound(_("This job does not exist"))
    return judge


async def seat_on(actor: Actor, job: Job) -> Judge | None:
    """The actor's seat on a panel, if there is one."""
    seats = Judge.filter(job=job, person_id=actor.person_id, status__in=panel.SEATED)
    return await seats.first() if actor.person_id else None


async def bid_to_judge(actor: Actor, number: str) -> tuple[Judge, Bid]:
    """A bid the actor marks, after declaring interests and unless one stands between."""
    bid = await Bid.filter(number=number).select_related(
        "job", "job__owner", "bidder", "lot"
    ).first()  # fmt: skip
    if bid is None or bid.bidder_id is None or actor.person_id is None:
        raise NotFound(_("This bid does not exist"))
    judge = await Judge.get_or_none(
        job_id=bid.job_id, person_id=actor.person_id, status__in=panel.SITTING
    )
    if judge is None or not judging.is_to_judge(judge, bid):
        raise NotFound(_("This bid does not exist"))
    return judge, bid


async def own_sheets(judge: Judge) -> dict[UUID, ScoreSheet]:
    """A judge's own sheets, by bid."""
    rows = ScoreSheet.filter(bid__job_id=judge.job_id, judge_id=judge.person_id)
    return {sheet.bid_id: sheet for sheet in await rows}


async def own_progress(judge: Judge) -> dict[UUID, bool]:
    """Of which bids a judge has a sheet, and whether it is complete."""
    rows = ScoreSheet.filter(bid__job_id=judge.job_id, judge_id=judge.person_id)
    return dict(await rows.values_list("bid_id", "is_complete"))


async def bidders_of(job: Job) -> list[Bid]:
    """One opened bid of each bidder, the first that came in: what a judge names its bidder by."""
    opened = Bid.filter(job=job, bidder_id__isnull=False).order_by("-submitted_at", "-id")
    firsts = {bidder: bid for bid, bidder in await opened.values_list("id", "bidder_id")}
    named = Bid.filter(id__in=list(firsts.values())).order_by("submitted_at", "id")
    return await named.select_related("bidder") if firsts else []


async def own_sheet(actor: Actor, bid: Bid) -> ScoreSheet | None:
    """The actor's own sheet of a bid."""
    return await ScoreSheet.get_or_none(bid=bid, judge_id=actor.person_id)


async def judged_job(actor: Actor, number: str) -> Job:
    """A ranked job for its owner and its panel; NotFound before every judge has handed in."""
    job = await Job.filter(number=number).select_related("owner").first()
    if job is None or not await _reads_sheets(actor, job):
        raise NotFound(_("This job does not exist"))
    return job


async def _reads_sheets(actor: Actor, job: Job) -> bool:
    if job.ranked_at is None or actor.person_id is None:
        return False
    finished = Judge.filter(job=job, person_id=actor.person_id, status=JudgeStatus.FINISHED)
    return access.owns(actor, job) or await finished.exists()


async def bid_of_judged_job(actor: Actor, number: str) -> Bid:
    """An opened bid of a ranked job, for its owner and its panel."""
    bid = await Bid.filter(number=number).select_related("job", "bidder").first()
    if bid is None or bid.bidder_id is None or not await _reads_sheets(actor, bid.job):
        raise NotFound(_("This bid does not exist"))
    return bid


async def bid_with_checks(actor: Actor, number: str) -> Bid:
    """An opened bid whose requirements the actor decides as chair."""
    bid = await Bid.filter(number=number).select_related("job", "bidder").first()
    seats = Judge.filter(job_id=bid.job_id if bid else None, person_id=actor.person_id)
    is_chair = await seats.filter(role="chair", status__in=panel.SITTING).exists()
    if bid is None or bid.bidder_id is None or not is_chair:
        raise NotFound(_("This bid does not exist"))
    return bid


async def unread_bidders(actor: Actor, job: Job) -> set[UUID] | None:
    """Whose bids an actor who sits on the panel keeps away from; None: from all, until declared."""
    judge = await Judge.filter(job=job, person_id=actor.person_id).exclude(
        status=JudgeStatus.RELEASED
    ).first()  # fmt: skip
    if judge is None or actor.person_id is None:
        return set()
    return None if judge.status in HIDING else {UUID(bidder) for bidder in judge.conflicts}


async def bid_with_requests(actor: Actor, number: str) -> Bid:
    """An opened bid, for its bidder and the owner of the job."""
    opened = Bid.filter(number=number, bidder_id__isnull=False)
    bid = await opened.select_related("job").first()
    own = actor.organisation_id
    if bid is None or own is None or own not in (bid.bidder_id, bid.job.owner_id):
        raise NotFound(_("This bid does not exist"))
    return bid


async def request_to(actor: Actor, request_id: str) -> Clarification:
    """A request to the actor's own organisation."""
    asked = await _request(request_id)
    if asked.bid.bidder_id != actor.organisation_id or actor.organisation_id is None:
        raise NotFound(_("This request does not exist"))
    return asked


async def request_of(actor: Actor, request_id: str) -> Clarification:
    """A request about a bid on the actor's own job."""
    asked = await _request(request_id)
    if not access.owns(actor, asked.bid.job):
        raise NotFound(_("This request does not exist"))
    return asked


async def _request(request_id: str) -> Clarification:
    found = Clarification.filter(id=_key(request_id), kind=ClarificationKind.LOW_PRICE)
    asked = await found.select_related("bid", "bid__job", "bid__bidder").first()
    if asked is None:
        raise NotFound(_("This request does not exist"))
    return asked


async def readable_bid(actor: Actor, number: str) -> Bid:
    """An opened bid: for its bidder, the job's owner, and judges without an interest in its bidder."""
    bid = await Bid.filter(number=number).select_related("job").first()
    if bid is None or bid.bidder_id is None or not await _reads_bid(actor, bid):
        raise NotFound(_("This bid does not exist"))
    return bid


async def bid_file(actor: Actor, number: str, file_id: str) -> tuple[Bid, BidFile]:
    """A file of an opened envelope, for whoever reads the bid."""
    bid = await readable_bid(actor, number)
    file = await BidFile.filter(id=_key(file_id), bid=bid).exclude(filename="").first()
    if file is None:
        raise NotFound(_("This file does not exist"))
    return bid, file


async def _reads_bid(actor: Actor, bid: Bid) -> bool:
    if actor.organisation_id is not None and actor.organisation_id == bid.bidder_id:
        return True
    seats = Judge.filter(job_id=bid.job_id, person_id=actor.person_id, status__in=panel.SITTING)
    sits = actor.person_id is not None and await seats.exists()
    if not sits and not access.owns(actor, bid.job):
        return False
    away = await unread_bidders(actor, bid.job)
    return away is not None and bid.bidder_id not in away


async def requests_about(bid: Bid) -> list[Clarification]:
    """What the bidder was asked, oldest first."""
    return await Clarification.filter(bid=bid).order_by("id")


async def requests_to_answer(actor: Actor) -> list[Clarification]:
    """What the actor's organisation is asked now, the nearest deadline first."""
    own = actor.organisation_id
    waiting = Clarification.filter(bid__bidder_id=own, status=ClarificationStatus.ASKED)
    return await waiting.order_by("due_at").select_related("bid", "bid__job") if own else []


async def won_award(actor: Actor, number: str) -> Award:
    """An award to the actor's own organisation."""
    award = await access.public_award(number)
    if award.bid.bidder_id != actor.organisation_id or actor.organisation_id is None:
        raise NotFound(_("This award does not exist"))
    return award


async def told_bid(actor: Actor, number: str) -> Bid:
    """A decided bid, for its bidder and the owner of the job: whom its letter concerns."""
    bid = await Bid.filter(number=number).select_related("job", "job__owner", "bidder").first()
    if bid is None or bid.bidder_id is None or bid.status in evaluation.COMPARED:
        raise NotFound(_("This bid does not exist"))
    if bid.bidder_id != actor.organisation_id and not access.owns(actor, bid.job):
        raise NotFound(_("This bid does not exist"))
    return bid


async def own_expertise(actor: Actor) -> Expert | None:
    """What the actor offers to judge."""
    return await Expert.get_or_none(person_id=actor.person_id)
