"""Billing's documents on A4, each with the digest of what it states."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import access, statements, words
from billing.models import Invoice, InvoiceLine, Refund
from market.kit import documents, web
from market.kit.i18n import N_
from market.orders import words as order_words


async def print_settlement(request: Request) -> Response:
    """What a release gave whom, amounts in capitals."""
    actor = web.signed_in(request)
    settlement = await access.settlement_to_read(actor, request.path_params["number"])
    digest = documents.digest_of(statements.stated_of(settlement))
    return await web.render(
        request, "billing/settlements_print.html", settlement=settlement, words=words,
        order_words=order_words, statement=await statements.statement_of(settlement),
        document=await documents.issue(N_("Settlement"), settlement.number, digest),
    )  # fmt: skip


async def print_invoice(request: Request) -> Response:
    """The record of an invoice: what is to be or was issued in the tax bureau's system."""
    actor = web.signed_in(request)
    invoice = await access.invoice_to_read(actor, request.path_params["number"])
    lines = await InvoiceLine.filter(invoice=invoice).order_by("position")
    digest = documents.digest_of(stated_of_invoice(invoice, lines))
    return await web.render(
        request, "billing/invoices_print.html", invoice=invoice, lines=lines, words=words,
        document=await documents.issue(N_("Invoice record"), invoice.number, digest),
    )  # fmt: skip


def stated_of_invoice(invoice: Invoice, lines: list[InvoiceLine]) -> dict[str, Any]:
    """What the printed record states."""
    return {
        "number": invoice.number, "order": invoice.order.number, "kind": invoice.kind,
        "seller": invoice.seller.name, "buyer": invoice.buyer.name,
        "official_number": invoice.official_number, "issued_on": invoice.issued_on,
        "lines": [[x.description, x.net_fen, x.vat_bp, x.vat_fen] for x in lines],
    }  # fmt: skip


async def print_refund(request: Request) -> Response:
    """What went back to the buyer, and why."""
    actor = web.signed_in(request)
    refund = await access.refund_to_read(actor, request.path_params["number"])
    digest = documents.digest_of(stated_of_refund(refund))
    return await web.render(
        request, "billing/refunds_print.html", refund=refund, order=refund.order,
        document=await documents.issue(N_("Refund record"), refund.number, digest),
    )  # fmt: skip


def stated_of_refund(refund: Refund) -> dict[str, Any]:
    """What the printed record states."""
    return {
        "number": refund.number, "order": refund.order.number, "payment": refund.payment.number,
        "amount_fen": refund.amount_fen, "reason": refund.reason, "status": refund.status,
        "refunded_at": refund.refunded_at,
    }  # fmt: skip


routes = [
    Route("/settlements/{number}/print", print_settlement, name="settlements:print"),
    Route("/invoices/{number}/print", print_invoice, name="invoices:print"),
    Route("/refunds/{number}/print", print_refund, name="refunds:print"),
]
