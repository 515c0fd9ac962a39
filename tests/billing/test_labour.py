"""A reader paid in person: registered, confirmed, taxed when the fee goes out, handed over month by month."""

import datetime as dt
from dataclasses import dataclass, replace

import httpx
import pytest

from billing import holdings, labour, ledger, platform_reports, queues, work_fees
from billing.chart import CUSTODY_BANK, WITHHELD_TAX
from billing.deposit_models import Holding, HoldingPayout
from billing.deposit_states import HoldingStatus
from billing.labour_forms import PayeeInput
from billing.labour_models import LabourIncome, LabourPayee, TaxRemittance
from billing.labour_states import PayeeStatus
from billing.reconciliation import reconcile
from billing.verification import verify_ledger
from market.accounts.models import Organisation
from market.disputes.models import Dispute, Reading
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.billing import operator_actor
from tests.factories.deposits import transfer
from tests.factories.disputes import Case, make_dispute, measured

ID_NUMBER = "11010519491231002X"
DETAILS = PayeeInput(
    name="王小明", id_number=ID_NUMBER, bank_name="中国工商银行济南分行",
    bank_account="6222 0210 0101 2345 678",
)  # fmt: skip
MARCH = dt.datetime(2026, 3, 10, 9, tzinfo=clock.CHINA)


FEE = 1_000_000  # ten thousand yuan a reader


@dataclass
class Read:
    """A reader who registered, their organisation's finance, and fees in custody."""

    reader: Actor
    finance: Actor
    operator: Actor
    payee: LabourPayee


async def fee_in_custody(case: Case, operator: Actor, fen: int = FEE) -> Holding:
    """A dispute read, and the whole of its readers' fee paid in by the buyer."""
    dispute = await measured(case, defects=3)
    readers = await Reading.filter(measurement__dispute=dispute).count()
    await Dispute.filter(id=dispute.id).update(buyer_fee_fen=fen * readers, supplier_fee_fen=0)
    [holding] = await work_fees.ask_for_readers(dispute.id)
    await transfer(holding, operator=operator)
    return await Holding.get(id=holding.id)


async def registered(case: Case) -> Read:
    """Registered and confirmed."""
    reader = case.reader
    organisation = await Organisation.get(id=reader.organisation_id)
    finance = await actor(organisation, "finance")
    payee = await labour.register_payee(DETAILS, by=reader)
    payee = await labour.confirm_payee(payee, by=finance)
    return Read(reader, finance, await operator_actor(), payee)


async def test_ten_thousand_yuan_are_paid_less_ninety(rollback: None) -> None:
    with clock.frozen_at(MARCH):
        case = await make_dispute()
        read = await registered(case)
        holding = await fee_in_custody(case, read.operator)
        assert await work_fees.pay_due_fees() == 1
        assert await work_fees.pay_due_fees() == 0
        income = await LabourIncome.get().select_related("payout")
        assert (income.income_fen, income.tax_fen, income.net_fen) == (FEE, 9_000, 991_000)
        assert (income.payout.amount_fen, income.payout.payee_account) == (
            991_000, DETAILS.bank_account,
        )  # fmt: skip
        assert await ledger.balance_of(WITHHELD_TAX) == 9_000
        assert await verify_ledger() == []
        for number, payout in enumerate(await HoldingPayout.filter(holding=holding)):
            await holdings.confirm_payout(payout, reference=f"OUT-000{number}", by=read.operator)
        assert (await Holding.get(id=holding.id)).status == HoldingStatus.PAID_OVER
        assert await ledger.balance_of(CUSTODY_BANK) == 9_000
        assert await verify_ledger() == []
        assert (await reconcile(by=read.operator)).differences == 0


async def test_a_month_is_handed_over_once_and_when_it_is_over(rollback: None) -> None:
    with clock.frozen_at(MARCH):
        case = await make_dispute()
        read = await registered(case)
        await fee_in_custody(case, read.operator)
        await work_fees.pay_due_fees()
        with pytest.raises(labour.NothingToRemit):
            await labour.remit_tax(MARCH.date().replace(day=1), reference="TAX-1", by=read.operator)
        assert not [item for item in await queues.exceptions() if item.kind == "tax"]
    with clock.frozen_at(MARCH.replace(month=4)):
        [item] = [item for item in await queues.exceptions() if item.kind == "tax"]
        assert (item.number, item.amount_fen) == ("2026-03", 9_000)
        with pytest.raises(NotPermitted):
            await labour.remit_tax(MARCH.date().replace(day=1), reference="TAX-1", by=read.finance)
        made = await labour.remit_tax(
            MARCH.date().replace(day=1), reference="TAX-1", by=read.operator
        )
        assert made.amount_fen == 9_000
        with pytest.raises(labour.NothingToRemit):
            await labour.remit_tax(MARCH.date().replace(day=1), reference="TAX-2", by=read.operator)
        assert await ledger.balance_of(WITHHELD_TAX) == 0
        assert await TaxRemittance.all().count() == 1
        assert not [item for item in await queues.exceptions() if item.kind == "tax"]
        assert await verify_ledger() == []


