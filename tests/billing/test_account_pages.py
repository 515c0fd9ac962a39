"""Accounts on paper: a party's month, what is overdue, the fee schedule, the quarterly report, red invoices."""

import datetime as dt

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import account_statements, credit_notes, invoices, overdue, platform_reports
from billing.credit_notes import CreditNote, NotCreditable, Part, credit_lines
from billing.fees import FeeRule, fee_of, rule_on
from billing.forms import CreditNoteInput, InvoiceRecordInput
from billing.models import Invoice, InvoiceLine
from billing.states import InvoiceKind
from billing.tax import split_gross
from billing.twin import Twin
from market.accounts.models import Organisation
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.orders.models import Milestone
from tests.billing.test_pages import settled
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.billing import operator_actor, pay_stage, unpaid_order

MONTH = "%Y-%m"


def red(number: str, fen: int) -> CreditNoteInput:
    """An issued red-letter invoice."""
    return CreditNoteInput(
        official_number=number * 20, issued_on=clock.today(), amount_fen=fen, reason="服务部分取消"
    )


async def issued() -> tuple[Invoice, Actor]:
    """A blue invoice and its seller."""
    deal = await unpaid_order()
    assert deal.order is not None
    asked = await invoices.request_invoice(deal.order, kind=InvoiceKind.ORDINARY, by=deal.buyer)
    record = InvoiceRecordInput(official_number="1" * 20, issued_on=clock.today())
    return await invoices.record_invoice(asked, record, by=deal.supplier), deal.supplier


async def test_t1_blue_and_all_reds_are_zero(rollback: None) -> None:
    invoice, seller = await issued()
    total = invoice.net_fen + invoice.vat_fen
    for number, fen in (("2", 1), ("3", total // 3), ("4", total - 1 - total // 3)):
        await credit_notes.record_credit_note(invoice, red(number, fen), by=seller)
    notes = await CreditNote.all()
    assert invoice.net_fen == sum(note.net_fen for note in notes)
    assert invoice.vat_fen == sum(note.vat_fen for note in notes)
    with pytest.raises(NotCreditable):
        await credit_notes.record_credit_note(invoice, red("5", 1), by=seller)
    assert await CreditNote.all().count() == 3


async def test_a_red_invoice_has_a_number_of_its_own_and_is_the_sellers(rollback: None) -> None:
    invoice, seller = await issued()
    buyer = await actor(await Organisation.get(id=invoice.buyer_id))
    for number, by, error in (("1", seller, InvalidInput), ("2", buyer, NotPermitted)):
        with pytest.raises(error):
            await credit_notes.record_credit_note(invoice, red(number, 100), by=by)
    assert await CreditNote.all().count() == 0


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([0, 100, 300, 600])), min_size=1, max_size=5),
    st.lists(st.integers(1, 10**5), max_size=5),
)  # fmt: skip
def test_t1_any_series_of_reds_ends_at_zero(lines: list[tuple[int, int]], asked: list[int]) -> None:
    vats = [split_gross(fen, bp) for fen, bp in lines]
    parts = [Part(vat.net_fen, vat.vat_fen) for vat in vats]
    for fen in [*asked, 10**9]:
        left = sum(part.left_fen for part in parts)
        if left == 0:
            break
        taken = credit_lines(parts, min(fen, left))
        assert sum(net + vat for net, vat in taken) == min(fen, left)
        assert all(net >= 0 and vat >= 0 for net, vat in taken)
        parts = [
            Part(p.net_fen, p.vat_fen, p.taken_net_fen + net, p.taken_vat_fen + vat)
            for p, (net, vat) in zip(parts, taken, strict=True)
        ]
    assert [(p.taken_net_fen, p.taken_vat_fen) for p in parts] == [
        (p.net_fen, p.vat_fen) for p in parts
    ]


