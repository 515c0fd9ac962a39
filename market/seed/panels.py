"""Panels of the demo: a buyer who judges alone, and three judges of whom one has not finished."""

from market.accounts.models import Person
from market.kit.actor import Actor
from market.tendering import judging, panel
from market.tendering.judging_forms import DeclarationInput, JudgeInput, SheetInput
from market.tendering.models import Job, Judge
from market.tendering.states import JudgeRole

NO_INTEREST = DeclarationInput(conflict="none")
MARKS = {"technical": "4.5", "quality": "4", "schedule": "4", "qualification": "4"}


async def judge_alone(job: Job, *, by: Actor) -> None:
    """Every bid marked by the buyer, as the only judge, and handed in."""
    judge = await judging.judge_alone(job, by=by)
    await mark_all(await panel.declare_interests(judge, NO_INTEREST, by=by), by=by)
    await judging.finish_judging(job, by=by)


async def mark_all(judge: Judge, *, by: Actor, less: int = 0) -> None:
    """Complete sheets of all bids but the last `less`; each bid a little lower than the one before."""
    bids = await judging.bids_to_judge(judge)
    for place, bid in enumerate(bids[: len(bids) - less]):
        marks = MARKS | {"technical": "4.5" if place == 0 else "3.5"}
        sheet = SheetInput.model_validate({**marks, "comment": "方案完整，质检流程清楚。"})
        await judging.save_sheet(bid, sheet, by=by)


async def seat_three(job: Job, people: list[Person], *, by: Actor) -> None:
    """Two experts who have handed in, and the buyer, whose last sheet is open."""
    email = (await Person.get(id=by.person_id)).email
    own = await panel.appoint_judge(job, JudgeInput(email=email, role=JudgeRole.CHAIR), by=by)
    for person in people[:2]:
        seat = JudgeInput(email=person.email, name=person.name, affiliation="医学影像标注专家库")
        expert = Actor(person_id=person.id, name=person.name)
        judge = await panel.appoint_judge(job, seat, by=by)
        judge = await panel.accept_seat(judge, by=expert)
        await mark_all(await panel.declare_interests(judge, NO_INTEREST, by=expert), by=expert)
        await judging.finish_judging(job, by=expert)
    await mark_all(await panel.declare_interests(own, NO_INTEREST, by=by), by=by, less=1)
