"""JSON operations on bids, their evaluation and the award."""

from typing import Any

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.tendering import access, attachments, awards, bids, evaluation, panel_access
from market.tendering.bid_schemas import BidFileContentOut, BidFilesOut
from market.tendering.forms import (
    AwardInput,
    BidInput,
    BidWithFiles,
    DisqualifyInput,
    NewBidInput,
    ReasonInput,
)
from market.tendering.models import Bid, Job
from market.tendering.schemas import AwardOut, OpenedBidOut, OpenedBidsOut, OwnBidOut

BIDS, AWARDS = "bids", "awards"


@operation("POST", "/jobs/{number}/bids", summary="Place a sealed bid", tag=BIDS, body=NewBidInput,
           returns=OwnBidOut, status=201, scope="bids:write")  # fmt: skip
async def place_bid(call: Call[NewBidInput, Nothing]) -> OwnBidOut:
    """Keep the receipt: it is in this answer only, and the offer can be read by nobody until the opening."""
    job, offer = await access.job_open_for_bids(call.actor, call.path("number")), call.body.offer()
    lot = await access.lot_of(job, call.body.lot)
    files = await attachments.seal_files(job, lot, call.body.attachments(), by=call.actor)
    bid = await bids.place_bid(job, offer, lot=lot, files=files, by=call.actor)
    return await _sealed(bid, job, offer)


async def _sealed(bid: Bid, job: Job, offer: BidInput) -> OwnBidOut:
    await bid.fetch_related("lot")
    return OwnBidOut.of(bid, job, offer)


async def _own_bid(call: Call[Any, Any]) -> Bid:
    return await access.own_bid(call.actor, call.path("number"))


async def _shown(call: Call[Any, Any]) -> OwnBidOut:
    bid = await _own_bid(call)
    return OwnBidOut.of(bid, bid.job, bids.own_offer(bid.job, bid, by=call.actor))


@operation("GET", "/bids", summary="List my bids", tag=BIDS, query=CursorQuery,
           returns=CursorPage[OwnBidOut], scope="bids:read")  # fmt: skip
async def list_bids(call: Call[Nothing, CursorQuery]) -> CursorPage[OwnBidOut]:
    """Of one's own organisation, sealed or opened."""
    if call.actor.organisation_id is None:
        return CursorPage(items=[], next=None)
    rows, following = await cursor_page(
        await access.own_bids(call.actor.organisation_id), call.query
    )
    items = [OwnBidOut.of(b, b.job, bids.own_offer(b.job, b, by=call.actor)) for b in rows]
    return CursorPage(items=items, next=following)


@operation("GET", "/bids/{number}", summary="Read my bid", tag=BIDS, returns=OwnBidOut,
           scope="bids:read")  # fmt: skip
async def get_bid(call: Call[Nothing, Nothing]) -> OwnBidOut:
    """404 for anyone else's."""
    return await _shown(call)


@operation("PUT", "/bids/{number}", summary="Revise my bid", tag=BIDS, body=BidWithFiles,
           returns=OwnBidOut, scope="bids:write")  # fmt: skip
async def revise_bid(call: Call[BidWithFiles, Nothing]) -> OwnBidOut:
    """Until the deadline; offer and files take the place of the earlier ones, with a new receipt."""
    bid, offer = await _own_bid(call), call.body.offer()
    found = call.body.attachments()
    files = await attachments.seal_files(bid.job, bid.lot, found, by=call.actor)
    revised = await bids.revise_bid(bid, offer, files=files, by=call.actor)
    return await _sealed(revised, await Job.get(id=bid.job_id), offer)


@operation("GET", "/bids/{number}/files", summary="List the files of an opened bid", tag=BIDS,
           returns=BidFilesOut, scope="bids:read")  # fmt: skip
async def list_bid_files(call: Call[Nothing, Nothing]) -> BidFilesOut:
    """Of the envelopes opened so far; for the bidder, the owner, and judges without an interest."""
    bid = await panel_access.readable_bid(call.actor, call.path("number"))
    return BidFilesOut.of((await attachments.opened_files([bid]))[bid.id])