def test_the_last_of_four_credit_notes_takes_the_rest() -> None:
    """334.99 at 20 % in four notes: each rounded for itself but the last, which is 81.99."""
    parts = [Part(27_916, 5_583)]
    taken = []
    for fen in (8_200, 6_900, 10_200, 8_199):
        [(net, vat)] = credit_lines(parts, fen)
        taken.append(net + vat)
        [old] = parts
        parts = [Part(27_916, 5_583, old.taken_net_fen + net, old.taken_vat_fen + vat)]
    assert (taken[-1], parts[0].left_fen) == (8_199, 0)
    with pytest.raises(ValueError, match="more than stands"):
        credit_lines(parts, 1)


async def test_t1_the_verb_takes_a_fourth_note_of_what_stands(rollback: None) -> None:
    """Lines 68.33, 68.33, 57.50, 85.00 at 20 %: 334.99, three notes of a line each, the last 81.99."""
    deal = await unpaid_order()
    assert deal.order is not None
    net = [6_833, 6_833, 5_750, 8_500]
    vat = [1_367, 1_366, 1_150, 1_700]  # 55.83 in all, the lines' to the fen
    invoice = await Invoice.create(
        number="INV-VECTOR", order=deal.order, seller_id=deal.order.supplier_id,
        buyer_id=deal.order.buyer_id, kind="special", net_fen=sum(net), vat_fen=sum(vat),
    )  # fmt: skip
    for position, (line_net, line_vat) in enumerate(zip(net, vat, strict=True), 1):
        await InvoiceLine.create(
            invoice=invoice, position=position, description=f"第{position}行", net_fen=line_net,
            vat_bp=2000, vat_fen=line_vat,
        )  # fmt: skip
    record = InvoiceRecordInput(official_number="1" * 20, issued_on=clock.today())
    invoice = await invoices.record_invoice(invoice, record, by=deal.supplier)
    assert invoice.net_fen + invoice.vat_fen == 33_499
    for at, fen in enumerate((8_200, 6_900, 10_200), 2):
        await credit_notes.record_credit_note(invoice, red(str(at), fen), by=deal.supplier)
    rest = CreditNoteInput(official_number="5" * 20, issued_on=clock.today(), reason="其余全部冲销")
    last = await credit_notes.record_credit_note(invoice, rest, by=deal.supplier)
    assert last.gross_fen == 8_199
    assert [part.left_fen for part in await credit_notes.parts_of(invoice)] == [0, 0, 0, 0]
    notes = await CreditNote.filter(invoice=invoice)
    assert (sum(n.net_fen for n in notes), sum(n.vat_fen for n in notes)) == (27_916, 5_583)
    with pytest.raises(NotCreditable):
        await credit_notes.record_credit_note(
            invoice, rest.model_copy(update={"official_number": "6" * 20}), by=deal.supplier
        )


def test_the_first_order_is_free_and_volume_lowers_the_rate() -> None:
    rule = rule_on(dt.date(2027, 3, 1))
    assert rule_on(dt.date(2026, 11, 22)).applied(orders_before=0, year_fen=0).rate_bp == 100
    cases = [(0, 0, 0, "free"), (1, 0, 100, "standard"), (1, 99_999_999, 100, "standard"),
             (1, 100_000_000, 80, "volume"), (9, 500_000_000, 50, "volume")]  # fmt: skip
    for before, year, rate, reason in cases:
        applied = rule.applied(orders_before=before, year_fen=year)
        assert (applied.rate_bp, applied.reason) == (rate, reason)
    free: FeeRule = rule.applied(orders_before=0, year_fen=0)
    assert fee_of(10_000, 10_000, rule=free).gross_fen == 0