async def test_two_months_count_together_whoever_the_person_reads_for(rollback: None) -> None:
    with clock.frozen_at(MARCH):
        case = await make_dispute()
        read = await registered(case)
        await fee_in_custody(case, read.operator)
        await work_fees.pay_due_fees()
    with clock.frozen_at(MARCH.replace(month=4)):
        other = await make_dispute()
        await registered(other)  # the same identity card at another firm
        await fee_in_custody(other, read.operator, 6_000_000)
        await work_fees.pay_due_fees()
        last = await LabourIncome.all().order_by("-id").first()
        assert last is not None
        # 70,000 - 14,000 - 10,000 = 46,000 at 10 % less 2,520 less 90.00
        assert (last.run_fen, last.months, last.tax_fen) == (7_000_000, 2, 199_000)
        assert await verify_ledger() == []
        await LabourIncome.filter(id=last.id).update(tax_fen=198_999)
        assert any("by the rule" in problem for problem in await verify_ledger())


async def test_without_confirmation_the_fee_is_the_organisations(rollback: None) -> None:
    case = await make_dispute()
    reader = case.reader
    payee = await labour.register_payee(DETAILS, by=reader)
    with pytest.raises(NotPermitted):
        await labour.confirm_payee(payee, by=replace(reader, role="owner"))  # oneself
    stranger = await actor(await make_organisation(kind="supplier"), "finance")
    with pytest.raises(NotPermitted):
        await labour.confirm_payee(payee, by=stranger)
    assert (await LabourPayee.get()).status == PayeeStatus.REGISTERED
    await fee_in_custody(case, await operator_actor())
    assert await work_fees.pay_due_fees() == 1
    assert await LabourIncome.all().count() == 0
    assert {row.payee_account for row in await HoldingPayout.all()} == {""}
    assert await ledger.balance_of(WITHHELD_TAX) == 0


async def test_changed_details_are_confirmed_anew_and_the_number_stays(rollback: None) -> None:
    case = await make_dispute()
    read = await registered(case)
    await fee_in_custody(case, read.operator)
    await work_fees.pay_due_fees()
    other = DETAILS.model_copy(update={"id_number": "440524188001010014"})
    with pytest.raises(InvalidInput):
        await labour.register_payee(other, by=read.reader)
    moved = DETAILS.model_copy(update={"bank_account": "6222 9999 0000 1111"})
    payee = await labour.register_payee(moved, by=read.reader)
    assert (payee.status, payee.number) == (PayeeStatus.REGISTERED, read.payee.number)
    ended = await labour.end_payee(payee, by=read.reader)
    assert ended.status == PayeeStatus.ENDED
    assert b"1949" not in bytes(ended.id_sealed)
    assert ended.id_number == ID_NUMBER


def test_a_wrong_resident_number_is_refused() -> None:
    for text in ("110105194912310021", "1", "11010519491331002X"):
        with pytest.raises(ValueError, match="id_number"):
            PayeeInput.model_validate(DETAILS.model_dump() | {"id_number": text})


async def test_pages_show_the_tax_and_files_hold_it(
    rollback: None, client: httpx.AsyncClient
) -> None:
    case = await make_dispute()
    read = await registered(case)
    await fee_in_custody(case, read.operator)
    await work_fees.pay_due_fees()
    month = f"{clock.today():%Y-%m}"
    await signed_in_client(client, read.reader.person_id)
    page = await client.get("/labour")
    assert "90.00" in page.text
    assert "9,910.00" in page.text
    assert ID_NUMBER not in page.text
    assert (await client.get("/operator/withholding")).status_code == 403
    await signed_in_client(client, read.operator.person_id)
    page = await client.get("/operator/withholding")
    assert "王小明" in page.text
    assert ID_NUMBER not in page.text
    text = (await client.get(f"/operator/withholding?month={month}&format=csv")).text
    assert ID_NUMBER in text
    assert "劳务报酬" in text
    assert "90.00" in text
    [person] = [
        row for row in await platform_reports.report_of(platform_reports.quarters()[0])
        if row.taxpayer is None
    ]  # fmt: skip
    assert (person.uscc, person.income_fen, person.withheld_fen) == (ID_NUMBER, FEE, 9_000)
    assert person.work_fen == FEE
    page = await client.get("/operator/platform-report")
    assert "110…002X" in page.text
    assert ID_NUMBER not in page.text
