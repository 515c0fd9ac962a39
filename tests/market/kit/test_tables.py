"""Exports: exact cells, safe text, Chinese names."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from market.kit.errors import InvalidInput
from market.kit.tables import Column, format_of, table_response

COLUMNS = [
    Column("名称"),
    Column("数量", "integer"),
    Column("金额（元）", "money"),
    Column("单价", "unit_price"),
    Column("一次合格率", "percent"),
    Column("日期", "date"),
    Column("时间", "datetime"),
    Column("面积", "number"),
]
MOMENT = dt.datetime(2026, 11, 20, 17, 30, tzinfo=dt.UTC)  # the 21st, 01:30, in China
ROW = ["=1+1", 3000, 24000050, Decimal("0.0350"), 9805, MOMENT, MOMENT, Decimal("12.5")]


def request(query: str = "") -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/orders",
            "query_string": query.encode(),
            "headers": [(b"host", b"testserver")],
            "scheme": "http",
            "server": ("testserver", 80),
        }
    )


def text_rows(response: Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(bytes(response.body).decode("utf-8-sig"), newline="")))


def sheet(response: Response) -> Any:
    return openpyxl.load_workbook(io.BytesIO(bytes(response.body))).active


def respond(rows: Sequence[Sequence[Any]], fmt: Any) -> Response:
    return table_response(request("status=funded"), "订单", COLUMNS, rows, fmt)


def test_csv_writes_every_kind_and_begins_with_the_mark_excel_needs() -> None:
    response = respond([ROW, [None] * 8], "csv")
    assert bytes(response.body).startswith(b"\xef\xbb\xbf")
    assert text_rows(response) == [
        [column.title for column in COLUMNS],
        [
            "'=1+1",
            "3000",
            "240000.50",
            "0.0350",
            "98.05%",
            "2026-11-21",
            "2026-11-21 01:30",
            "12.5",
        ],
        [""] * 8,
    ]


def test_the_file_name_keeps_its_chinese() -> None:
    disposition = respond([], "xlsx").headers["content-disposition"]
    assert unquote(disposition) == "attachment; filename*=UTF-8''订单.xlsx"


def test_xlsx_cells_have_types_a_frozen_header_and_a_filter() -> None:
    table = sheet(respond([ROW], "xlsx"))
    assert [cell.value for cell in table[1]] == [column.title for column in COLUMNS]
    assert [cell.value for cell in table[2]] == [
        "=1+1",
        3000,
        240000.5,
        0.035,
        0.9805,
        dt.datetime(2026, 11, 21),
        dt.datetime(2026, 11, 21, 1, 30),
        12.5,
    ]
    assert [cell.data_type for cell in table[2]] == ["s", "n", "n", "n", "n", "d", "d", "n"]
    assert table.freeze_panes == "A2"
    assert table.auto_filter.ref == "A1:H2"
    assert table["A1"].font.bold
    assert table.title == "订单"


def test_xlsx_says_where_it_came_from() -> None:
    book = openpyxl.load_workbook(io.BytesIO(bytes(respond([], "xlsx").body)))
    assert book.properties.description == "http://testserver/orders?status=funded"


def test_xlsx_drops_characters_a_sheet_cannot_hold() -> None:
    columns = [Column("名称")]
    response = table_response(request(), "a/b", columns, [["甲\x00乙"]], "xlsx")
    assert sheet(response)["A2"].value == "甲乙"
    assert sheet(response).title == "ab"


def test_a_column_of_texts_is_as_wide_as_its_first_rows_need() -> None:
    columns = [Column("名称"), Column("说明"), Column("n", "integer")]
    rows = [["历下医疗数据标注园运营有限公司", "长" * 100, 1], ["甲", "", 2]]
    widths = sheet(table_response(request(), "a", columns, rows, "xlsx")).column_dimensions
    assert [widths[letter].width for letter in "ABC"] == [32, 60, 14]


def test_json_names_each_value_by_its_column() -> None:
    response = table_response(request(), "订单", COLUMNS[:3], [["甲", 2, 105]], "json")
    assert json.loads(bytes(response.body)) == {
        "source": "http://testserver/orders",
        "rows": [{"名称": "甲", "数量": 2, "金额（元）": "1.05"}],
    }


def test_a_row_of_another_width_is_a_defect() -> None:
    with pytest.raises(ValueError, match="shorter"):
        respond([["甲"]], "csv")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "－"])
def test_text_that_begins_like_a_formula_is_defused_in_csv(start: str) -> None:
    response = table_response(request(), "a", [Column("名称")], [[f"{start}cmd|x"]], "csv")
    assert text_rows(response)[1] == [f"'{start}cmd|x"]


def test_a_negative_number_is_no_formula() -> None:
    response = table_response(request(), "a", [Column("金额", "money")], [[-105]], "csv")
    assert text_rows(response)[1] == ["-1.05"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_text_ever_becomes_a_formula(text: str) -> None:
    columns = [Column("名称"), Column("n", "integer")]
    rows = text_rows(table_response(request(), "a", columns, [[text, 1]], "csv"))
    assert not rows[1][0].lstrip().startswith(("=", "+", "-", "@"))
    assert rows[1][0].removeprefix("'") == text.removeprefix("'")
    cell = sheet(table_response(request(), "a", columns, [[text, 1]], "xlsx"))["A2"]
    assert cell.data_type in ("s", "inlineStr", "n")
    assert (cell.value or "") == text[:32767]


@pytest.mark.parametrize(
    ("query", "found"),
    [("", None), ("format=html", None), ("format=csv", "csv"), ("format=xlsx", "xlsx")],
)
def test_the_format_is_asked_for_in_the_address(query: str, found: str | None) -> None:
    assert format_of(request(query)) == found


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InvalidInput):
        format_of(request("format=exe"))
