"""XLSX and CSV sheets: reading rows as records, and the template to fill in."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from market.imports.columns import (
    KINDS,
    BadCell,
    SheetColumn,
    columns_of,
    kind_label,
    kind_named,
)
from market.imports.sources import Source, UnreadableFile
from market.kit.i18n import gettext as _
from market.vocabulary.terms import normalise


def read_workbook(path: Path, kind: str) -> list[Source]:
    """Every sheet that is named after a kind; with `kind`, the first sheet, whatever its name."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError):
        raise UnreadableFile(_("This is not an XLSX workbook")) from None
    found: list[Source] = []
    for index, sheet in enumerate(book.worksheets):
        named = kind_named(sheet.title) or (kind if index == 0 else "")
        if named and kind in ("", named):
            found += _records(named, sheet.iter_rows(values_only=True))
    book.close()
    if not found and not kind:
        names = ", ".join(kind_label(name) for name in KINDS)
        raise UnreadableFile(_("No sheet with rows is named after a kind: %(names)s", names=names))
    return found


def read_csv(path: Path, kind: str) -> list[Source]:
    """The rows of a CSV file in UTF-8 or GB 18030, of the kind given or named by the file."""
    named = kind or kind_named(path.stem)
    if not named:
        raise UnreadableFile(_("Say of what kind the rows are: %(kinds)s", kinds=", ".join(KINDS)))
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return list(_records(named, csv.reader(io.StringIO(text, newline=""))))
    raise UnreadableFile(_("The file is neither UTF-8 nor GB 18030"))


def _records(kind: str, rows: Iterable[Iterable[Any]]) -> Iterator[Source]:
    numbered = enumerate(rows, 1)
    head = next((list(row) for _n, row in numbered), [])
    columns = [_column(kind, title) for title in head]
    if not any(columns):
        raise UnreadableFile(
            _("Row 1 of %(kind)s must hold the titles of the template", kind=kind_label(kind))
        )
    labels = {column.path: column.label for column in columns if column}
    for number, row in numbered:
        cells = list(row)
        if any(cell not in (None, "") for cell in cells):
            data, errors = _nested(columns, cells)
            yield Source(kind, number, data, labels, errors)


def _column(kind: str, title: Any) -> SheetColumn | None:
    wanted = normalise(str(title or "").rstrip("*＊"))
    for column in columns_of(kind):
        if wanted in (normalise(column.zh), normalise(column.en), normalise(column.path)):
            return column
    return None


def _nested(
    columns: list[SheetColumn | None], cells: list[Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    data: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        try:
            value = column.read(cell)
        except BadCell as exc:
            errors[column.path] = str(exc)
            continue
        if value is not None:
            _put(data, column.path.split("."), value)
    return data, errors


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value


def template_workbook(kind: str) -> bytes:
    """An XLSX to fill in: the titles (required ones with *), and a sheet that explains each."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title=kind_label(kind))
    sheet.freeze_panes = "B2"
    columns = columns_of(kind)
    for index, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = max(12, 2 * len(column.label) + 4)
    sheet.append([_bold(sheet, column.label + "*" * column.required) for column in columns])
    notes: Any = book.create_sheet(title=_("Explanation"))
    titles = (_("Column"), _("Required"), _("Example"), _("Explanation"), "JSON")
    notes.append([_bold(notes, title) for title in titles])
    for column in columns:
        required = _("yes") if column.required else ""
        notes.append([column.label, required, column.example, column.help_zh, column.path])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell
