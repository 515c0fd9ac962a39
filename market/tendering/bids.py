"""The bidder's verbs: place, revise, re-confirm and withdraw a sealed bid, until the deadline."""

import secrets

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.money import format_yuan, line_total
from market.tendering import sealing
from market.tendering.forms import BidInput
from market.tendering.models import Bid, Job
from market.tendering.procedures import config_of
from market.tendering.states import BidStatus, JobStatus


class BiddingClosed(Conflict):
    """Bids are taken only while the job is open for bids and before its deadline."""

    title = "Bidding is closed"


class AlreadyBid(Conflict):
    """One bid for each supplier and job."""

    title = "You have bid on this job already"


def total_of(offer: BidInput, job: Job) -> int:
    """Fen of the whole offer: the unit price times the job's volume, rounded once, and the lump sums."""
    lump_sums = sum(line.amount_fen for line in offer.extra_lines)
    return line_total(offer.unit_price, job.volume) + lump_sums


@atomic()
async def place_bid(job: Job, offer: BidInput, *, by: Actor) -> Bid:
    """Seal an offer before the deadline; of a verified supplier, by its owner or sales.

    Raises BiddingClosed, AlreadyBid, or InvalidInput above the ceiling (yuan a unit) or budget (fen).
    The bid's number is random, so that it does not count the bids.
    """
    job, tag = await _open_job(job, by)
    _check_offer(job, offer)
    bid = await Bid.filter(job=job, bidder_tag=tag).select_for_update().first()
    if bid is not None and bid.status != BidStatus.WITHDRAWN:
        raise AlreadyBid(_("Your bid on job %(number)s is placed; revise it", number=job.number))
    if bid is None:
        number = f"B-{clock.today().year}-{secrets.token_hex(5).upper()}"
        bid = await Bid.create(number=number, job=job, bidder_tag=tag)
    await _seal(job, bid, offer, by=by)
    await bid.move_to(BidStatus.SUBMITTED, by=sealing.sealed_actor(tag), digest=bid.digest)
    await outbox.record("bid.submitted", bid=bid.id)
    return bid


@atomic()
async def revise_bid(bid: Bid, offer: BidInput, *, by: Actor) -> Bid:
    """Replace the sealed offer before the deadline; also re-confirms it after an amendment."""
    job, tag = await _open_job(await Job.get(id=bid.job_id), by)
    bid = await _own_bid(bid, tag)
    _check_offer(job, offer)
    if bid.status not in (BidStatus.SUBMITTED, BidStatus.INVALID):
        raise BiddingClosed(_("A withdrawn bid is placed again, not revised"))
    before = {"digest": bid.digest}
    await _seal(job, bid, offer, by=by)
    by = sealing.sealed_actor(tag)
    if bid.status == BidStatus.INVALID:
        await bid.move_to(BidStatus.SUBMITTED, by=by, digest=bid.digest)
    else:
        await audit.record(bid, "revised", by=by, before=before, after={"digest": bid.digest})
    await outbox.record("bid.submitted", bid=bid.id)
    return bid


@atomic()
async def reconfirm_bid(bid: Bid, *, by: Actor) -> Bid:
    """Let an unchanged offer stand for the amended job. InvalidInput when it no longer fits."""
    job, tag = await _open_job(await Job.get(id=bid.job_id), by)
    bid = await _own_bid(bid, tag)
    offer = own_offer(job, bid, by=by)
    _check_offer(job, offer)
    await _seal(job, bid, offer, by=by)
    await bid.move_to(BidStatus.SUBMITTED, by=sealing.sealed_actor(tag), digest=bid.digest)
    await outbox.record("bid.submitted", bid=bid.id)
    return bid


@atomic()
async def withdraw_bid(bid: Bid, *, by: Actor) -> Bid:
    """Take a bid back before the deadline; nobody learns that there was one."""
    _job, tag = await _open_job(await Job.get(id=bid.job_id), by)
    bid = await _own_bid(bid, tag)
    await bid.move_to(BidStatus.WITHDRAWN, by=sealing.sealed_actor(tag))
    await outbox.record("bid.withdrawn", bid=bid.id)
    return bid


def own_offer(job: Job, bid: Bid, *, by: Actor) -> BidInput:
    """The bidder's own offer, sealed or opened; NotFound for anyone else's."""
    assert by.organisation_id is not None, "a bidder acts for an organisation"
    return BidInput.model_validate(sealing.read_own(job, bid, by.organisation_id)["offer"])


async def _open_job(job: Job, by: Actor) -> tuple[Job, str]:
    """The locked job and the bidder's tag; raises unless `by` may bid on it now."""
    require(by, Role.SALES, kind=OrganisationKind.SUPPLIER)
    job = await lock(job)
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    if job.owner_id == by.organisation_id:
        raise NotPermitted(_("You cannot bid on your own job"))
    deadline = job.bid_deadline_at
    if job.status != JobStatus.OPEN_BIDDING or deadline is None or deadline <= clock.now():
        raise BiddingClosed(_("Job %(number)s is not open for bids", number=job.number))
    config = config_of(job)
    if config.invited_only:
        bidder = await Organisation.get(id=by.organisation_id)
        if bidder.number not in config.invited and bidder.name not in config.invited:
            raise NotPermitted(_("Only invited suppliers may bid on this job"))
    return job, sealing.bidder_tag(job.id, by.organisation_id)


async def _own_bid(bid: Bid, tag: str) -> Bid:
    bid = await lock_id(Bid, bid.id)
    assert bid.bidder_tag == tag, "routes obtain bids through access.own_bid"
    return bid


def _check_offer(job: Job, offer: BidInput) -> None:
    ceiling, total = job.ceiling_unit_price, total_of(offer, job)
    if ceiling is not None and offer.unit_price > ceiling:
        text = _("The ceiling is %(ceiling)s yuan", ceiling=f"{ceiling.normalize():f}")
        raise InvalidInput(fields={"unit_price": text})
    if job.budget_fen and total > job.budget_fen:
        text = _(
            "The whole offer is ¥%(total)s; the budget is ¥%(budget)s",
            total=format_yuan(total), budget=format_yuan(job.budget_fen),
        )  # fmt: skip
        raise InvalidInput(fields={"unit_price": text})


async def _seal(job: Job, bid: Bid, offer: BidInput, *, by: Actor) -> None:
    """The only place where an offer is written, and it is written sealed."""
    content = {
        "bidder": by.organisation_id, "bidder_name": by.organisation_name,
        "person": by.person_id, "person_name": by.name,
        "at": clock.now(), "offer": offer.model_dump(mode="json"),
    }  # fmt: skip
    bid.sealed = sealing.seal(job, bid.bidder_tag, content)
    bid.digest = sealing.digest(bid.sealed)
    bid.job_version, bid.submitted_at = job.version, clock.now()
    await bid.save(update_fields=["sealed", "digest", "job_version", "submitted_at"])
