"""The deadlines of one thing for one reader: its own, and those of a public job."""

import datetime as dt

from market.calendar.deadlines import Deadline
from market.calendar.registry import deadlines_of
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.kit.web import path_for
from market.tendering.access import visible_job
from market.tendering.models import Job
from market.tendering.states import JobStatus

FAR = dt.timedelta(days=1000)


async def deadlines_about(by: Actor, number: str) -> list[Deadline]:
    """What the actor has to meet about a number, and a public job's dates; NotFound when nothing is due."""
    now = clock.now()
    found = [one for one in await deadlines_of(by, now, now + FAR) if one.number == number]
    if number.startswith("J-"):
        known = {one.kind for one in found}
        public = _dates_of(await visible_job(by, number))
        found += [one for one in public if one.kind not in known and one.at > now]
    if not found:
        raise NotFound(_("Nothing is due here"))
    return found


def _dates_of(job: Job) -> list[Deadline]:
    """What a job's page tells everybody."""
    url = path_for("jobs:show", number=job.number)
    ended = job.status in (JobStatus.CANCELLED, JobStatus.UNSUCCESSFUL)
    return [
        Deadline.of(kind, job, at, title=job.title, number=job.number, url=url, is_cancelled=ended)
        for kind, at in (
            ("questions_close", job.question_deadline_at), ("bids_close", job.bid_deadline_at)
        )
        if at is not None
    ]  # fmt: skip
