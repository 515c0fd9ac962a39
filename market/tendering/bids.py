"""The bidder's verbs: place, revise, re-confirm and withdraw a sealed bid, until the deadline.

What is typed is checked before it is sealed; afterwards neither the platform nor the bidder's own
pages can read it. The verbs that seal leave a `receipt` on the row they return: the offer, its salts
and the digest, for the bidder to keep.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.money import format_yuan, line_total
from market.pools.memberships import is_member
from market.tendering import attachments, bid_log, sealing, shares
from market.tendering.attachments import SealedFile
from market.tendering.forms import BidInput
from market.tendering.models import Bid, Job, Lot
from market.tendering.procedures import config_of
from market.tendering.states import BidEventKind, BidStatus, JobStatus, LotStatus

RECEIPT_KIND = "market-bid-receipt"


class BiddingClosed(Conflict):
    """Bids are taken only while the job is open for bids and before its deadline."""

    title = "Bidding is closed"


class AlreadyBid(Conflict):
    """One bid for each supplier and job, or lot."""

    title = "You have bid on this job already"


def total_of(offer: BidInput, of: Job | Lot) -> int:
    """Fen of the whole offer: the unit price times the volume, rounded once, and the lump sums."""
    lump_sums = sum(line.amount_fen for line in offer.extra_lines)
    return line_total(offer.unit_price, of.volume) + lump_sums


@atomic()
async def place_bid(
    job: Job,
    offer: BidInput,
    *,
    lot: Lot | None = None,
    files: Sequence[SealedFile] = (),
    by: Actor,
) -> Bid:
    """Seal an offer before the deadline; of a verified supplier, by its owner or sales.

    A job with lots takes one bid for each lot. Raises BiddingClosed, AlreadyBid, shares.NoKeys, or
    InvalidInput above the ceiling (yuan a unit) or budget (fen). The bid's number is random, so
    that it does not count the bids.
    """
    job, tag = await _open_job(job, by, lot)
    lot = await _open_lot(job, lot)
    _check_offer(lot or job, offer)
    bid = await Bid.filter(job=job, bidder_tag=tag).select_for_update().first()
    if bid is not None and bid.status != BidStatus.WITHDRAWN:
        raise AlreadyBid(_("Your bid on job %(number)s is placed; revise it", number=job.number))
    if bid is None:
        number = f"B-{clock.today().year}-{secrets.token_hex(5).upper()}"
        bid = await Bid.create(number=number, job=job, lot=lot, bidder_tag=tag)
    await _seal(job, bid, offer, BidEventKind.SUBMITTED, lot=lot, files=files, by=by)
    await bid.move_to(BidStatus.SUBMITTED, by=sealing.sealed_actor(tag), digest=bid.digest)
    await outbox.record("bid.submitted", bid=bid.id)
    return bid


@atomic()
async def revise_bid(
    bid: Bid, offer: BidInput, *, files: Sequence[SealedFile] = (), by: Actor
) -> Bid:
    """Replace the sealed offer and its files before the deadline; also re-confirms it after an amendment."""
    job, bid, lot = await _own_bid(bid, by)
    _check_offer(lot or job, offer)
    if bid.status not in (BidStatus.SUBMITTED, BidStatus.INVALID):
        raise BiddingClosed(_("A withdrawn bid is placed again, not revised"))
    before = {"digest": bid.digest}
    await _seal(job, bid, offer, BidEventKind.REVISED, lot=lot, files=files, by=by)
    by = sealing.sealed_actor(bid.bidder_tag)
    if bid.status == BidStatus.INVALID:
        await bid.move_to(BidStatus.SUBMITTED, by=by, digest=bid.digest)
    else:
        await audit.record(bid, "revised", by=by, before=before, after={"digest": bid.digest})
    await outbox.record("bid.submitted", bid=bid.id)
    return bid


@atomic()
async def reconfirm_bid(bid: Bid, *, by: Actor) -> Bid:
    """Let the sealed offer stand for the amended job, unread: the same box, the same digest.

    Whether it keeps the amended ceiling and budget is seen at the opening, which refuses it if not.
    """
    job, bid, _lot = await _own_bid(bid, by)
    await bid.move_to(
        BidStatus.SUBMITTED, by=sealing.sealed_actor(bid.bidder_tag), job_version=job.version,
        submitted_at=clock.now(),
    )  # fmt: skip
    await bid_log.append(job, BidEventKind.CONFIRMED, digest=bid.digest, at=bid.submitted_at)
    await outbox.record("bid.submitted", bid=bid.id)
    return bid


@atomic()
async def withdraw_bid(bid: Bid, *, by: Actor) -> Bid:
    """Take a bid and its files back before the deadline; nobody learns whose it was."""
    job, bid, _lot = await _own_bid(bid, by)
    await attachments.drop(bid)
    await bid.move_to(BidStatus.WITHDRAWN, by=sealing.sealed_actor(bid.bidder_tag))
    await bid_log.append(job, BidEventKind.WITHDRAWN, digest=bid.digest)
    await outbox.record("bid.withdrawn", bid=bid.id)
    return bid


def own_offer(job: Job, bid: Bid, *, by: Actor) -> BidInput | None:
    """The bidder's own offer once it is opened, None while it is sealed; NotFound for anyone else's."""
    assert by.organisation_id is not None, "a bidder acts for an organisation"
    if bid.bidder_tag != sealing.bidder_tag(job.id, by.organisation_id, bid.lot_id):
        raise NotFound(_("This bid does not exist"))
    return BidInput.model_validate(bid.content) if bid.unit_price is not None else None


async def _open_job(job: Job, by: Actor, lot: Lot | None) -> tuple[Job, str]:
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
    if config.pool_only and not await is_member(config.pool, by.organisation_id):
        raise NotPermitted(_("Only members of the pool may bid on this job"))
    return job, sealing.bidder_tag(job.id, by.organisation_id, lot.id if lot else None)


async def _open_lot(job: Job, lot: Lot | None) -> Lot | None:
    if lot is None:
        if await Lot.filter(job=job).exists():
            raise InvalidInput(fields={"lot": _("Choose the lot you bid for")})
        return None
    lot = await lock(lot)
    if lot.job_id != job.id:
        raise NotFound(_("This lot does not exist"))
    if lot.status != LotStatus.OPEN:
        raise BiddingClosed(_("Lot %(position)s is not open for bids", position=lot.position))
    return lot


async def _own_bid(bid: Bid, by: Actor) -> tuple[Job, Bid, Lot | None]:
    lot = await Lot.get(id=bid.lot_id) if bid.lot_id else None
    job, tag = await _open_job(await Job.get(id=bid.job_id), by, lot)
    bid = await lock_id(Bid, bid.id)
    assert bid.bidder_tag == tag, "routes obtain bids through access.own_bid"
    return job, bid, lot


def _check_offer(of: Job | Lot, offer: BidInput) -> None:
    if problems := limits_broken(of, offer):
        raise InvalidInput(fields={"unit_price": problems[0]})


def limits_broken(of: Job | Lot, offer: BidInput) -> list[str]:
    """What of the ceiling and the budget an offer exceeds, as sentences."""
    ceiling, total, found = of.ceiling_unit_price, total_of(offer, of), []
    if ceiling is not None and offer.unit_price > ceiling:
        found.append(_("The ceiling is %(ceiling)s yuan", ceiling=f"{ceiling.normalize():f}"))
    if of.budget_fen and total > of.budget_fen:
        found.append(_(
            "The whole offer is ¥%(total)s; the budget is ¥%(budget)s",
            total=format_yuan(total), budget=format_yuan(of.budget_fen),
        ))  # fmt: skip
    return found


async def _seal(
    job: Job, bid: Bid, offer: BidInput, kind: BidEventKind, *, lot: Lot | None,
    files: Sequence[SealedFile], by: Actor,
) -> None:  # fmt: skip
    """The only place where an offer is written, and it is written sealed."""
    keys = await shares.public_keys(job)
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    made = sealing.seal(
        job, bid.bidder_tag, offer, keys, lot=lot.position if lot else 0,
        files=attachments.facts_of(files), by=by,
    )  # fmt: skip
    before, bid.sealed, bid.digest = bid.digest, made.content, made.digest
    bid.addressee = sealing.keep_addressee(job, by.organisation_id)
    bid.job_version, bid.submitted_at = job.version, clock.now()
    await bid.save(update_fields=["sealed", "digest", "addressee", "job_version", "submitted_at"])
    await attachments.replace(bid, files)
    replaces = before if kind == BidEventKind.REVISED else ""
    event = await bid_log.append(
        job, kind, digest=bid.digest, replaces=replaces, at=bid.submitted_at
    )
    bid.receipt = _receipt(job, bid, offer, made, event.head)
    bid.receipt["files"] = [{"envelope": f.envelope.value, **f.facts} for f in files]


def _receipt(
    job: Job, bid: Bid, offer: BidInput, made: sealing.Sealed, head: str
) -> dict[str, Any]:
    assert bid.submitted_at is not None
    return {
        "kind": RECEIPT_KIND, "job": job.number, "bid": bid.number, "digest": bid.digest,
        "submitted_at": bid.submitted_at.isoformat(), "log_head": head,
        "offer": offer.model_dump(mode="json"), "envelopes": made.envelopes,
    }  # fmt: skip
