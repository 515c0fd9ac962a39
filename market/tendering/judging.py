"""Judges' own sheets: drafts nobody else reads, handed in together, open once all are in."""

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from market.accounts.models import Person
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.tendering import evaluation, panel
from market.tendering.judging_forms import NOT_APPLICABLE, JudgeInput, SheetInput
from market.tendering.models import Bid, Job, Judge, ScoreSheet
from market.tendering.procedures import config_of
from market.tendering.states import JobStatus, JudgeRole, JudgeStatus

EXPLAINED_BELOW, EXPLAINED_ABOVE = Decimal(2), Decimal("4.5")


class SheetsClosed(Conflict):
    """A sheet is written by a judge who has declared their interests and has not handed in yet."""

    title = "This sheet cannot be written now"


class SheetsIncomplete(Conflict):
    """Handing in needs every sheet to be complete."""

    title = "Some sheets are not complete"


def is_to_judge(judge: Judge, bid: Bid) -> bool:
    """Whether the judge marks the bid: it meets the requirements, and no interest stands between."""
    return (
        bid.status in evaluation.COMPARED
        and evaluation.meets_requirements(bid)
        and str(bid.bidder_id) not in judge.conflicts
    )


async def bids_to_judge(judge: Judge) -> list[Bid]:
    """The bids a judge marks, lot by lot in the order of the transcript."""
    bids = Bid.filter(job_id=judge.job_id, status__in=evaluation.COMPARED)
    ordered = bids.order_by("lot__position", "submitted_at", "id").select_related("bidder", "lot")
    return [bid for bid in await ordered if is_to_judge(judge, bid)]


async def due_bids(judge: Judge) -> list[Bid]:
    """`bids_to_judge` with no more of each than tells which it is."""
    bids = Bid.filter(job_id=judge.job_id, status__in=evaluation.COMPARED)
    ordered = bids.order_by("lot__position", "submitted_at", "id")
    known = ordered.only("id", "number", "lot_id", "status", "checks", "bidder_id")
    return [bid for bid in await known if is_to_judge(judge, bid)]


@atomic()
async def save_sheet(bid: Bid, sheet: SheetInput, *, by: Actor) -> ScoreSheet:
    """Keep one's own sheet of a bid: marks of 0 to 5 in halves or n/a, by criterion.

    Unless it is a draft every criterion is marked, at least one with a number, and marks under 2
    or over 4.5 say why. Raises NotFound, SheetsClosed, InvalidInput. The log keeps no marks.
    """
    judge = await _sitting(bid.job_id, by)
    job, bid = await Job.get(id=bid.job_id), await Bid.get(id=bid.id)
    if not is_to_judge(judge, bid):
        raise NotFound(_("This bid does not exist"))
    if judge.status != JudgeStatus.JUDGING or job.status != JobStatus.EVALUATION or job.ranked_at:
        raise SheetsClosed(_("Your sheets are handed in, or the evaluation is over"))
    judged = config_of(job).judged
    missing = problems_of(sheet, judged)
    if missing and not sheet.is_draft:
        raise InvalidInput(fields=missing)
    marked = {name: sheet.mark(name) for name in judged if sheet.mark(name)}
    kept, _made = await ScoreSheet.update_or_create(
        bid=bid, judge_id=by.person_id,
        defaults={
            "scores": {n: None if m == NOT_APPLICABLE else m for n, m in marked.items()},
            "comments": {name: why for name in judged if (why := sheet.why(name))},
            "comment": sheet.comment, "is_complete": not missing,
        },
    )  # fmt: skip
    return kept


def problems_of(sheet: SheetInput, judged: Iterable[str]) -> dict[str, str]:
    """What a sheet lacks to be handed in, by field."""
    problems: dict[str, str] = {}
    numbers = 0
    for name in judged:
        mark = sheet.mark(name)
        if not mark:
            problems[name] = _("Give a mark, or choose not applicable")
        elif mark != NOT_APPLICABLE:
            numbers += 1
            is_extreme = not EXPLAINED_BELOW <= Decimal(mark) <= EXPLAINED_ABOVE
            if is_extreme and not sheet.why(name).strip():
                problems[f"{name}_comment"] = _(
                    "Say why: marks below 2 and above 4.5 need a reason"
                )
    if not problems and not numbers:
        problems[next(iter(judged))] = _("Mark at least one criterion")
    return problems


