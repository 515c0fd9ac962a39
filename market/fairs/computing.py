"""Computing a fair's timetable: asked for once registration has closed, done by the worker or the command."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from market.directory.models import SupplierProfile
from market.fairs.fairs import hosted, registered
from market.fairs.models import Fair, FairBlock, FairMeeting, FairRegistration, FairTimetable
from market.fairs.scoring import SHORTFALL, Fit, fits_of, scores_of
from market.fairs.states import FairStatus, Side, TimetableStatus
from market.fairs.timetables import Pair, Party, Plan, Problem, faults, solve
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.documents import digest_of
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.models import Order
from market.tendering.models import Job
from search import sources
from search.documents import JobDocument, SupplierDocument

SOLVER = Actor.system("timetable")
STALE = dt.timedelta(minutes=10)
"""A computation that has said nothing for so long died with its process."""
NOTED = 0.5
"""Seconds between two notes of how far it is."""
_SCORED = 0.6
"""The share of the work that is scoring the pairs."""
Told = Callable[[float], None]


class RegistrationStillOpen(Conflict):
    """Who registers in the last minute is in the timetable."""

    title = "Registration is still open"


class ComputingAlready(Conflict):
    """One computation of a fair at a time."""

    title = "The timetable is being computed"


@dataclass(frozen=True, slots=True)
class Material:
    """What a timetable rests on, as it was read in one transaction."""

    fair: Fair
    buyers: list[FairRegistration]
    suppliers: list[FairRegistration]
    apart: frozenset[Pair]
    digest: str


@atomic()
async def request_timetable(fair: Fair, *, by: Actor, is_now: bool = False) -> FairTimetable:
    """Ask for a timetable; the worker computes it, or the caller does (`is_now`). The one before is overtaken.

    The host's, once registration has closed. Raises RegistrationStillOpen, ComputingAlready.
    """
    fair = await hosted(fair, by)
    if fair.status != FairStatus.OPEN or fair.closes_at > clock.now():
        raise RegistrationStillOpen(
            _("The timetable is computed between the end of registration and its publication")
        )
    running = FairTimetable.filter(
        fair=fair, status__in=(TimetableStatus.WAITING, TimetableStatus.SOLVING),
        updated_at__gt=clock.now() - STALE,
    )  # fmt: skip
    if await running.exists():
        raise ComputingAlready(_("The timetable is being computed already"))
    await overtake(fair, by=by)
    made = await FairTimetable.create(fair=fair)
    if not is_now:
        await outbox.record("fair.timetable_requested", timetable=made.id)
    return made


async def overtake(fair: Fair, *, by: Actor) -> None:
    """Every timetable of a locked fair is overtaken by a change of what it rests on."""
    rows = await FairTimetable.filter(fair=fair).exclude(status=TimetableStatus.OVERTAKEN)
    await FairTimetable.move_all(rows, TimetableStatus.OVERTAKEN, by=by)


async def compute_requested(message: outbox.Message) -> None:
    """fair.timetable_requested: the worker's part."""
    await compute(await FairTimetable.get(id=message.payload["timetable"]))


async def compute(timetable: FairTimetable, *, told: Told = lambda _share: None) -> FairTimetable:
    """Solve a requested timetable in a thread, noting its progress; returns it as it stands afterwards.

    One that is overtaken before or meanwhile stays overtaken. A failure is kept with the timetable.
    """
    material = await _begin(timetable)
    if material is None:
        return await FairTimetable.get(id=timetable.id)
    documents = await _documents(material)
    progress = [0.0]

    def tell(share: float) -> None:
        progress[0] = share
        told(share)

    begun = time.perf_counter()
    work = asyncio.create_task(asyncio.to_thread(_solve, material, documents, tell))
    try:
        while not (await asyncio.wait({work}, timeout=NOTED))[0]:
            await _note(timetable, progress[0])
        plan, fits, pairs = work.result()
    except Exception as error:
        await _fail(timetable, str(error) or type(error).__name__)
        raise
    took = round((time.perf_counter() - begun) * 1000)
    return await _finish(timetable, material, plan, fits, {"pairs": pairs, "took_ms": took})


async def _note(timetable: FairTimetable, share: float) -> None:
    await FairTimetable.filter(id=timetable.id).update(
        share_bp=round(share * 10_000), updated_at=clock.now()
    )


@atomic()
async def _begin(timetable: FairTimetable) -> Material | None:
    """Mark it as under way; None when it is not to be solved any more."""
    fair = await lock(await Fair.get(id=timetable.fair_id))
    timetable = await lock(timetable)
    if not timetable.is_running:
        return None
    material = await _material(fair)
    values: dict[str, Any] = {
        "started_at": clock.now(), "input_digest": material.digest,
        "buyers": len(material.buyers), "suppliers": len(material.suppliers),
    }  # fmt: skip
    if timetable.status == TimetableStatus.WAITING:
        await timetable.move_to(TimetableStatus.SOLVING, by=SOLVER, **values)
    return material


