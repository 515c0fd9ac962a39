"""Pages after acceptance: settlements, payouts, invoices, and how an organisation is paid."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import access, credit_notes, debts, exports, invoices, profiles, statements, words
from billing.credit_notes import CreditNote
from billing.forms import CreditNoteInput, InvoiceInput, InvoiceRecordInput, ProfileInput
from billing.ledger_rows import rows_behind
from billing.models import BillingProfile, InvoiceLine
from billing.states import InvoiceKind, TaxpayerKind
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.orders import words as order_words


async def list_settlements(request: Request) -> Response:
    """Every release of the organisation's orders."""
    actor = web.signed_in(request)
    query = access.settlements_of(actor).order_by("-id").select_related("order", "supplier")
    if file := await exports.SETTLEMENTS.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(
        request, "billing/settlements_list.html", page=page, words=words,
        behind=await rows_behind(page.items),
    )  # fmt: skip


async def show_settlement(request: Request) -> Response:
    """A settlement: every figure, how it was made, and the ledger rows behind it."""
    actor = web.signed_in(request)
    settlement = await access.settlement_to_read(actor, request.path_params["number"])
    return await web.render(
        request,
        "billing/settlements_show.html",
        settlement=settlement,
        words=words,
        order_words=order_words,
        statement=await statements.statement_of(settlement),
    )


async def list_payouts(request: Request) -> Response:
    """What was paid to the organisation and what is on its way."""
    actor = web.signed_in(request)
    query = access.payouts_of(actor)
    if file := await exports.PAYOUTS.file(request, query):
        return file
    page = await paginate(request, query)
    profile = await BillingProfile.get_or_none(organisation_id=actor.organisation_id)
    return await web.render(
        request, "billing/payouts_list.html", page=page, profile=profile, words=words,
        debts=await debts.open_debts(actor.organisation_id), behind=await rows_behind(page.items),
    )  # fmt: skip


async def edit_profile(request: Request) -> Response:
    """How the organisation is taxed and paid."""
    actor = web.signed_in(request)
    require(actor, Role.FINANCE, verified=False)
    assert actor.organisation_id is not None
    profile = await BillingProfile.get_or_none(organisation_id=actor.organisation_id)
    fields = ("taxpayer_kind", "account_name", "bank_name", "bank_account")
    initial = (
        {name: getattr(profile, name) for name in fields}
        if profile
        else {
            "taxpayer_kind": TaxpayerKind.GENERAL.value,
            "account_name": actor.organisation_name,
        }
    )
    form = await Form.read(request, ProfileInput, initial)
    if form.is_valid:
        with form.guard():
            await profiles.save_profile(actor.organisation_id, form.input, by=actor)
            return web.see_other(request, "billing:profile", flash=_("Payment details saved"))
    return await web.render(
        request, "billing/billing_profile.html", form=form, taxpayers=words.taxpayers()
    )


async def list_invoices(request: Request) -> Response:
    """The invoices the organisation issues or receives."""
    actor = web.signed_in(request)
    query = access.invoices_of(actor)
    if file := await exports.INVOICES.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(request, "billing/invoices_list.html", page=page, words=words)


async def request_invoice(request: Request) -> Response:
    """Ask the supplier for an order's invoice."""
    actor = web.signed_in(request)
    order = await access.order_to_pay(actor, request.path_params["number"])
    form = await Form.read(request, InvoiceInput, {"kind": InvoiceKind.ORDINARY.value})
    if form.is_valid:
        with form.guard():
            made = await invoices.request_invoice(order, kind=form.input.kind, by=actor)
            return web.see_other(
                request, "invoices:show", number=made.number, flash=_("Invoice requested")
            )
    return await web.render(
        request,
        "billing/invoices_request.html",
        form=form,
        order=order,
        kinds=words.invoice_kinds(),
    )


async def list_refunds(request: Request) -> Response:
    """What went back to the buyer of the organisation's orders."""
    actor = web.signed_in(request)
    query = access.refunds_of(actor)
    if file := await exports.REFUNDS.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(
        request, "billing/refunds_list.html", page=page, words=words,
        behind=await rows_behind(page.items),
    )  # fmt: skip


async def show_invoice(request: Request) -> Response:
    """One invoice; its seller records the number here once it is issued."""
    actor = web.signed_in(request)
    invoice = await access.invoice_to_read(actor, request.path_params["number"])
    form = await Form.read(request, InvoiceRecordInput)
    if form.is_valid:
        with form.guard():
            await invoices.record_invoice(invoice, form.input, by=actor)
            return web.see_other(
                request, "invoices:show", number=invoice.number, flash=_("Invoice number recorded")
            )
    return await web.render(
        request,
        "billing/invoices_show.html",
        form=form,
        invoice=invoice,
        words=words,
        lines=await InvoiceLine.filter(invoice=invoice).order_by("position"),
        is_seller=invoice.seller_id == actor.organisation_id,
        notes=await CreditNote.filter(invoice=invoice).order_by("id"),
    )


async def credit_invoice(request: Request) -> Response:
    """Record a red-letter invoice that takes an issued one back, in part or whole."""
    actor = web.signed_in(request)
    invoice = await access.invoice_to_read(actor, request.path_params["number"])
    left = sum(part.left_fen for part in await credit_notes.parts_of(invoice))
    form = await Form.read(request, CreditNoteInput, {"amount_fen": left})
    if form.is_valid:
        with form.guard():
            await credit_notes.record_credit_note(invoice, form.input, by=actor)
            return web.see_other(
                request, "invoices:show", number=invoice.number, flash=_("Red invoice recorded")
            )
    return await web.render(
        request, "billing/invoices_credit.html", form=form, invoice=invoice, left_fen=left
    )


routes = [
    Route("/settlements", list_settlements, name="settlements:list"),
    Route("/settlements/{number}", show_settlement, name="settlements:show"),
    Route("/refunds", list_refunds, name="refunds:list"),
    Route("/payouts", list_payouts, name="payouts:list"),
    Route("/billing/profile", edit_profile, name="billing:profile", methods=["GET", "POST"]),
    Route("/invoices", list_invoices, name="invoices:list"),
    Route(
        "/invoices/{number}/credit",
        credit_invoice,
        name="invoices:credit",
        methods=["GET", "POST"],
    ),
    Route("/invoices/{number}", show_invoice, name="invoices:show", methods=["GET", "POST"]),
    Route(
        "/orders/{number}/invoice",
        request_invoice,
        name="invoices:request",
        methods=["GET", "POST"],
    ),
]
