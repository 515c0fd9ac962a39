"""Statement files: once each, row by row, a crash in the middle loses nothing."""

import pytest

from billing import bank, bank_statements, ledger
from billing.bank_models import BankDebit, BankStatement, StatementFormat
from billing.bank_states import StatementStatus
from billing.chart import CUSTODY_BANK
from billing.forms import BankLineInput
from billing.models import BankLine, Payment
from billing.states import BankLineStatus
from market.kit import clock, files
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import Message
from tests.billing.test_bank import owed
from tests.factories.billing import operator_actor

HEAD = "交易日期,交易流水号,对方户名,贷方发生额,借方发生额,余额,附言\n"


async def uploaded(text: str, by: Actor) -> BankStatement:
    """A file handed in, not read yet."""
    file = await files.store("流水.csv", text.encode("gb18030"), by=by, content_type="text/csv")
    return await bank_statements.upload_statement(file, account="0001", digest=file.sha256, by=by)


async def read(statement: BankStatement) -> BankStatement:
    """The worker's turn."""
    message = Message("m", "statement.uploaded", {"statement": str(statement.id)})
    await bank_statements.on_statement_uploaded(message)
    return await BankStatement.get(id=statement.id)


async def test_good_rows_are_entered_and_bad_ones_named(rollback: None) -> None:
    _deal, payment, operator, payer = await owed()
    today, yuan = clock.today().isoformat(), f"{payment.amount_fen / 100:.2f}"
    text = HEAD + (
        f"{today},R0001,{payer},{yuan},,{yuan},款{payment.reference}\n"
        f"{today},R0002,某公司,坏,,,\n"
        f"{today},R0003,某公司,8.00,,,\n"
        f"{today},R0004,供应商,,3.00,5.00,付\n"
        "2099-01-01,R0005,某公司,1.00,,,\n"
    )
    found = await read(await uploaded(text, operator))
    assert found.status == StatementStatus.READ
    assert (found.rows_total, found.rows_read, found.rows_known) == (5, 5, 0)
    assert found.problems == [[3, "“坏”不是金额"], [6, "日期不能晚于今天"]]
    assert found.closing_fen == 500
    lines = await BankLine.all().order_by("bank_reference")
    assert [(row.bank_reference, row.status) for row in lines] == [
        ("R0001", BankLineStatus.APPLIED), ("R0003", BankLineStatus.SUSPENSE),
    ]  # fmt: skip
    assert (await BankDebit.get()).amount_fen == 300
    assert await ledger.balance_of(CUSTODY_BANK) == payment.amount_fen + 800
    assert (await Payment.get()).paid_at is not None


async def test_the_same_file_and_the_same_line_twice_change_nothing(rollback: None) -> None:
    operator, today = await operator_actor(), clock.today().isoformat()
    text = HEAD + f"{today},R0001,某公司,8.00,,,\n"
    first = await read(await uploaded(text, operator))
    with pytest.raises(InvalidInput) as refusal:
        await uploaded(text, operator)
    assert first.number in refusal.value.fields["file"]
    again = await read(await uploaded(text + f"{today},R0001,某公司,9.00,,,\n", operator))
    assert (again.rows_known, len(again.problems)) == (1, 1)
    assert await BankLine.all().count() == 1
    assert await read(first) == first  # told twice by the outbox
    assert await ledger.balance_of(CUSTODY_BANK) == 800


async def test_a_crash_in_the_middle_goes_on(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, today = await operator_actor(), clock.today().isoformat()
    text = HEAD + "".join(f"{today},R000{at},某公司,8.00,,,\n" for at in range(4))
    statement = await uploaded(text, operator)
    enter, calls = bank.record_bank_line, iter((1, 1, 0, 1, 1))

    async def dying(
        line: BankLineInput, *, by: Actor, statement: BankStatement | None = None
    ) -> BankLine:
        if not next(calls):
            raise ConnectionError
        return await enter(line, by=by, statement=statement)

    monkeypatch.setattr(bank, "record_bank_line", dying)
    with pytest.raises(ConnectionError):
        await read(statement)
    found = await read(statement)
    assert (found.status, found.rows_known) == (StatementStatus.READ, 0)
    assert await BankLine.all().count() == 4
    assert await ledger.balance_of(CUSTODY_BANK) == 3200


async def test_a_new_layout_is_named_once(rollback: None) -> None:
    operator, today = await operator_actor(), clock.today().isoformat()
    statement = await read(await uploaded(f"Tag,Wer,Wert\n{today},某公司,8.00\n", operator))
    assert statement.status == StatementStatus.COLUMNS_WANTED
    named = {"booked_on": ["Tag"], "other_name": ["Wer"], "amount": ["Wert"]}
    with pytest.raises(InvalidInput):
        await bank_statements.name_columns(statement, {"booked_on": ["Nichts"]}, by=operator)
    await bank_statements.name_columns(statement, named, by=operator)
    assert (await read(statement)).status == StatementStatus.READ
    assert await StatementFormat.all().count() == 1
    other = await read(await uploaded(f"Tag,Wer,Wert\n{today},某公司,9.00\n", operator))
    assert other.status == StatementStatus.READ
    assert await BankLine.all().count() == 2


async def test_only_the_operators_finance_reads_statements(rollback: None) -> None:
    for by in (await operator_actor("quality"), (await owed())[0].buyer):
        with pytest.raises(NotPermitted):
            await uploaded(HEAD, by)
    assert await BankStatement.all().count() == 0


async def test_a_line_entered_by_hand_is_confirmed_by_its_statement(rollback: None) -> None:
    operator = await operator_actor()
    by_hand = BankLineInput(
        bank_reference="R0001", booked_on=clock.today(), payer_name="某公司", amount_fen=800
    )
    line = await bank.record_bank_line(by_hand, by=operator)
    text = HEAD + f"{clock.today()},R0001,某公司,8.00,,8.00,\n"
    statement = await read(await uploaded(text, operator))
    assert statement.rows_known == 1
    assert (await BankLine.get()).statement_id == statement.id
    assert await BankLine.all().count() == 1
    assert (await BankLine.get()).id == line.id
