"""The panel: who judges a job's bids, what each declares, and who is kept away from which bid."""

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from market.accounts.models import Membership, Organisation, Person
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.tendering.judging_forms import DeclarationInput, ExpertInput, JudgeInput
from market.tendering.models import Bid, Expert, Job, Judge
from market.tendering.procedures import config_of
from market.tendering.states import JobStatus, JudgeRole, JudgeStatus
from market.vocabulary import regions

NONE, DECLARED = "none", "declared"
SEATED = (JudgeStatus.INVITED, JudgeStatus.APPOINTED, JudgeStatus.JUDGING, JudgeStatus.FINISHED)
SITTING = (JudgeStatus.JUDGING, JudgeStatus.FINISHED)
OVER = (JobStatus.COMPLETED, JobStatus.CANCELLED, JobStatus.UNSUCCESSFUL)


class PanelClosed(Conflict):
    """The panel changes until its sheets are open; afterwards nobody joins or leaves."""

    title = "The panel is closed"


class EmployedByBidder(NotPermitted):
    """Nobody judges the bid of their own employer (政府采购法 第十二条)."""

    title = "A judge may not work for a bidder"


def may_appoint(job: Job, by: Actor) -> bool:
    """The owner's organisation, or the bureau of its region."""
    if by.kind == OrganisationKind.BUREAU:
        return by.verified and regions.is_within(job.region_code, by.region_code)
    return by.organisation_id is not None and job.owner_id == by.organisation_id


async def _open_panel(job: Job, by: Actor) -> Job:
    """The locked job whose panel `by` may still change."""
    require(by, Role.BUYER)
    job = await lock(job)
    if not by.is_system and not may_appoint(job, by):
        raise NotFound(_("This job does not exist"))
    if job.ranked_at is not None or job.status in OVER or not job.is_public:
        raise PanelClosed(_("The panel of job %(number)s is closed", number=job.number))
    return job


@atomic()
async def appoint_judge(job: Job, seat: JudgeInput, *, by: Actor) -> Judge:
    """Seat a member of the owner's organisation at once, or invite anybody else by e-mail.

    One chair; as many seats as the procedure needs, and one more for every judge who keeps away
    from a bidder. Raises PanelClosed, InvalidInput, EmployedByBidder (only once bidders are public).
    """
    job = await _open_panel(job, by)
    await _check_seat(job, seat)
    person = await Person.get_or_none(email=seat.email)
    member = await Membership.get_or_none(
        person__email=seat.email, organisation_id=job.owner_id, revoked_at=None
    )
    if person is not None and job.opened_at is not None:
        await _refuse_employees(job, person.id)
    return await _seat(job, seat, person if member else None, by=by)


async def _seat(
    job: Job, seat: JudgeInput, person: Person | None, *, by: Actor, is_drawn: bool = False
) -> Judge:
    status = JudgeStatus.APPOINTED if person and not is_drawn else JudgeStatus.INVITED
    judge = await Judge.create(
        job=job, email=seat.email, name=(person.name if person else seat.name) or seat.email,
        person=person, role=seat.role, appointed_by_id=by.person_id, is_drawn=is_drawn,
        appointed_by=by.organisation_name, affiliation=seat.affiliation, status=status,
    )  # fmt: skip
    await audit.record(job, "judge appointed", by=by, after={"name": judge.name, "role": seat.role})
    await outbox.record("judge.invited", judge=judge.id)
    return judge


async def _check_seat(job: Job, seat: JudgeInput) -> None:
    judges = await Judge.filter(job=job)
    if any(judge.email == seat.email for judge in judges):
        raise InvalidInput(fields={"email": _("This person has been on the panel already")})
    seated = [judge for judge in judges if judge.status in SEATED]
    if seat.role == JudgeRole.CHAIR and any(judge.role == JudgeRole.CHAIR for judge in seated):
        raise InvalidInput(fields={"role": _("The panel has a chair already")})
    if len(seated) >= seats_of(job, seated):
        raise InvalidInput(fields={"email": _("Every seat of the panel is taken")})


def seats_of(job: Job, seated: Iterable[Judge]) -> int:
    """How many may sit: what the procedure needs, and a replacement for each partial recusal."""
    return config_of(job).judges_needed + sum(bool(judge.conflicts) for judge in seated)


@atomic()
async def draw_judges(job: Job, *, by: Actor) -> list[Judge]:
    """Fill the empty seats by lot from the experts of the job's industry, who are then invited.

    Who works for the owner or, once they are public, for a bidder is not drawn. Raises InvalidInput
    when there are too few.
    """
    job = await _open_panel(job, by)
    judges = await Judge.filter(job=job)
    seated = [judge for judge in judges if judge.status in SEATED]
    empty = seats_of(job, seated) - len(seated)
    barred = await _employees({job.owner_id, *await _bidders(job)})
    known = {judge.email for judge in judges}
    pool = [
        expert
        for expert in await Expert.filter(is_available=True).order_by("id").select_related("person")
        if job.industry in expert.industries
        and expert.person_id not in barred
        and expert.person.email not in known
    ]
    if empty < 1 or len(pool) < empty:
        raise InvalidInput(_("The list has %(count)s experts for the %(empty)s empty seats",
                             count=len(pool), empty=empty))  # fmt: skip
    has_chair = any(judge.role == JudgeRole.CHAIR for judge in seated)
    drawn = secrets.SystemRandom().sample(pool, empty)
    seats = [
        JudgeInput(email=expert.person.email, name=expert.person.name,
                   affiliation=expert.affiliation,
                   role=JudgeRole.MEMBER if has_chair or n else JudgeRole.CHAIR)
        for n, expert in enumerate(drawn)
    ]  # fmt: skip
    return [await _seat(job, seat, e.person, by=by, is_drawn=True)
            for seat, e in zip(seats, drawn, strict=True)]  # fmt: skip


