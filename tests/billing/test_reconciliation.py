"""The day's report: figures, what explains them, its signature; and the queues of what waits."""

import datetime as dt

import httpx
import pytest

from billing import bank, bank_decisions, queues, reconciliation
from billing.bank_models import BankDebit, BankStatement, Reconciliation
from billing.bank_states import StatementStatus
from billing.models import BankLine
from billing.twin import Twin
from market.kit import clock, files, signing
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from tests.billing.test_bank import line_for, owed
from tests.billing.test_bank_decisions import decision
from tests.factories.accounts import signed_in_client
from tests.factories.billing import operator_actor, pay_stage, unpaid_order

SYSTEM = Actor.system("test")


async def statement(closing_fen: int, by: Actor) -> BankStatement:
    """A statement that was read, with its closing balance."""
    file = await files.store("s.csv", b"x,y", by=by, content_type="text/csv")
    return await BankStatement.create(
        number="ST-1", account="1", digest=file.sha256, file=file, status=StatementStatus.READ,
        last_on=clock.today(), closing_fen=closing_fen,
    )  # fmt: skip


def figures(report: Reconciliation) -> dict[str, tuple[int, int | None, int]]:
    """Each comparison's two figures and what is not explained."""
    return {
        one["name"]: (one["ledger_fen"], one["other_fen"], one["unexplained_fen"])
        for one in report.content["comparisons"]
    }


async def test_everything_agrees(rollback: None, processor: Twin) -> None:
    paid = await pay_stage(await unpaid_order(), processor)
    _deal, payment, operator, payer = await owed()
    from_bank = await statement(payment.amount_fen, operator)
    await bank.record_bank_line(line_for(payment, payer), by=operator, statement=from_bank)
    report = await reconciliation.reconcile(by=operator)
    assert figures(report) == {
        "custody": (payment.amount_fen, payment.amount_fen, 0),
        "processor": (paid.amount_fen, paid.amount_fen, 0),
        "processor_balance": (paid.amount_fen, None, 0),
        "suspense": (0, 0, 0),
        "deposits": (0, 0, 0),
        "fees": (0, 0, 0),
        "withheld": (0, 0, 0),
    }
    assert report.differences == 0
    assert reconciliation.problems_of(await Reconciliation.get()) == []


async def test_a_difference_is_named_down_to_its_rows(rollback: None) -> None:
    _deal, payment, operator, _payer = await owed()
    line = await bank.record_bank_line(line_for(payment, "代付公司"), by=operator)
    asked = await bank_decisions.propose_decision(line, decision("return"), by=operator)
    await bank_decisions.confirm_return(asked, reference="OUT-0001", by=operator)
    await statement(payment.amount_fen, operator)  # the bank shows the receipt, not yet the return
    await BankDebit.create(
        bank_reference="UNKNOWN-1", booked_on=clock.today(), payee_name="不明", amount_fen=7
    )
    report = await reconciliation.reconcile(by=operator)
    custody = report.content["comparisons"][0]
    assert {(row["kind"], row["fen"]) for row in custody["explains"]} == {
        ("not_debited", -payment.amount_fen), ("not_instructed", 7),
        ("not_on_statement", payment.amount_fen),
    }  # fmt: skip
    assert custody["difference_fen"] == -payment.amount_fen
    assert custody["unexplained_fen"] == -payment.amount_fen - 7
    assert report.differences == 2  # the custody account, and a debit nobody instructed
    assert [item.kind for item in await queues.exceptions()] == ["ledger"]


async def test_what_lies_in_suspense_has_an_age(rollback: None) -> None:
    _deal, payment, operator, _payer = await owed()
    with clock.frozen_at(clock.now() - dt.timedelta(days=9)):
        await bank.record_bank_line(line_for(payment, "代付公司"), by=operator)
    [suspense, _processor] = await reconciliation.clearing()
    assert suspense == {"account": "suspense", "fen": payment.amount_fen, "days": 9}
    [item] = await queues.exceptions()
    assert (item.kind, item.days, item.amount_fen) == ("bank_line", 9, payment.amount_fen)


async def test_a_changed_report_is_found(rollback: None) -> None:
    report = await reconciliation.reconcile(by=SYSTEM)
    report.content["ledger_problems"] = ["nothing to see"]
    assert len(reconciliation.problems_of(report)) == 2
    with pytest.raises(TypeError):
        await report.save()


async def test_one_report_a_day_by_the_clock_and_only_for_the_operators_finance(
    rollback: None,
) -> None:
    assert await reconciliation.reconcile_daily()
    assert not await reconciliation.reconcile_daily()
    deal = await unpaid_order()
    for by in (deal.buyer, await operator_actor("quality")):
        with pytest.raises(NotPermitted):
            await reconciliation.reconcile(by=by)
    assert await Reconciliation.all().count() == 1


def test_a_signature_is_of_its_content_and_key() -> None:
    key, signature = signing.public_key("a"), signing.sign(b"content", purpose="a")
    assert signing.is_signed(b"content", signature, key=key)
    assert not signing.is_signed(b"Content", signature, key=key)
    assert not signing.is_signed(b"content", signature, key=signing.public_key("b"))
    assert not signing.is_signed(b"content", "no hex", key=key)


async def test_the_operator_reads_queues_and_reports(client: httpx.AsyncClient) -> None:
    _deal, payment, operator, _payer = await owed()
    await bank.record_bank_line(line_for(payment, "代付公司"), by=operator)
    await signed_in_client(client, operator.person_id)
    line = await BankLine.get()
    for path in ("/operator/queues", "/operator/queues?format=csv", "/workspace"):
        assert line.number in (await client.get(path)).text, path
    made = await client.post("/operator/reconciliations")
    assert made.status_code == 303
    report = await Reconciliation.get()
    for path in (
        "",
        f"/{report.number}",
        f"/{report.number}/print",
        f"/{report.number}?format=csv",
    ):
        answer = await client.get(f"/operator/reconciliations{path}")
        assert answer.status_code == 200
        assert report.number in answer.text or line.number in answer.text
