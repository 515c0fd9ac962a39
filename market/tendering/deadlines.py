"""The clock after the opening: requests that were met or lapsed, and what falls with them."""

import structlog

from market.kit import clock
from market.kit.db import atomic, lock, lock_id
from market.tendering import awards, clarifications
from market.tendering.jobs import CLOCK
from market.tendering.models import Award, Bid, Clarification, Job
from market.tendering.states import ClarificationKind, ClarificationStatus, RefusalReason

log = structlog.get_logger(__name__)


async def settle_due_clarifications() -> int:
    """Certificates that were renewed, and whatever was not answered in time; returns how many."""
    settled = 0
    for asked in await Clarification.filter(status=ClarificationStatus.ASKED).order_by("id"):
        try:
            settled += await settle_clarification(asked)
        except Exception:
            log.exception("clarification could not be settled", clarification=str(asked.id))
    return settled


@atomic()
async def settle_clarification(asked: Clarification) -> bool:
    """Renewed certificates are accepted at once; past its deadline a request lapses, and the award
    or the bid with it. Whether anything was decided.
    """
    bid = await Bid.get(id=asked.bid_id)
    job = await lock_id(Job, bid.job_id)
    asked = await lock(asked)
    if asked.status != ClarificationStatus.ASKED:
        return False
    if asked.kind == ClarificationKind.CERTIFICATE and await _is_renewed(job, bid):
        await asked.move_to(ClarificationStatus.ACCEPTED, by=CLOCK)
        return True
    if asked.due_at > clock.now():
        return False
    await asked.move_to(ClarificationStatus.LAPSED, by=CLOCK)
    if asked.kind == ClarificationKind.LOW_PRICE:
        await clarifications.refuse_low_price(job, bid, "", by=CLOCK)
    elif asked.award_id is not None:
        award, code = await Award.get(id=asked.award_id), RefusalReason.CERTIFICATE_EXPIRED
        await awards.take_back(award, code, "", by=CLOCK)
    return True


async def _is_renewed(job: Job, bid: Bid) -> bool:
    assert bid.bidder_id is not None, "a winner's bid has been opened"
    return not await clarifications.expired_certificates(job, bid.bidder_id)
