"""Delivery manifests: the items of a batch by name and SHA-256, from CSV or JSON Lines."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _

KINDS = {".csv": "text/csv", ".jsonl": "application/jsonl"}
FIELD = "manifest"
MAX_ITEMS = 100_000
MAX_NAME = 200
MAX_CLASS = 80
MAX_BYTES = 20 * 1024 * 1024
SHOWN_ERRORS = 10
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME_TITLES = frozenset({"name", "item", "item_name", "filename", "名称", "文件名", "条目名称"})
_DIGEST_TITLES = frozenset({"sha256", "digest", "摘要", "sha256摘要"})
_CLASS_TITLES = frozenset({"class", "label_class", "category", "类别", "标签类别"})
Row = tuple[int, str, str, str]  # its number, name, SHA-256, class


@dataclass(frozen=True, slots=True)
class Item:
    """One delivered item; its place in the manifest, from 0, is its number in the draw.

    `row` is where the person who made the file finds it: the row counted from 1. `label_class` is
    what the item shows, several classes parted by |, "" where the manifest does not say.
    """

    name: str
    sha256: str
    row: int
    label_class: str = ""


def digest_of(items: Iterable[Item]) -> str:
    """SHA-256 over "sha256, two spaces, name, newline" of every item in order (as sha256sum writes)."""
    whole = hashlib.sha256()
    for item in items:
        whole.update(f"{item.sha256}  {item.name}\n".encode())
    return whole.hexdigest()


def parse(filename: str, content: bytes) -> list[Item]:
    """The items of an uploaded manifest; raises InvalidInput naming the rows that are wrong.

    CSV has a header with a name and a sha256 column, and may have a class column (or exactly name
    and sha256, without header); JSON Lines has an object with `name`, `sha256` and maybe `class` in
    each line. Rows count from 1, the header included.
    """
    suffix = PurePath(filename).suffix.lower()
    if suffix not in KINDS:
        raise _refused(_("The manifest must be a CSV or JSON Lines file"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(_("%(name)s must be UTF-8 text", name=filename)) from None
    rows = _csv_rows(text) if suffix == ".csv" else _jsonl_rows(text)
    return checked(rows)


def checked(rows: Sequence[Row]) -> list[Item]:
    """The items of such rows; raises InvalidInput naming the rows that are wrong."""
    if not rows:
        raise _refused(_("The manifest lists no item"))
    if len(rows) > MAX_ITEMS:
        raise _refused(_("A manifest has at most %(limit)s items", limit=MAX_ITEMS))
    items, problems = [], []
    names: dict[str, int] = {}
    digests: dict[str, int] = {}
    for number, raw_name, raw_digest, raw_class in rows:
        item = Item(raw_name.strip(), raw_digest.strip().lower(), number, raw_class.strip())
        if problem := _problem(item, names, digests):
            problems.append((number, problem))
        names.setdefault(item.name, number)
        digests.setdefault(item.sha256, number)
        items.append(item)
    if problems:
        raise row_errors(problems)
    return items


def row_errors(problems: Sequence[tuple[int, str]]) -> InvalidInput:
    """The refusal that lists the first wrong rows and counts the others."""
    shown = [
        _("Row %(row)s: %(problem)s", row=number, problem=problem)
        for number, problem in problems[:SHOWN_ERRORS]
    ]
    if len(problems) > SHOWN_ERRORS:
        shown.append(_("and %(count)s more rows", count=len(problems) - SHOWN_ERRORS))
    return _refused("; ".join(shown))


def _problem(item: Item, names: dict[str, int], digests: dict[str, int]) -> str:
    if not item.name:
        return _("the name is missing")
    if len(item.name) > MAX_NAME:
        return _("the name is longer than %(limit)s characters", limit=MAX_NAME)
    if not item.name.isprintable():
        return _("the name holds control characters")
    if len(item.label_class) > MAX_CLASS:
        return _("the class is longer than %(limit)s characters", limit=MAX_CLASS)
    if not _DIGEST.fullmatch(item.sha256):
        return _("the SHA-256 must be 64 hexadecimal digits")
    if item.name in names:
        return _("the name is that of row %(row)s", row=names[item.name])
    if item.sha256 in digests:
        return _("the file is the same as in row %(row)s", row=digests[item.sha256])
    return ""


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(fields={FIELD: sentence})


def _csv_rows(text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise _refused(_("The file is not valid CSV")) from None
    if not rows:
        return []
    columns, has_header = _columns(rows[0][1])
    return [(number, *_cells(row, columns)) for number, row in rows[has_header:]]


def _cells(row: list[str], columns: tuple[int, int, int]) -> tuple[str, str, str]:
    name, digest, label = (row[at] if 0 <= at < len(row) else "" for at in columns)
    return name, digest, label


def _columns(first: list[str]) -> tuple[tuple[int, int, int], bool]:
    """Where name, digest and class (-1 = nowhere) stand, and whether the first row is a header."""
    titles = [cell.strip().lower().replace(" ", "") for cell in first]
    name, digest, label = (
        next((at for at, title in enumerate(titles) if title in known), -1)
        for known in (_NAME_TITLES, _DIGEST_TITLES, _CLASS_TITLES)
    )
    if name >= 0 and digest >= 0:
        return (name, digest, label), True
    if len(first) == 2 and _DIGEST.fullmatch(titles[1]):
        return (0, 1, -1), False
    raise _refused(_("Row 1 must name the columns: name, sha256"))


def _jsonl_rows(text: str) -> list[Row]:
    rows, problems = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        value = _json(line)
        if isinstance(value, dict):
            name, digest, label = (str(value.get(key, "")) for key in ("name", "sha256", "class"))
            rows.append((number, name, digest, label))
        else:
            problems.append((number, _("not a JSON object")))
    if problems:
        raise row_errors(problems)
    return rows


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None
