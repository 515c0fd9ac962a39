"""Openings for tests: the clock after a deadline, shares and their holders."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from market.kit import clock
from market.kit.actor import Actor
from market.tendering import opening_access
from market.tendering.models import Job
from market.tendering.sealed_models import KeyShare
from tests.factories import tendering
from tests.factories.accounts import actor, make_organisation


@contextmanager
def after(job: Job, **span: float) -> Iterator[None]:
    """The clock some time after the deadline."""
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(**span)):
        yield


async def share_of(by: Actor, job: Job) -> KeyShare:
    """The actor's share of the envelope that is due."""
    share = await opening_access.own_share(by, job)
    assert share is not None
    return share


async def with_bureau() -> tuple[Actor, Actor, Job]:
    """A buyer, the bureau above it, and an open job with a bid."""
    city = await actor(await make_organisation(kind="bureau", region_code="370100"))
    await make_organisation(kind="bureau", region_code="370000")
    buyer = await actor(await make_organisation(region_code="370102"))
    job = await tendering.published_job(by=buyer)
    await tendering.place_bid(job)
    return buyer, city, job
