"""What waits for a person who judges, and for a firm that is asked something after the opening."""

import datetime as dt
from typing import NamedTuple

from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.kit.web import path_for
from market.tendering.panel_access import own_seats, requests_to_answer
from market.tendering.states import JobStatus, JudgeStatus


class JudgingTask(NamedTuple):
    """A line of the desk: what it is about, what to do, where, its state, by when."""

    title: str
    action: str
    url: str
    noun: str
    status: str
    due_at: dt.datetime | None = None


async def tasks_of(actor: Actor) -> list[JudgingTask]:
    """Seats to take, interests to declare, sheets to write; requests to the actor's firm."""
    actions = {
        JudgeStatus.INVITED: _("Take the seat"), JudgeStatus.APPOINTED: _("Declare interests"),
        JudgeStatus.JUDGING: _("Mark the bids"),
    }  # fmt: skip
    tasks = []
    for seat in await own_seats(actor):
        is_due = seat.status == JudgeStatus.INVITED or seat.job.status == JobStatus.EVALUATION
        if is_due and seat.status in actions:
            url = path_for("judging:list")
            if seat.status != JudgeStatus.INVITED:
                url = path_for("judging:show", number=seat.job.number)
            action = actions[seat.status]
            task = JudgingTask(seat.job.title, action, url, "judge", seat.status.value)
            tasks.append(task._replace(due_at=seat.job.judging_due_at))
    for asked in await requests_to_answer(actor):
        url = path_for("bids:show", number=asked.bid.number)
        action = _("Answer the owner's request")
        task = JudgingTask(asked.bid.job.title, action, url, "clarification", asked.status.value)
        tasks.append(task._replace(due_at=asked.due_at))
    return tasks
