"""Pages of suppliers: their own sealed bids."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.kit import web
from market.kit.audit import canonical
from market.kit.files import MAX_BYTES
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.kit.tables import download
from market.tendering import (
    access,
    attachments,
    bids,
    explanations,
    exports,
    panel_access,
    presentation,
    requirements,
    terms,
)
from market.tendering.forms import Attachment, BidForm, BidInput
from market.tendering.models import Bid, Job, Lot
from market.tendering.procedures import config_of


async def place(request: Request) -> Response:
    """Submit a sealed bid."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    job = await access.job_open_for_bids(actor, request.path_params["number"])
    form = await Form.read(request, BidForm, draft="sealed")
    if form.is_valid:
        with form.guard():
            offer, lot = form.input.offer(), await access.lot_of(job, form.input.lot)
            sealed = await attachments.seal_files(job, lot, await _uploads(form), by=actor)
            bid = await bids.place_bid(job, offer, lot=lot, files=sealed, by=actor)
            return await _receipt(request, form, job, bid, offer)
    return await _bid_page(request, job, form)


async def _uploads(form: Form[BidForm]) -> list[Attachment]:
    """The files that came with the form, each read no further than one byte beyond the limit."""
    return [
        Attachment(upload.filename or "", await upload.read(MAX_BYTES + 1), name == "price_files")
        for name in ("files", "price_files") for upload in form.files.get(name, ())
    ]  # fmt: skip


async def _bid_page(request: Request, job: Job, form: Form[BidForm], **more: Any) -> Response:
    needs = requirements.summary(job)
    return await web.render(
        request, "market/tendering/bids_place.html", job=job, form=form, terms=terms, needs=needs,
        has_two=config_of(job).two_envelopes,
        **{"bid": None, "lots": await access.lots_of(job), **more},
    )  # fmt: skip


async def _receipt(
    request: Request, form: Form[BidForm], job: Job, bid: Bid, offer: BidInput
) -> Response:
    """The only page that can show what was sealed, in answer to the form: nothing of it is kept."""
    if form.draft is not None:
        await form.draft.forget()
    lot = await Lot.get_or_none(id=bid.lot_id)
    return await web.render(
        request, "market/tendering/bids_receipt.html", job=job, bid=bid, offer=offer, lot=lot,
        total_fen=bids.total_of(offer, lot or job), terms=terms,
        file=web.inline_file(canonical(bid.receipt), "application/json"),
    )  # fmt: skip


async def revise(request: Request) -> Response:
    """Replace a sealed bid: the form is filled in again, for nobody can read what is sealed."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    bid = await access.own_bid(actor, request.path_params["number"])
    form = await Form.read(request, BidForm, draft="sealed")
    if form.is_valid:
        with form.guard():
            offer = form.input.offer()
            found = await _uploads(form)
            sealed = await attachments.seal_files(bid.job, bid.lot, found, by=actor)
            revised = await bids.revise_bid(bid, offer, files=sealed, by=actor)
            return await _receipt(request, form, bid.job, revised, offer)
    return await _bid_page(request, bid.job, form, bid=bid)


async def show(request: Request) -> Response:
    """One's own bid: the offer, its receipt, and after the evaluation every score with its reason."""
    actor = web.signed_in(request)
    bid = await access.own_bid(actor, request.path_params["number"])
    offer = bids.own_offer(bid.job, bid, by=actor)
    winner = await access.latest_award(bid.job, bid.lot_id)
    return await web.render(
        request, "market/tendering/bids_show.html", bid=bid, job=bid.job, offer=offer,
        total_fen=bids.total_of(offer, bid.lot or bid.job) if offer else None, scores=explanations.told(bid),
        checks=[{"met": c["met"], "text": requirements.sentence(c)} for c in bid.checks or ()],
        reasons=await explanations.reasons_for_bidder(bid),
        requests=await panel_access.requests_about(bid), winner=winner, terms=terms,
        deadline=presentation.deadline_of(bid.job, winner),
        sealed_files=await bid.files.filter(filename="").count(),
        files=(await attachments.opened_files([bid]))[bid.id],
    )  # fmt: skip


async def download_file(request: Request) -> Response:
    """A file of an opened bid, in clear."""
    actor, named = web.signed_in(request), request.path_params
    bid, file = await panel_access.bid_file(actor, named["number"], named["id"])
    content = await attachments.read(bid.job, bid, file)
    return download(content, file.content_type, file.filename)


async def _act(request: Request, verb: Any, flash: str) -> Response:
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    bid: Bid = await access.own_bid(actor, request.path_params["number"])
    await verb(bid, by=actor)
    return web.see_other(request, "bids:show", number=bid.number, flash=flash)


async def withdraw(request: Request) -> Response:
    """Take a bid back."""
    return await _act(request, bids.withdraw_bid, _("The bid is withdrawn"))


async def reconfirm(request: Request) -> Response:
    """Let the offer stand for the amended job."""
    return await _act(request, bids.reconfirm_bid, _("The bid is confirmed for the amended job"))


async def list_own(request: Request) -> Response:
    """The bids of the actor's organisation."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    assert actor.organisation_id is not None, "a supplier acts for an organisation"
    query = (await access.own_bids(actor.organisation_id)).order_by("-id")
    if file := await exports.OWN_BIDS.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(
        request, "market/tendering/bids_list.html", page=page, rows=page.items,
        deadline=presentation.deadline_of,
    )  # fmt: skip


routes = [
    Route("/jobs/{number}/bids/new", place, name="bids:place", methods=["GET", "POST"]),
    Route("/bids", list_own, name="bids:list"),
    Route("/bids/{number}", show, name="bids:show"),
    Route("/bids/{number}/files/{id}", download_file, name="bids:file"),
    Route("/bids/{number}/revise", revise, name="bids:revise", methods=["GET", "POST"]),
    Route("/bids/{number}/withdraw", withdraw, name="bids:withdraw", methods=["POST"]),
    Route("/bids/{number}/reconfirm", reconfirm, name="bids:reconfirm", methods=["POST"]),
]