@atomic()
async def accept_seat(judge: Judge, *, by: Actor) -> Judge:
    """Take the seat one was invited to; the account's confirmed address is the proof."""
    person = await Person.get(id=by.person_id)
    await lock_id(Job, judge.job_id)
    judge = await lock(judge)
    if person.email != judge.email or person.email_confirmed_at is None:
        raise NotFound(_("This seat does not exist"))
    await judge.move_to(JudgeStatus.APPOINTED, by=by, person_id=person.id, name=person.name)
    return judge


@atomic()
async def decline_seat(judge: Judge, *, by: Actor) -> Judge:
    """Leave the seat one was invited to for somebody else."""
    await lock_id(Job, judge.job_id)
    judge = await lock(judge)
    await judge.move_to(JudgeStatus.RELEASED, by=by, reason="declined")
    return judge


@atomic()
async def release_judge(judge: Judge, reason: str, *, by: Actor) -> Judge:
    """Empty a seat before its judge has finished; what was marked there does not count."""
    await _open_panel(await Job.get(id=judge.job_id), by)
    judge = await lock(judge)
    await judge.move_to(JudgeStatus.RELEASED, by=by, reason=reason)
    return judge


@atomic()
async def declare_interests(judge: Judge, declaration: DeclarationInput, *, by: Actor) -> Judge:
    """Say, once the bidders are known and before any bid is read, whether one is free of interest.

    Conflicts with some bidders keep the judge from their bids; a conflict with all of them, or work
    for one of them (checked here), empties the seat. Raises PanelClosed, InvalidInput.
    """
    job = await lock_id(Job, judge.job_id)
    judge = await lock(judge)
    if job.status != JobStatus.EVALUATION or job.ranked_at is not None:
        raise PanelClosed(_("Interests are declared between the opening and the ranking"))
    said: dict[str, Any] = {"declared_at": clock.now(), "conflict_text": declaration.text}
    employer = await employer_among(job, by.person_id)
    if employer is not None:
        why = _("works for the bidder %(name)s", name=employer.name)
        return await _recuse(judge, by=by, reason=why, **said)
    if declaration.conflict == "all":
        return await _recuse(judge, by=by, reason=declaration.text, **said)
    kept_from = await _named(job, declaration)
    await judge.move_to(
        JudgeStatus.JUDGING, by=by, conflict=DECLARED if kept_from else NONE, conflicts=kept_from,
        **said,
    )  # fmt: skip
    return judge


async def _recuse(judge: Judge, *, by: Actor, reason: str, **said: Any) -> Judge:
    await judge.move_to(
        JudgeStatus.RECUSED, by=by, reason=reason, conflict=DECLARED, recused_at=clock.now(), **said
    )
    await outbox.record("judge.recused", judge=judge.id)
    return judge


async def _named(job: Job, declaration: DeclarationInput) -> list[str]:
    if declaration.conflict == "none":
        return []
    bidders = {bid.number: str(bid.bidder_id) for bid in await Bid.filter(job=job)}
    if not declaration.bids or not set(declaration.bids) <= set(bidders):
        raise InvalidInput(fields={"bids": _("Name the bids you keep away from")})
    return sorted({bidders[number] for number in declaration.bids})


async def _bidders(job: Job) -> set[UUID]:
    """The organisations whose bids have been opened; nobody's while they are sealed."""
    if job.opened_at is None:
        return set()
    found = await Bid.filter(job=job, bidder_id__isnull=False).values_list("bidder_id", flat=True)
    return {UUID(str(bidder)) for bidder in found}


async def _employees(organisations: set[UUID]) -> set[UUID]:
    rows = Membership.filter(organisation_id__in=organisations, revoked_at=None)
    return {UUID(str(person)) for person in await rows.values_list("person_id", flat=True)}


async def employer_among(job: Job, person_id: UUID | None) -> Organisation | None:
    """The bidder of the job a person works for, if there is one."""
    row = (
        await Membership.filter(
            person_id=person_id, organisation_id__in=await _bidders(job), revoked_at=None
        )
        .select_related("organisation")
        .first()
    )
    return row.organisation if row else None


async def _refuse_employees(job: Job, person_id: UUID) -> None:
    employer = await employer_among(job, person_id)
    if employer is not None:
        text = _("This person works for the bidder %(name)s", name=employer.name)
        raise EmployedByBidder(text)


@atomic()
async def enrol_expert(expertise: ExpertInput, *, by: Actor) -> Expert:
    """Offer oneself for panels of some industries, or change the offer; an unavailable one is not drawn."""
    if by.person_id is None:
        raise NotPermitted(_("Please sign in to continue"))
    expert, _made = await Expert.update_or_create(
        person_id=by.person_id, defaults=expertise.model_dump()
    )
    return expert