@operation("GET", "/bids/{number}/files/{id}", summary="Read a file of an opened bid", tag=BIDS,
           returns=BidFileContentOut, scope="bids:read")  # fmt: skip
async def get_bid_file(call: Call[Nothing, Nothing]) -> BidFileContentOut:
    """As its bidder sealed it; 409 when what is stored is not that."""
    bid, file = await panel_access.bid_file(call.actor, call.path("number"), call.path("id"))
    return BidFileContentOut.with_content(file, await attachments.read(bid.job, bid, file))


@operation("POST", "/bids/{number}/withdraw", summary="Withdraw my bid", tag=BIDS,
           returns=OwnBidOut, scope="bids:write")  # fmt: skip
async def withdraw_bid(call: Call[Nothing, Nothing]) -> OwnBidOut:
    """Until the deadline."""
    await bids.withdraw_bid(await _own_bid(call), by=call.actor)
    return await _shown(call)


@operation("POST", "/bids/{number}/confirm", summary="Confirm my bid for the amended job",
           tag=BIDS, returns=OwnBidOut, scope="bids:write")  # fmt: skip
async def reconfirm_bid(call: Call[Nothing, Nothing]) -> OwnBidOut:
    """The offer stays as it is."""
    await bids.reconfirm_bid(await _own_bid(call), by=call.actor)
    return await _shown(call)


@operation("GET", "/jobs/{number}/bids", summary="Compare the opened bids", tag=BIDS,
           returns=OpenedBidsOut, scope="jobs:read")  # fmt: skip
async def list_opened_bids(call: Call[Nothing, Nothing]) -> OpenedBidsOut:
    """For the owner; empty before the opening."""
    found = await access.opened_bids(await access.own_job(call.actor, call.path("number")))
    return OpenedBidsOut(items=[OpenedBidOut.of(bid) for bid in found])


async def _opened(call: Call[Any, Any]) -> Bid:
    return await access.opened_bid(call.actor, call.path("number"))


@operation("POST", "/bids/{number}/disqualification", summary="Refuse an opened bid", tag=AWARDS,
           body=DisqualifyInput, returns=OpenedBidOut, scope="awards:write")  # fmt: skip
async def disqualify_bid(call: Call[DisqualifyInput, Nothing]) -> OpenedBidOut:
    """With a coded reason that its bidder reads."""
    why, bid = call.body, await _opened(call)
    await evaluation.disqualify_bid(bid, why.code, why.explanation, by=call.actor)
    return OpenedBidOut.of(await _opened(call))


@operation("POST", "/bids/{number}/award", summary="Award a bid", tag=AWARDS, body=AwardInput,
           returns=AwardOut, status=201, scope="awards:write")  # fmt: skip
async def award_bid(call: Call[AwardInput, Nothing]) -> AwardOut:
    """The standstill begins; the clock brings the award into force."""
    bid, said = await _opened(call), call.body
    others = await access.rivals_of(bid, said.others)
    award = await awards.award_bid(
        bid, said.rationale, code=said.passing_reason, others=others, by=call.actor
    )
    return AwardOut.of(await access.public_award(award.number))


@operation("GET", "/awards/{number}", summary="Read an award", tag=AWARDS, returns=AwardOut,
           public=True)  # fmt: skip
async def get_award(call: Call[Nothing, Nothing]) -> AwardOut:
    """Decisions are public."""
    return AwardOut.of(await access.public_award(call.path("number")))


@operation("POST", "/awards/{number}/cancel", summary="Cancel an award", tag=AWARDS,
           body=ReasonInput, returns=AwardOut, scope="awards:write")  # fmt: skip
async def cancel_award(call: Call[ReasonInput, Nothing]) -> AwardOut:
    """While its contract is unsigned."""
    award = await access.own_award(call.actor, call.path("number"))
    await awards.cancel_award(award, call.body.reason, by=call.actor)
    return AwardOut.of(await access.public_award(award.number))


operations: list[Operation] = [
    place_bid, list_bids, get_bid, revise_bid, list_bid_files, get_bid_file, withdraw_bid,
    reconfirm_bid, list_opened_bids,
    disqualify_bid, award_bid, get_award, cancel_award,
]  # fmt: skip