async def _sitting(job_id: UUID, by: Actor) -> Judge:
    judge = await Judge.filter(
        job_id=job_id, person_id=by.person_id, status__in=panel.SITTING
    ).select_for_update().first()  # fmt: skip
    if judge is None or by.person_id is None:
        raise NotFound(_("This bid does not exist"))
    return judge


@atomic()
async def finish_judging(job: Job, *, by: Actor) -> Judge:
    """Hand in all of one's sheets for good. The last judge to do so opens them, and the bids are ranked.

    Raises SheetsIncomplete, SheetsClosed, NotFound. The job is locked: two judges finishing at once
    are one after the other, so that exactly one of them is the last.
    """
    job = await lock(job)
    judge = await _sitting(job.id, by)
    if judge.status != JudgeStatus.JUDGING or job.status != JobStatus.EVALUATION:
        raise SheetsClosed(_("Your sheets are handed in, or the evaluation is over"))
    bids = await due_bids(judge)
    complete = set(
        await ScoreSheet.filter(
            bid__job_id=job.id, judge_id=by.person_id, is_complete=True
        ).values_list("bid_id", flat=True)
    )
    open_ones = [bid.number for bid in bids if bid.id not in complete]
    if open_ones:
        raise SheetsIncomplete(
            _("%(count)s sheets are not complete; the first is of %(bid)s",
              count=len(open_ones), bid=open_ones[0])
        )  # fmt: skip
    now = clock.now()
    await ScoreSheet.filter(bid__job_id=job.id, judge_id=by.person_id).update(submitted_at=now)
    await judge.move_to(JudgeStatus.FINISHED, by=by, finished_at=now)
    await evaluation.rank_bids(job, by=by)
    return judge


@atomic()
async def note_spread(bid: Bid, note: str, *, by: Actor) -> Bid:
    """What the panel says about marks of a bid that lie more than two apart; the chair writes it.

    Raises NotFound for anybody else, SheetsClosed before the sheets are open.
    """
    job = await lock_id(Job, bid.job_id)
    seats = Judge.filter(job=job, person_id=by.person_id, status=JudgeStatus.FINISHED)
    is_chair = await seats.filter(role=JudgeRole.CHAIR).exists()
    if not is_chair and not (await seats.exists() and await _has_no_chair(job)):
        raise NotFound(_("This bid does not exist"))
    if job.ranked_at is None:
        raise SheetsClosed(_("The sheets open when every judge has handed in"))
    bid = await lock_id(Bid, bid.id)
    before = {"panel_note": bid.panel_note}
    bid.panel_note = note
    await bid.save(update_fields=["panel_note"])
    await audit.record(bid, "panel note", by=by, before=before, after={"panel_note": note})
    return bid


async def _has_no_chair(job: Job) -> bool:
    return not await Judge.exists(job=job, role=JudgeRole.CHAIR, status=JudgeStatus.FINISHED)


@atomic()
async def judge_alone(job: Job, *, by: Actor) -> Judge:
    """Take the only seat of a small procedure oneself: the owner's buyer, as chair."""
    require(by, Role.BUYER)
    job = await lock(job)
    if config_of(job).judges_needed != 1 or job.owner_id != by.organisation_id:
        raise SheetsClosed(_("This procedure needs a panel; appoint its judges"))
    person = await Person.get(id=by.person_id)
    seat = JudgeInput(email=person.email, role=JudgeRole.CHAIR)
    return await panel.appoint_judge(job, seat, by=by)


def aliases(judges: Iterable[Judge]) -> dict[UUID, int]:
    """The number under which a bidder reads a judge, by person: 评委1, 评委2, in an order of its own."""
    finished = [judge for judge in judges if judge.status == JudgeStatus.FINISHED]
    shuffled = sorted(
        finished, key=lambda judge: hashlib.sha256(f"{judge.job_id}{judge.id}".encode()).digest()
    )
    return {
        judge.person_id: n for n, judge in enumerate(shuffled, 1) if judge.person_id is not None
    }
