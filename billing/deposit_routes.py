"""Pages of deposits: give one, a letter in its place, keep one, and what the operator's finance does."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import (
    deposit_access,
    deposit_views,
    deposit_words,
    deposits,
    exports,
    forfeitures,
    guarantees,
    holdings,
    words,
)
from billing.custody import custody_account
from billing.deposit_forms import CheckInput, ForfeitInput, GuaranteeInput, OpenInput
from billing.deposit_models import Holding
from billing.forms import BankReferenceInput
from market.kit import files, tables, web
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.tendering.procedures import config_of

LETTERS = {suffix: files.KINDS[suffix] for suffix in (".pdf", ".png", ".jpg", ".jpeg")}


def _done(request: Request, number: str, text: str) -> Response:
    return web.see_other(request, "deposits:show", number=number, flash=text)


async def list_holdings(request: Request) -> Response:
    """What the organisation has in custody for a purpose, or would be given; all for the operator."""
    actor = web.signed_in(request)
    rows = deposit_access.holdings_of(actor)
    if file := await exports.HOLDINGS.file(request, rows):
        return file
    return await web.render(
        request, "billing/deposits_list.html", page=await paginate(request, rows),
        words=deposit_words,
    )  # fmt: skip


async def open_deposit(request: Request) -> Response:
    """What a job asks for, and the payable of one's own deposit."""
    actor = web.signed_in(request)
    job = await deposit_access.job_asking(actor, request.path_params["number"])
    form = await Form.read(request, OpenInput)
    if form.is_valid:
        with form.guard():
            made = await deposits.open_bid_deposit(job, by=actor)
            return web.see_other(request, "deposits:show", number=made.number)
    return await web.render(
        request, "billing/deposits_open.html", form=form, job=job, config=config_of(job),
        may_open=actor.kind == "supplier" and job.owner_id != actor.organisation_id,
        source=deposit_words.source("bid_deposit"),
    )  # fmt: skip


async def show_holding(request: Request) -> Response:
    """One of them: where the money is, how to pay it, what happened to it, down to the ledger."""
    actor = web.signed_in(request)
    holding = await deposit_access.holding_to_read(actor, request.path_params["number"])
    return await web.render(
        request, "billing/deposits_show.html", view=await deposit_views.view_holding(holding),
        custody=custody_account(), words=deposit_words, money_words=words,
    )  # fmt: skip


async def cancel(request: Request) -> Response:
    """Give up what was not paid."""
    actor = web.signed_in(request)
    holding = await deposit_access.own_holding(actor, request.path_params["number"])
    await holdings.cancel_holding(holding, by=actor)
    return _done(request, holding.number, _("Given up"))


async def submit_letter(request: Request) -> Response:
    """Hand in a letter of guarantee in place of the money."""
    actor = web.signed_in(request)
    holding = await deposit_access.own_holding(actor, request.path_params["number"])
    form = await Form.read(request, GuaranteeInput)
    if form.is_valid:
        with form.guard():
            if (upload := form.upload("file")) is None:
                raise InvalidInput(fields={"file": _("Choose a file")})
            file = await files.store_upload(upload, by=actor, kinds=LETTERS)
            await guarantees.submit_guarantee(holding, form.input, file, by=actor)
            return _done(request, holding.number, _("The letter is handed in and will be checked"))
    return await web.render(
        request, "billing/deposits_guarantee.html", form=form, holding=holding, words=deposit_words
    )


async def show_letter(request: Request) -> Response:
    """The letter itself."""
    actor = web.signed_in(request)
    letter = await deposit_access.letter_to_read(actor, request.path_params["number"])
    return tables.download(
        await files.read(letter.file), letter.file.content_type, letter.file.filename
    )


async def forfeit(request: Request) -> Response:
    """Propose that a deposit be kept."""
    actor = web.signed_in(request)
    holding = await deposit_access.holding_in_favour(actor, request.path_params["number"])
    form = await Form.read(request, ForfeitInput)
    if form.is_valid:
        with form.guard():
            await forfeitures.propose_forfeiture(holding, form.input, by=actor)
            return _done(request, holding.number, _("Proposed; the operator's finance decides"))
    return await web.render(
        request, "billing/deposits_forfeit.html", form=form, holding=holding, words=deposit_words
    )


async def decide_forfeiture(request: Request) -> Response:
    """The second pair of eyes on a proposal."""
    actor = web.signed_in(request)
    row = await deposit_access.forfeiture_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, CheckInput)
    if form.is_valid:
        with form.guard():
            await forfeitures.decide_forfeiture(row, **form.input.model_dump(), by=actor)
            return _done(request, row.holding.number, _("Noted"))
    return await web.render(
        request, "billing/forfeitures_decide.html", form=form, row=row, words=deposit_words
    )


async def check_letter(request: Request) -> Response:
    """What the issuer says of a letter."""
    actor = web.signed_in(request)
    letter = await deposit_access.letter_to_check(actor, request.path_params["number"])
    form = await Form.read(request, CheckInput)
    if form.is_valid:
        with form.guard():
            await guarantees.check_guarantee(
                letter, is_accepted=form.input.is_agreed, reason=form.input.reason, by=actor
            )
            return _done(request, letter.holding.number, _("Noted"))
    return await web.render(
        request, "billing/guarantees_check.html", form=form, letter=letter, words=deposit_words
    )


async def confirm_payout(request: Request) -> Response:
    """Note that the bank has executed an instruction."""
    actor = web.signed_in(request)
    payout = await deposit_access.payout_to_confirm(actor, request.path_params["number"])
    form = await Form.read(request, BankReferenceInput)
    if form.is_valid:
        with form.guard():
            await holdings.confirm_payout(payout, reference=form.input.reference, by=actor)
            holding = await Holding.get(id=payout.holding_id)
            return _done(request, holding.number, _("Payment recorded"))
    return await web.render(
        request, "billing/bank_confirm.html", form=form, row=payout,
        url=web.path_for("deposits:payout", number=payout.number),
    )  # fmt: skip


BOTH = ["GET", "POST"]
routes = [
    Route("/deposits", list_holdings, name="deposits:list"),
    Route("/jobs/{number}/deposit", open_deposit, name="deposits:open", methods=BOTH),
    Route("/deposits/{number}", show_holding, name="deposits:show"),
    Route("/deposits/{number}/cancel", cancel, name="deposits:cancel", methods=["POST"]),
    Route("/deposits/{number}/guarantee", submit_letter, name="deposits:guarantee", methods=BOTH),
    Route("/deposits/{number}/forfeiture", forfeit, name="deposits:forfeit", methods=BOTH),
    Route("/guarantees/{number}/file", show_letter, name="deposits:letter"),
    Route("/operator/guarantees/{number}", check_letter, name="deposits:check", methods=BOTH),
    Route(
        "/operator/forfeitures/{number}", decide_forfeiture, name="deposits:decide", methods=BOTH
    ),
    Route("/operator/deposits/payouts/{number}", confirm_payout, name="deposits:payout", methods=BOTH),
]  # fmt: skip
