"""Invoice records: once an order, tax to the fen, 20 digits used once (T1)."""

import datetime as dt

import pytest
from pydantic import ValidationError

from billing import invoices
from billing.forms import InvoiceRecordInput
from billing.models import Invoice, InvoiceLine
from billing.states import InvoiceKind, InvoiceStatus
from market.kit import clock
from market.kit.errors import InvalidInput, NotPermitted
from tests.factories.billing import COMPUTE_LINE, unpaid_order
from tests.factories.orders import Deal

NUMBER = "26372000000012345678"


async def requested() -> tuple[Deal, Invoice]:
    """An order and its invoice, asked for."""
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    made = await invoices.request_invoice(deal.order, kind=InvoiceKind.SPECIAL, by=deal.buyer)
    return deal, made


def record(number: str = NUMBER) -> InvoiceRecordInput:
    """What the supplier notes."""
    return InvoiceRecordInput(official_number=number, issued_on=clock.today())


async def test_t1_line_tax_sums_to_invoice_tax(rollback: None) -> None:
    deal, invoice = await requested()
    assert deal.order is not None
    lines = await InvoiceLine.filter(invoice=invoice).order_by("position")
    assert sum(line.vat_fen for line in lines) == invoice.vat_fen
    assert sum(line.net_fen for line in lines) == invoice.net_fen
    assert invoice.net_fen + invoice.vat_fen == deal.order.total_fen
    assert [(line.net_fen, line.vat_fen) for line in lines] == [
        (22_641_509, 1_358_491),
        (5_660_378, 339_623),
    ]


async def test_an_order_is_invoiced_once(rollback: None) -> None:
    deal, _invoice = await requested()
    assert deal.order is not None
    with pytest.raises(invoices.NotInvoiceable):
        await invoices.request_invoice(deal.order, kind=InvoiceKind.ORDINARY, by=deal.buyer)
    assert await Invoice.all().count() == 1


async def test_the_seller_records_the_number(rollback: None) -> None:
    deal, invoice = await requested()
    with pytest.raises(NotPermitted):
        await invoices.record_invoice(invoice, record(), by=deal.buyer)
    assert (await Invoice.get()).status == InvoiceStatus.REQUESTED
    await invoices.record_invoice(invoice, record(), by=deal.supplier)
    row = await Invoice.get()
    assert (row.status, row.official_number) == (InvoiceStatus.ISSUED, NUMBER)


async def test_a_number_is_used_once(rollback: None) -> None:
    deal, invoice = await requested()
    await invoices.record_invoice(invoice, record(), by=deal.supplier)
    other, second = await requested()
    with pytest.raises(InvalidInput) as refusal:
        await invoices.record_invoice(second, record(), by=other.supplier)
    assert list(refusal.value.fields) == ["official_number"]
    assert (await Invoice.get(id=second.id)).status == InvoiceStatus.REQUESTED


async def test_an_invoice_is_not_dated_in_the_future(rollback: None) -> None:
    deal, invoice = await requested()
    late = InvoiceRecordInput(
        official_number=NUMBER, issued_on=clock.today() + dt.timedelta(days=1)
    )
    with pytest.raises(InvalidInput):
        await invoices.record_invoice(invoice, late, by=deal.supplier)
    assert (await Invoice.get()).official_number is None


@pytest.mark.parametrize("number", ["1234", "2637200000001234567", NUMBER + "9", "x" * 20])
def test_twenty_digits(number: str) -> None:
    with pytest.raises(ValidationError):
        record(number)
