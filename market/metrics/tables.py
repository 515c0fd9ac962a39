"""Rows of label tables: CSV, TSV, JSONL or JSON, each cell with the line it stands on."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from market.kit.i18n import gettext as _
from market.metrics import json_files
from market.metrics.files import LabelFile, item_key, wrong

ID_NAMES = (
    "id",
    "item",
    "item_id",
    "file",
    "file_name",
    "filename",
    "name",
    "key",
    "编号",
    "文件名",
)
LABEL_NAMES = ("label", "class", "category", "value", "标签", "类别")
RATER_NAMES = ("rater", "annotator", "coder", "标注员", "标注者")
TEXT_NAMES = ("text", "transcript", "transcription", "sentence", "文本", "转写")
Row = dict[str, Any]


def csv_rows(file: LabelFile) -> Iterator[tuple[int, Row]]:
    """(line, row by column name); the first line names the columns, tab or comma between them."""
    text = file.text()
    first = text.split("\n", 1)[0]
    delimiter = "\t" if "\t" in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        if len(set(head)) != len(head):
            raise wrong(file.name, _("a column name stands twice"), line=1)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                raise wrong(
                    file.name,
                    _("%(found)s columns where the head names %(needed)s",
                      found=len(cells), needed=len(head)),
                    line=reader.line_num,
                )  # fmt: skip
            yield reader.line_num, dict(zip(head, cells, strict=True))
    except csv.Error as exc:
        raise wrong(
            file.name, _("not valid CSV (%(why)s)", why=exc), line=reader.line_num
        ) from None


def json_rows(file: LabelFile) -> Iterator[tuple[int, Row]]:
    """The objects of a JSON list, or the pairs of one object as rows of id and label and text."""
    document = json_files.parse(file)
    if isinstance(document, dict) and all(isinstance(value, str) for value in document.values()):
        for place, (name, value) in enumerate(document.items(), 1):
            yield place, {"id": name, "label": value, "text": value}
        return
    if not isinstance(document, list):
        raise json_files.wrong_at(
            file, (), _("needs a list of objects, or one object of names and texts")
        )
    for place, row in enumerate(document):
        if not isinstance(row, dict):
            raise json_files.wrong_at(file, (place,), _("needs an object"))
        yield place + 1, row


def rows_of(file: LabelFile) -> Iterator[tuple[int, Row]]:
    """The rows of any of the table formats, by the file's suffix."""
    if file.suffix == ".jsonl":
        return json_files.rows(file)
    return json_rows(file) if file.suffix == ".json" else csv_rows(file)


def named(row: Row, names: Sequence[str]) -> str | None:
    """The column of `row` that is called one of `names`, in small or capital letters."""
    lowered = {str(column).lower(): column for column in row}
    return next((lowered[name] for name in names if name in lowered), None)


def cell(file: LabelFile, line: int, row: Row, names: Sequence[str], *, blank: bool = False) -> str:
    """The text in the column called one of `names`; LabelFileInvalid when there is none."""
    column = named(row, names)
    if column is None:
        raise wrong(file.name, _("the column “%(name)s” is missing", name=names[0]), line=line)
    value = row[column]
    if isinstance(value, bool | dict | list) or value is None:
        raise wrong(file.name, _("“%(name)s” must be a text or a number", name=column), line=line)
    text = str(value).strip()
    if not text and not blank:
        raise wrong(file.name, _("“%(name)s” is empty", name=column), line=line)
    return text


def item_of(file: LabelFile, line: int, row: Row) -> str:
    """The item of a row."""
    return item_key(cell(file, line, row, ID_NAMES))


def once(file: LabelFile, line: int, item: str, known: object) -> None:
    """Refuse an item that has been read before."""
    if known:
        raise wrong(file.name, _("“%(item)s” stands twice", item=item), line=line)
