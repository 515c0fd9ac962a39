"""Statements in the shapes of Chinese banks are read alike; a bad row is named."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from billing.bank_formats import (
    BadRow,
    Entry,
    UnreadableFile,
    guess_columns,
    missing_fields,
    read_entries,
    read_sheet,
)

ICBC = """中国工商银行企业网上银行明细
账号：1602 0000,户名：数据标注公共服务平台
凭证号,交易时间,对方单位,对方账号,转入金额,转出金额,余额,摘要,用途
20261121001,2026-11-21 09:10:11,济南医院,\t6222000011112222,"72,000.00",,"72,000.00",转账,标注款PT003NQK8N1
20261121002,2026-11-21 09:12:00,某公司,622300,,"1,000.50","70,999.50",付款,货款
20261121003,不是日期,某公司,622300,5.00,,71004.50,,
20261121004,2026-11-21,某公司,622300,五元,,,,
合计,,,,"72,005.00",,,,
"""
SIGNED = """交易日期|收(付)方名称|交易金额|借贷标志|附言
20261121|某公司|100.00|贷|甲
20261121|某公司|100.00|贷|甲
20261121|某公司|30.00|借|乙
"""


def entries(name: str, content: bytes) -> list[Entry | BadRow]:
    """Everything a file says."""
    sheet = read_sheet(name, content)
    return list(read_entries(sheet, guess_columns(sheet), account="1602"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_money_in_and_out_below_a_preamble(encoding: str) -> None:
    first, second, *bad = entries("明细.csv", ICBC.encode(encoding))
    assert first == Entry(
        4, "20261121001", dt.date(2026, 11, 21), "济南医院", "6222000011112222", 7_200_000,
        "转账 标注款PT003NQK8N1", 7_200_000, "",
    )  # fmt: skip
    assert isinstance(second, Entry)
    assert second.amount_fen == -100_050
    assert bad == [BadRow(6, "“不是日期”不是日期"), BadRow(7, "“五元”不是金额")]


def test_a_signed_amount_without_references_of_the_bank() -> None:
    one, two, three = entries("a.csv", SIGNED.encode())
    amounts = [row.amount_fen for row in (one, two, three) if isinstance(row, Entry)]
    assert amounts == [10_000, 10_000, -3_000]
    assert isinstance(one, Entry)
    assert isinstance(two, Entry)
    assert one.bank_reference.removesuffix("-1") == two.bank_reference.removesuffix("-2")
    assert entries("b.csv", SIGNED.encode()) == [one, two, three]  # the same in another file


def test_a_workbook_says_the_same() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["交易明细"])
    sheet.append(["交易日期", "交易流水号", "对方户名", "贷方发生额", "借方发生额", "备注"])
    sheet.append([dt.datetime(2026, 11, 21, 9, 1), "A-0001", "济南医院", 1234.5, None, "ＰＴ１"])
    buffer = io.BytesIO()
    book.save(buffer)
    [entry] = entries("a.xlsx", buffer.getvalue())
    assert isinstance(entry, Entry)
    assert (entry.bank_reference, entry.amount_fen, entry.narrative) == ("A-0001", 123_450, "PT1")
    assert entry.booked_on == dt.date(2026, 11, 21)


def test_an_unknown_layout_asks_for_its_columns() -> None:
    sheet = read_sheet("a.csv", "Tag,Wer,Wieviel,Wozu\n2026-11-21,某公司,5.00,x\n".encode())
    assert missing_fields(guess_columns(sheet)) == ["booked_on", "other_name", "credit"]
    named = {"booked_on": ["Tag"], "other_name": ["Wer"], "amount": ["Wieviel"]}
    assert missing_fields(named) == []
    [entry] = read_entries(sheet, named, account="1")
    assert isinstance(entry, Entry)
    assert entry.amount_fen == 500


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"no workbook"), ("a.csv", b""), ("a.csv", "无表格\n".encode()), ("a.csv", b"\xff\xff\x80")],
)  # fmt: skip
def test_what_is_no_statement(name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_sheet(name, content)
