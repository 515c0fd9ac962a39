"""The opening itself: with the shares combined, every sealed bid of an envelope is read and written at once."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.directory.models import SupplierProfile
from market.kit import audit, boxes, clock, outbox
from market.kit.actor import Actor
from market.tendering import (
    attachments,
    evaluation,
    notices,
    requirements,
    sealing,
    securities,
    transcripts,
)
from market.tendering.bids import limits_broken, total_of
from market.tendering.forms import BidInput
from market.tendering.models import Bid, Job, Lot
from market.tendering.procedures import config_of
from market.tendering.sealed_models import JobKey
from market.tendering.states import (
    BidStatus,
    Envelope,
    JobStatus,
    LotStatus,
    NoticeKind,
    RefusalReason,
)

CLOCK = Actor.system("clock")
READ = {  # which bids an envelope is opened of
    Envelope.QUALIFICATION: BidStatus.SUBMITTED,
    Envelope.OFFER: BidStatus.SUBMITTED,
    Envelope.PRICE: BidStatus.OPENED,
}
WRITTEN = ("bidder_id", "submitted_by_id", "delivery_days", "daily_capacity", "proposal", "checks",
           "unit_price", "total_fen", "content")  # fmt: skip
Contents = dict[UUID, dict[Envelope, dict[str, Any]]]


async def open_envelope(job: Job, key: JobKey, privates: Mapping[Envelope, bytes]) -> None:
    """Open every bid's envelope of this key, in the caller's transaction, the job being locked.

    A damaged bid is refused and the others open. After the last envelope the job is under evaluation
    and its transcript is public. `privates` has the key of every envelope opened so far.
    """
    bids = await Bid.filter(job=job, status=READ[key.envelope]).order_by("id").select_for_update()
    contents = _read(job, bids, privates)
    damaged = [bid for bid in bids if bid.id not in contents]
    readable = [bid for bid in bids if bid.id in contents]
    key.opened_at = clock.now()
    excessive = await _write(job, readable, contents)
    unsecured = await securities.without_deposit(job, readable)
    await _mark(readable, damaged, excessive, unsecured)
    if key.envelope == Envelope.QUALIFICATION:
        await key.save(update_fields=["opened_at"])
        await transcripts.publish(job, key, {}, key.opened_at)
        await audit.record(job, "first envelopes opened", by=CLOCK, after={"bids": len(readable)})
        await outbox.record("job.changed", job=job.id)
        return
    await key.save(update_fields=["opened_at"])
    await _finish(job, key, contents)


def _read(job: Job, bids: Iterable[Bid], privates: Mapping[Envelope, bytes]) -> Contents:
    contents: Contents = {}
    for bid in bids:
        try:
            contents[bid.id] = {
                envelope: sealing.unseal(job, bid, envelope, private)
                for envelope, private in privates.items()
            }
        except boxes.Unreadable:
            continue
    return contents


async def _write(job: Job, bids: list[Bid], contents: Contents) -> list[Bid]:
    """Fill the rows with what was sealed; the bids beyond an amended ceiling or budget."""
    ids = {UUID(part["bidder"]) for parts in contents.values() for part in parts.values()}
    bidders = {row.id: row for row in await Organisation.filter(id__in=ids)}
    profiles = {row.organisation_id: row
                for row in await SupplierProfile.filter(organisation_id__in=ids)}  # fmt: skip
    lots = {lot.id: lot for lot in await Lot.filter(job=job)}
    excessive = []
    for bid in bids:
        parts = list(contents[bid.id].values())
        bid.bidder_id, person = UUID(parts[0]["bidder"]), parts[0]["person"]
        bid.submitted_by_id = UUID(person) if person else None
        lot = lots.get(bid.lot_id) if bid.lot_id else None
        of = lot or job
        _fill(bid, parts, of)
        assert bid.delivery_days is not None
        bid.checks = [check._asdict() for check in (
            *requirements.check_supplier(job, bidders[bid.bidder_id], profiles.get(bid.bidder_id)),
            *requirements.check_offer(job, bid.delivery_days, bid.daily_capacity,
                                      on=clock.today(), volume=of.volume),
        )]  # fmt: skip
        if bid.content is not None and limits_broken(of, BidInput.model_validate(bid.content)):
            excessive.append(bid)
    if bids:
        await Bid.bulk_update(bids, [*WRITTEN, "updated_at"], batch_size=100)
        await attachments.name_opened(contents)
    return excessive


def _fill(bid: Bid, parts: list[dict[str, Any]], of: Job | Lot) -> None:
    found = {name: value for part in parts for name, value in part["offer"].items()}
    bid.delivery_days, bid.proposal = found["delivery_days"], found["proposal"]
    capacity = found["daily_capacity"]
    bid.daily_capacity = Decimal(capacity) if capacity is not None else None
    bid.updated_at = clock.now()
    if "unit_price" in found:
        offer = BidInput.model_validate(found)
        bid.unit_price, bid.total_fen = offer.unit_price, total_of(offer, of)
        bid.content = offer.model_dump(mode="json")


async def _mark(
    readable: list[Bid], damaged: list[Bid], excessive: list[Bid], unsecured: list[Bid]
) -> None:
    fresh = [bid for bid in readable if bid.status == BidStatus.SUBMITTED]
    await Bid.move_all(fresh, BidStatus.OPENED, by=CLOCK)
    beyond = [bid for bid in excessive if bid not in unsecured]
    for refused, code in (
        (damaged, RefusalReason.CONTENT_DAMAGED), (beyond, RefusalReason.NOT_RESPONSIVE),
        (unsecured, RefusalReason.DEPOSIT_MISSING),
    ):  # fmt: skip
        await Bid.move_all(refused, BidStatus.DISQUALIFIED, by=CLOCK, reason_code=code.value)
        for bid in refused:
            await outbox.record("bid.unsuccessful", bid=bid.id)


async def _finish(job: Job, key: JobKey, contents: Contents) -> None:
    assert key.opened_at is not None
    transcript = await transcripts.publish(job, key, contents, key.opened_at)
    config = config_of(job)
    due = clock.add_working_days(clock.today(), config.judging_days)
    await job.move_to(
        JobStatus.EVALUATION, by=CLOCK, opened_at=key.opened_at,
        judging_due_at=clock.end_of_day(due) if config.judged else None,
    )  # fmt: skip
    await audit.record(
        job, "transcript published", by=CLOCK, after={"digest": transcript["digest"]}
    )
    for lot in await Lot.filter(job=job, status=LotStatus.OPEN):
        await lot.move_to(LotStatus.EVALUATION, by=CLOCK)
    if not config.judged:
        await evaluation.rank_bids(job, by=CLOCK)
    await notices.publish(job, NoticeKind.OPENED)
    await outbox.record("job.opened", job=job.id)
