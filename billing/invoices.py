"""Records of fully digital invoices (数电票): the buyer asks, the supplier issues and notes the number."""

from billing import reductions, tax
from billing.forms import InvoiceRecordInput
from billing.models import Invoice, InvoiceLine
from billing.order_claims import taxpayer_kind
from billing.stages import OVER
from billing.states import InvoiceKind, InvoiceStatus
from market.accounts.models import Organisation
from market.accounts.states import Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.models import Order, OrderLine
from market.orders.parties import require_side


class NotInvoiceable(Conflict):
    """The order has ended, or its invoice was asked for before."""

    title = "No invoice can be asked for"


@atomic()
async def request_invoice(order: Order, *, kind: InvoiceKind, by: Actor) -> Invoice:
    """Ask the supplier for the invoice of an order, once; its lines are the order's lines.

    The price, lowered by what disputes took off it, includes VAT at the supplier's rate; the
    invoice's tax is the sum of its lines' (T1).
    Raises NotInvoiceable, NotPermitted.
    """
    require_side(by, order.buyer_id, Role.BUYER, Role.FINANCE)
    order = await lock(order)
    if order.status in OVER or await Invoice.exists(order_id=order.id):
        raise NotInvoiceable(_("This order has ended, or its invoice was asked for already"))
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    seller = await Organisation.get(id=order.supplier_id)
    rate = tax.rate_of(await taxpayer_kind(seller))
    split = tax.split_lines(await reductions.reduced_lines(order, lines), rate)
    invoice = await Invoice.create(
        number=await next_number("INV"),
        order=order,
        seller_id=order.supplier_id,
        buyer_id=order.buyer_id,
        kind=kind,
        net_fen=sum(vat.net_fen for vat in split),
        vat_fen=sum(vat.vat_fen for vat in split),
    )
    for line, vat in zip(lines, split, strict=True):
        await InvoiceLine.create(
            invoice=invoice,
            position=line.position,
            description=line.description,
            net_fen=vat.net_fen,
            vat_bp=vat.vat_bp,
            vat_fen=vat.vat_fen,
        )
    return invoice


@atomic()
async def record_invoice(
    invoice: Invoice, record_input: InvoiceRecordInput, *, by: Actor
) -> Invoice:
    """Note the issued invoice: 20 digits, used once, not dated in the future.

    Supplier's owner or finance. Raises InvalidInput, InvalidTransition, NotPermitted.
    """
    require_side(by, invoice.seller_id, Role.FINANCE)
    if record_input.issued_on > clock.today():
        raise InvalidInput(fields={"issued_on": _("This date has not come yet")})
    number = record_input.official_number
    if await Invoice.filter(official_number=number).exclude(id=invoice.id).exists():
        raise InvalidInput(fields={"official_number": _("This invoice number is recorded already")})
    invoice = await lock(invoice)
    await invoice.move_to(
        InvoiceStatus.ISSUED, by=by, official_number=number, issued_on=record_input.issued_on
    )
    return invoice