@atomic()
async def _finish(
    timetable: FairTimetable, material: Material, plan: Plan, fits: dict[Pair, Fit],
    measured: dict[str, Any],
) -> FairTimetable:  # fmt: skip
    """Write the meetings; a registration or block that came between has overtaken them."""
    await lock(material.fair)
    timetable = await lock(timetable)
    if timetable.status != TimetableStatus.SOLVING:
        return timetable
    await FairMeeting.bulk_create(_meetings(timetable, material, plan, fits), batch_size=100)
    await timetable.move_to(
        TimetableStatus.SOLVED, by=SOLVER, share_bp=10_000, model=plan.model,
        objective=plan.objective, bound=plan.bound, solved_at=clock.now(), **measured,
    )  # fmt: skip
    await outbox.record("fair.timetable_solved", timetable=timetable.id)
    return timetable


@atomic()
async def _fail(timetable: FairTimetable, why: str) -> None:
    timetable = await lock(timetable)
    if timetable.status == TimetableStatus.SOLVING:
        await timetable.move_to(TimetableStatus.FAILED, by=SOLVER, failure=why[:2000])


async def _material(fair: Fair) -> Material:
    rows = await registered(fair)
    buyers, suppliers = ([row for row in rows if row.side == side] for side in Side)
    at = {row.id: n for side in (buyers, suppliers) for n, row in enumerate(side)}
    blocks = await FairBlock.filter(fair=fair).order_by("id")
    apart = {(at[b.buyer_id], at[b.supplier_id]) for b in blocks
             if b.buyer_id in at and b.supplier_id in at}  # fmt: skip
    if fair.skips_partners:
        apart |= await _partners(buyers, suppliers)
    told = [
        [str(row.organisation_id), row.side, row.interests, row.jobs, row.wishes, row.away,
         row.max_meetings] for row in rows
    ]  # fmt: skip
    rules = [fair.slots, fair.tables, fair.min_meetings, sorted(apart)]
    return Material(fair, buyers, suppliers, frozenset(apart), digest_of([rules, told]))


async def _partners(buyers: list[FairRegistration], suppliers: list[FairRegistration]) -> set[Pair]:
    """The pairs with an order between them."""
    rows = await Order.filter(
        buyer_id__in=[row.organisation_id for row in buyers]
    ).order_by("id").values_list("buyer_id", "supplier_id")  # fmt: skip
    met = set(rows)
    return {
        (i, j)
        for i, buyer in enumerate(buyers)
        for j, supplier in enumerate(suppliers)
        if (buyer.organisation_id, supplier.organisation_id) in met
    }


Documents = tuple[dict[str, JobDocument], dict[str, SupplierDocument]]


async def _documents(material: Material) -> Documents:
    numbers = sorted({number for row in material.buyers for number in row.jobs})
    jobs = await sources.job_documents(Job.filter(number__in=numbers).order_by("id"))
    firms = [row.organisation_id for row in material.suppliers]
    found = await sources.supplier_documents(
        SupplierProfile.filter(organisation_id__in=firms).order_by("id")
    )
    return {one["number"]: one for one in jobs}, {one["id"]: one for one in found}


def _solve(
    material: Material, documents: Documents, told: Told
) -> tuple[Plan, dict[Pair, Fit], int]:
    jobs, firms = documents
    fits: dict[Pair, Fit] = {}
    for i, buyer in enumerate(material.buyers):
        own = [jobs[number] for number in buyer.jobs if number in jobs]
        for j, fit in enumerate(fits_of(buyer, own, material.suppliers, firms)):
            fits[i, j] = fit
        told(_SCORED * (i + 1) / len(material.buyers))
    problem = problem_of(material, scores_of(fits, material.apart))
    plan = solve(problem, advance=lambda share: told(_SCORED + (1 - _SCORED) * share))
    if wrong := faults(problem, plan.seats):
        raise RuntimeError("; ".join(wrong[:5]))
    return plan, fits, len(problem.scores)


def problem_of(material: Material, scores: dict[Pair, int]) -> Problem:
    """The fair as the solver takes it."""
    fair, everybody = material.fair, frozenset(range(material.fair.slots))
    buyers, suppliers = (
        [Party(row.max_meetings, everybody - {*row.away}) for row in rows]
        for rows in (material.buyers, material.suppliers)
    )
    return Problem(buyers, suppliers, scores, fair.slots, fair.tables, fair.min_meetings, SHORTFALL)


def _meetings(
    timetable: FairTimetable, material: Material, plan: Plan, fits: dict[Pair, Fit]
) -> list[FairMeeting]:
    """A buyer keeps the table of its number where there are enough tables, else they are counted anew."""
    keeps = len(material.buyers) <= material.fair.tables
    rows, taken = [], [0] * material.fair.slots
    for seat in sorted(plan.seats, key=lambda one: (one.slot, one.buyer)):
        taken[seat.slot] += 1
        fit = fits[seat.buyer, seat.supplier]
        rows.append(
            FairMeeting(
                timetable=timetable, buyer=material.buyers[seat.buyer],
                supplier=material.suppliers[seat.supplier], slot=seat.slot, score=fit.score,
                table_number=seat.buyer + 1 if keeps else taken[seat.slot],
                reasons=list(fit.reasons),
            )
        )  # fmt: skip
    return rows
