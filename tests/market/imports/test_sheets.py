"""Sheets: the template is what the reader takes, in XLSX and CSV, with rows and titles named."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from market.directory.models import CapabilityPrice, Talent
from market.imports import import_file, template_workbook
from market.imports.columns import KINDS, BadCell, columns_of, kind_named
from market.vocabulary import uscc


def filled(kind: str, rows: list[dict[str, Any]]) -> list[list[Any]]:
    """The template's titles, and rows of values by path."""
    columns = columns_of(kind)
    return [
        [column.zh + "*" * column.required for column in columns],
        *([row.get(column.path) for column in columns] for row in rows),
    ]


def example_row(kind: str, **values: Any) -> dict[str, Any]:
    return {column.path: column.example or None for column in columns_of(kind)} | values


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_has_every_column_and_explains_it(kind: str) -> None:
    book = load_workbook(io.BytesIO(template_workbook(kind)))

    titles = [cell.value for cell in book.worksheets[0][1]]
    assert titles == filled(kind, [])[0]
    assert kind_named(book.worksheets[0].title) == kind
    assert book.worksheets[1].max_row == len(columns_of(kind)) + 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_row_of_the_templates_own_examples_loads(
    rollback: None, tmp_path: Path, kind: str
) -> None:
    code = uscc.compose("91", "370100", "DEMY0009")
    values = {"uscc": code} if kind == "suppliers" else {"owner.uscc": code}
    if kind == "talents":
        values = {}
    path = tmp_path / f"{kind}.xlsx"
    book = load_workbook(io.BytesIO(template_workbook(kind)))
    for row in filled(kind, [example_row(kind, **values)])[1:]:
        book.worksheets[0].append(row)
    book.save(path)

    report = await import_file(path)

    assert report.errors == []
    assert report.counts[kind]["created"] == 1


async def test_cells_are_read_by_their_type(rollback: None, tmp_path: Path) -> None:
    code = uscc.compose("91", "370100", "DEMY0008")
    row = example_row(
        "suppliers", uscc=code, region_code=370102, staff_total=220.0,
        prices="2D框|框|0.035|0.12；图像分类｜张｜0.02｜0.08",
    )  # fmt: skip
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "供给方"
    for cells in filled("suppliers", [row]):
        sheet.append(cells)
    path = tmp_path / "a.xlsx"
    book.save(path)

    report = await import_file(path)

    assert report.errors == []
    rows = await CapabilityPrice.all().order_by("min_price").values_list("task", "unit")
    assert rows == [("图像分类", "张"), ("2D框", "框")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
async def test_csv_in_either_encoding_with_rows_numbered_as_in_the_sheet(
    rollback: None, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "list.csv"
    rows = [
        example_row("talents", id="A"),
        {},
        example_row("talents", id="B", years="许多"),
        example_row("talents", id="C", consent="无"),
    ]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(filled("talents", rows))

    report = await import_file(path, kind="talents")

    assert [(error.row, error.record_id, error.field) for error in report.rows] == [
        (4, "B", "从业年限")
    ]
    assert await Talent.all().order_by("external_id").values_list("external_id", flat=True) == [
        "A", "C",
    ]  # fmt: skip
    assert (await Talent.get(external_id="C")).consented_at is None


async def test_a_bad_cell_names_its_title(rollback: None, tmp_path: Path) -> None:
    path = tmp_path / "suppliers.csv"
    row = example_row("suppliers", prices="2D框 0.035", **{"security.onsite": "也许"})
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(filled("suppliers", [row]))

    report = await import_file(path)

    assert {error.field for error in report.rows} == {"报价", "可驻场"}
    assert "第 2 行（S01），报价：“2D框 0.035”应写作“任务|单位|最低价|最高价”" in "".join(
        report.errors
    )


def test_dates_and_flags_as_people_write_them() -> None:
    columns = {column.path: column for column in columns_of("jobs")}
    assert columns["bid_deadline"].read("2027年1月15日") == "2027-1-15"
    assert columns["deid.required"].read("√") is True
    assert columns["deid.required"].read(False) is False
    assert columns["budget_wan"].read(1234.5) == "1234.5"
    assert columns["requires.certs"].read("等保三级、ISO 9001") == ["等保三级", "ISO 9001"]
    assert columns["summary"].read(None) is None
    with pytest.raises(BadCell):
        columns["deid.required"].read("也许")
