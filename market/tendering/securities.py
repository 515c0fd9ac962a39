"""Whether a bid's deposit was there in time: noted by billing, read at the opening."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from market.kit import clock
from market.kit.db import is_in_verb
from market.tendering.models import Bid, Job
from market.tendering.procedures import config_of
from market.tendering.sealed_models import BidSecurity
from market.tendering.sealing import bidder_tag


async def note_security(job: Job, organisation_id: UUID, *, given_on: dt.date) -> None:
    """The deposit of a bidder is in custody, or its letter of guarantee accepted; in billing's verb."""
    assert is_in_verb(), "part of a verb of billing"
    tag = bidder_tag(job.id, organisation_id)
    await BidSecurity.get_or_create(bidder_tag=tag, defaults={"job": job, "given_on": given_on})


async def drop_security(job: Job, organisation_id: UUID) -> None:
    """The deposit went back, or the letter was given back; in billing's verb."""
    assert is_in_verb(), "part of a verb of billing"
    await BidSecurity.filter(bidder_tag=bidder_tag(job.id, organisation_id)).delete()


async def without_deposit(job: Job, bids: Iterable[Bid]) -> list[Bid]:
    """The opened bids whose deposit was not there by the deadline (财政部令第87号第六十三条: invalid)."""
    if not config_of(job).bid_deposit_fen:
        return []
    assert job.bid_deadline_at is not None
    last = clock.in_china(job.bid_deadline_at).date()
    tags = {row.bidder_tag for row in await BidSecurity.filter(job=job, given_on__lte=last)}
    return [
        bid
        for bid in bids
        if bid.bidder_id is None or bidder_tag(job.id, bid.bidder_id) not in tags
    ]
