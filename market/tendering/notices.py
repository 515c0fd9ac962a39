"""Public notices (公告) of what happens to jobs."""

from market.kit import clock
from market.tendering.models import Award, Job, Notice
from market.tendering.states import NoticeKind


async def publish(job: Job, kind: NoticeKind, *, award: Award | None = None) -> None:
    """Announce it; called by the verb that makes it true, in its transaction."""
    await Notice.create(job=job, award=award, kind=kind, published_at=clock.now())
