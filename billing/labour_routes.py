"""Pages of labour remuneration: one's own details and payments, the withholding list of a month."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import account_statements, exports, labour, labour_access, withholding
from billing.access import require_operator
from billing.forms import BankReferenceInput
from billing.labour_forms import PayeeInput
from billing.labour_models import TaxRemittance, due_of_month
from market.kit import tables, web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate


async def show_own(request: Request) -> Response:
    """What one was paid in person and the tax withheld; one's own details, and those of the members."""
    actor = web.signed_in(request)
    rows = labour_access.own_incomes(actor)
    if file := await exports.LABOUR.file(request, rows):
        return file
    form = await Form.read(request, PayeeInput)
    if form.is_valid:
        with form.guard():
            await labour.register_payee(form.input, by=actor)
            return web.see_other(
                request, "labour:show", flash=_("Kept; your organisation has to confirm it")
            )
    return await web.render(
        request, "billing/labour_show.html", form=form, page=await paginate(request, rows),
        payee=await labour_access.own_payee(actor), members=await labour_access.members(actor),
        source=withholding.source(),
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    """Let a member's fees go to the member."""
    actor = web.signed_in(request)
    payee = await labour_access.payee_to_judge(actor, request.path_params["number"])
    await labour.confirm_payee(payee, by=actor)
    return web.see_other(request, "labour:show", flash=_("Confirmed"))


async def end(request: Request) -> Response:
    """From now on the fees go to the organisation."""
    actor = web.signed_in(request)
    payee = await labour_access.payee_to_judge(actor, request.path_params["number"])
    await labour.end_payee(payee, by=actor)
    return web.see_other(
        request, "labour:show", flash=_("From now on the fees go to your organisation")
    )


async def list_withheld(request: Request) -> Response:
    """The operator's withholding list of a month."""
    require_operator(web.signed_in(request))
    months = account_statements.months()
    return await _month(request, request.query_params.get("month", months[0]), None)


async def remit(request: Request) -> Response:
    """Note that a month's tax was paid to the tax office."""
    actor = web.signed_in(request)
    require_operator(actor)
    month = request.path_params["month"]
    first = account_statements.month_named(month)
    form = await Form.read(request, BankReferenceInput)
    if form.is_valid:
        with form.guard():
            await labour.remit_tax(first, reference=form.input.reference, by=actor)
            url = web.path_for("operator:withholding", month=month)
            return web.redirect(url, flash=_("Payment recorded"))
    return await _month(request, month, form)


async def _month(request: Request, month: str, form: Form[BankReferenceInput] | None) -> Response:
    first = account_statements.month_named(month)
    rows = await labour.withheld_in(first)
    if tables.format_of(request):
        return exports.WITHHELD.of(request, rows, subject=month)
    totals: dict[str, Any] = {
        name: sum(getattr(row, name) for row in rows) for name in ("income_fen", "tax_fen")
    }
    months = account_statements.months()
    return await web.render(
        request, "billing/operator_withholding.html", month=month, months=months, rows=rows,
        form=form or Form(BankReferenceInput), source=withholding.source(), totals=totals,
        remittance=await TaxRemittance.get_or_none(month=month), due=due_of_month(first),
        is_over=month != months[0],
    )  # fmt: skip


routes = [
    Route("/labour", show_own, name="labour:show", methods=["GET", "POST"]),
    Route("/labour/{number}/confirm", confirm, name="labour:confirm", methods=["POST"]),
    Route("/labour/{number}/end", end, name="labour:end", methods=["POST"]),
    Route("/operator/withholding", list_withheld, name="operator:withholding"),
    Route("/operator/withholding/{month}", remit, name="operator:remit", methods=["POST"]),
]
