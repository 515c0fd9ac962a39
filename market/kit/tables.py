"""A list as a file: CSV for programs, XLSX with typed cells for offices, JSON for scripts."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Literal
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from rich.cells import cell_len
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.queryset import QuerySet

from market.kit import clock
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES

Kind = Literal["text", "integer", "number", "money", "unit_price", "percent", "date", "datetime"]
Format = Literal["csv", "xlsx", "json"]
MAX_ROWS = 10_000
MEASURED = 200  # rows that decide how wide a column of texts is
WIDEST = 60  # characters, of which a Chinese one takes two
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CELL_FORMATS: dict[Kind, str] = {
    "integer": "#,##0",
    "number": "#,##0.####",
    "money": "#,##0.00",
    "unit_price": "#,##0.00##",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title, in the reader's language, and the kind of its cells.

    `money` cells are integer fen and are written in yuan, `percent` cells are basis points,
    moments are written on the Chinese clock. None is an empty cell in every kind.
    """

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Export:
    """A list page as a file: its title, and of each column the title, the kind and where its value is.

    Titles are msgids. A value is a dotted path into the row ("order.buyer.name"; nothing on the way is an
    empty cell) or a function of the row.
    """

    title: str
    columns: tuple[tuple[str, Kind, str | Callable[[Any], Any]], ...]

    async def file(
        self, request: Request, rows: QuerySet[Any] | Sequence[Any], *, subject: str = ""
    ) -> Response | None:
        """The rows as the file that `?format=` asks for, at most 10,000; None when the page is asked for.

        Pass what the page itself pages through: the same filters, the same visibility.
        """
        if format_of(request) is None:
            return None
        found = await rows.limit(MAX_ROWS) if isinstance(rows, QuerySet) else rows
        return self.of(request, found, subject=subject)

    def of(self, request: Request, rows: Iterable[Any], *, subject: str = "") -> Response:
        """The file of rows that were made only because a file was asked for."""
        columns = [Column(_(title), kind) for title, kind, _value in self.columns]
        cells = [[_value_of(row, value) for _t, _k, value in self.columns] for row in rows]
        name = f"{subject} {_(self.title)}".strip()
        return table_response(request, name, columns, cells, format_of(request) or "csv")


def status(noun: str) -> Callable[[Any], str]:
    """A row's status in the word of its badge."""
    return lambda row: _(STATUS_TONES[noun, row.status].label)


def _value_of(row: Any, value: str | Callable[[Any], Any]) -> Any:
    if callable(value):
        return value(row)
    for name in value.split("."):
        row = None if row is None else getattr(row, name)
    return row


def format_of(request: Request) -> Format | None:
    """The file format a list page was asked for (`?format=csv`); None means the page itself."""
    text = request.query_params.get("format", "")
    if text in ("", "html"):
        return None
    for known in ("csv", "xlsx", "json"):
        if text == known:
            return known
    raise InvalidInput(_("A list can be exported as csv, xlsx or json"))


def table_response(
    request: Request,
    filename: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    fmt: Format,
) -> Response:
    """`rows` as a download named `filename` (no suffix); the file says which address it is from."""
    if fmt == "csv":
        return download(_csv(columns, rows), "text/csv; charset=utf-8", f"{filename}.csv")
    if fmt == "xlsx":
        book = _xlsx(columns, rows, title=filename, source=str(request.url))
        return download(book, XLSX, f"{filename}.xlsx")
    titles = [column.title for column in columns]
    written = [dict(zip(titles, _written(columns, row, _json_cell), strict=True)) for row in rows]
    return JSONResponse({"source": str(request.url), "rows": written})


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep under its name, Chinese included."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"content-disposition": disposition})


def _written(columns: Sequence[Column], row: Sequence[Any], write: Any) -> list[Any]:
    return [
        None if cell is None else write(column.kind, _plain(column.kind, cell))
        for column, cell in zip(columns, row, strict=True)
    ]


def _plain(kind: Kind, cell: Any) -> Any:
    """The value as the reader counts it: yuan, a fraction, a Chinese wall clock without offset."""
    if kind == "money":
        return Decimal(cell) / 100
    if kind == "percent":
        return Decimal(cell) / 10000
    if kind == "datetime":
        return clock.in_china(cell).replace(tzinfo=None)
    if kind == "date" and isinstance(cell, dt.datetime):
        return clock.in_china(cell).date()
    return str(cell) if kind == "text" else cell


def _text(kind: Kind, value: Any) -> str:
    if kind == "money":
        return f"{value:.2f}"
    if kind == "percent":
        return f"{value * 100:.2f}%"
    if kind == "datetime":
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _csv_cell(kind: Kind, value: Any) -> str:
    text = _text(kind, value)
    # A spreadsheet runs text that begins like a formula; the apostrophe makes it text again.
    return f"'{text}" if kind == "text" and text.lstrip().startswith(_FORMULA_STARTS) else text


def _json_cell(kind: Kind, value: Any) -> Any:
    return value if isinstance(value, int) else _text(kind, value)


def _csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_csv_cell("text", column.title) for column in columns])
    writer.writerows(_written(columns, row, _csv_cell) for row in rows)
    return buffer.getvalue().encode("utf-8-sig")  # without the mark Excel reads Chinese as GBK


def _xlsx(
    columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, title: str, source: str
) -> bytes:
    return workbook([(title, columns, rows)], title=title, source=source)


def workbook(
    tables: Iterable[tuple[str, Sequence[Column], Iterable[Sequence[Any]]]],
    *,
    title: str,
    source: str,
) -> bytes:
    """An XLSX file with a sheet for each (title, columns, rows)."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.description = title, source
    book.properties.creator = _("Data Annotation Public Service Platform")
    for name, columns, rows in tables:
        _fill(book.create_sheet(title=_sheet_title(name)), columns, rows)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _fill(sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Bold frozen headings over typed cells, columns as wide as the first rows' texts."""
    sheet.freeze_panes = "A2"
    rows = iter(rows)
    first = list(islice(rows, MEASURED))
    for index, column in enumerate(columns):
        texts = (str(row[index] or "") for row in first if column.kind == "text")
        longest = max(map(cell_len, texts), default=0)
        letter = get_column_letter(index + 1)
        sheet.column_dimensions[letter].width = max(
            14, cell_len(column.title) + 4, min(longest + 2, WIDEST)
        )
    header = [_cell(sheet, "text", column.title) for column in columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    last = 1
    for row in chain(first, rows):
        sheet.append(_written(columns, row, lambda kind, value: _cell(sheet, kind, value)))
        last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"


def _sheet_title(title: str) -> str:
    return "".join(char for char in title if char not in "[]:*?/\\")[:31] or "Sheet"


def _cell(sheet: Any, kind: Kind, value: Any) -> Any:
    if kind == "text":
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # "=1+1" stays text
        return cell
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = _CELL_FORMATS[kind]
    return cell