async def test_a_month_is_opening_movements_closing(rollback: None, processor: Twin) -> None:
    deal = await settled(processor)
    assert deal.order is not None
    month = clock.today().replace(day=1)
    supplier = await Organisation.get(id=deal.order.supplier_id)
    due, *_subsidies = await account_statements.statement_for(supplier, month)
    released = sum(one.change_fen for one in due.movements if one.kind == "settlement")
    paid = -sum(one.change_fen for one in due.movements if one.kind == "payout")
    assert (due.opening_fen, due.closing_fen) == (0, released - paid)
    assert due.movements[-1].balance_fen == due.closing_fen
    buyer = await Organisation.get(id=deal.order.buyer_id)
    owed, held = await account_statements.statement_for(buyer, month)
    assert owed.movements[0].change_fen == deal.order.total_fen
    assert held.closing_fen == sum(one.change_fen for one in held.movements)
    later = (month + dt.timedelta(days=32)).replace(day=1)
    [opening, *_rest] = await account_statements.statement_for(buyer, later)
    assert (opening.opening_fen, opening.movements) == (owed.closing_fen, ())


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "9999-01", "x"])
def test_there_are_months_and_quarters(text: str) -> None:
    with pytest.raises(NotFound):
        account_statements.month_named(text)
    with pytest.raises(NotFound):
        platform_reports.quarter_named(text)
    assert platform_reports.quarter_named("2025Q4") == (dt.date(2025, 10, 1), dt.date(2026, 1, 1))
    assert len(set(platform_reports.quarters())) == 8


async def test_who_sees_what_is_overdue(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    await pay_stage(deal, processor)
    assert deal.order is not None
    reached = clock.now() - dt.timedelta(days=100)
    await Milestone.filter(order=deal.order, position=2).update(
        reached_at=reached, due_at=reached + dt.timedelta(days=30)
    )
    buyer = await Organisation.get(id=deal.order.buyer_id)
    bureau = await actor(await make_organisation(kind="bureau", region_code=buyer.region_code))
    elsewhere = await actor(await make_organisation(kind="bureau", region_code="650000"))
    stranger = await actor(await make_organisation(kind="demand"))
    for by in (deal.buyer, deal.supplier, bureau, await operator_actor()):
        [late] = await overdue.overdue_stages(by)
        assert overdue.days_late(late) == 70
        assert late.clock is not None
        assert late.clock.interest_fen == (late.due_fen * 5 * 70 + 5000) // 10000
    for by in (elsewhere, stranger):
        assert await overdue.overdue_stages(by) == []


async def test_the_pages_and_files(client: httpx.AsyncClient, processor: Twin) -> None:
    deal = await settled(processor)
    assert deal.order is not None
    supplier, month = await Organisation.get(id=deal.order.supplier_id), f"{clock.today():{MONTH}}"
    await signed_in_client(client, deal.supplier.person_id)
    for path in ("/statements", f"/statements/{month}", f"/statements/{month}/print", "/overdue",
                 "/fees", f"/statements/{month}?format=csv"):  # fmt: skip
        answer = await client.get(path)
        assert answer.status_code == 200, path
    assert "大写" in (await client.get("/statements")).text
    assert (await client.get("/operator/platform-report")).status_code == 403
    await signed_in_client(client, (await operator_actor()).person_id)
    assert supplier.name in (await client.get("/operator/platform-report")).text
    assert supplier.uscc is not None
    assert supplier.uscc in (await client.get("/operator/platform-report?format=csv")).text


async def test_the_seller_records_a_red_invoice_by_form(client: httpx.AsyncClient) -> None:
    invoice, seller = await issued()
    await signed_in_client(client, seller.person_id)
    path = f"/invoices/{invoice.number}/credit"
    typed = {"official_number": "2" * 20, "issued_on": str(clock.today()), "amount_fen": "9999万",
             "reason": "服务部分取消"}  # fmt: skip
    assert (await client.post(path, data=typed)).status_code == 409
    assert (await client.post(path, data=typed | {"amount_fen": "10.60"})).status_code == 303
    note = await CreditNote.get()
    assert note.gross_fen == 1060
    assert note.number in (await client.get(f"/invoices/{invoice.number}")).text
