"""Columns of the import sheets: titles, and how a cell becomes a value of the record."""

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.vocabulary.terms import normalise

KINDS = ("suppliers", "jobs", "talents", "dataset_needs")
NO_WORDS = ("无", "none", "-")


class BadCell(ValueError):
    """A cell that its column cannot take; the text is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: where its value stands in the record, and what it is called."""

    path: str
    zh: str
    en: str
    type: str = "text"
    required: bool = False
    example: str = ""
    help_zh: str = ""

    @property
    def label(self) -> str:
        """Its title in the reader's language."""
        return self.zh if current_locale().startswith("zh") else self.en

    def read(self, cell: Any) -> Any:
        """The value of a cell; None when it is empty. Raises BadCell."""
        text = _text(cell)
        return _READERS[self.type](text) if text else None


def kind_label(kind: str) -> str:
    """What a kind of record is called."""
    return {
        "suppliers": _("Suppliers"),
        "jobs": _("Jobs"),
        "talents": _("Talents"),
        "dataset_needs": _("Dataset needs"),
    }[kind]


@cache
def columns_of(kind: str) -> tuple[SheetColumn, ...]:
    """The columns of a kind of sheet, in order."""
    text = files(__package__).joinpath("data", "columns.json").read_text("utf-8")
    return tuple(SheetColumn(**row) for row in json.loads(text)[kind])


@cache
def kind_named(text: str) -> str:
    """The kind a sheet or file is named after, in either language; empty when none."""
    words = {
        "suppliers": ("suppliers", "供给方", "supplier"),
        "jobs": ("jobs", "标注需求", "需求", "job"),
        "talents": ("talents", "人才", "talent"),
        "dataset_needs": ("dataset_needs", "数据集需求", "needs", "datasets"),
    }
    wanted = normalise(text)
    return next((kind for kind, names in words.items() if wanted in names), "")


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell).strip().removeprefix("'")


def _flag(text: str) -> bool:
    known = {"是": True, "true": True, "yes": True, "1": True, "√": True, "有": True,
             "否": False, "false": False, "no": False, "0": False, "无": False}  # fmt: skip
    if text.casefold() not in known:
        raise BadCell(_("Write 是 or 否"))
    return known[text.casefold()]


def _words(text: str) -> list[str]:
    if text in NO_WORDS:
        return []
    return [word.strip() for word in re.split(r"[、,，;；\n]", text) if word.strip()]


def _date(text: str) -> str:
    return re.sub(r"[年月/.]", "-", text).removesuffix("日")


def _prices(text: str) -> list[dict[str, Any]]:
    names = ("task", "unit", "min", "max")
    return [_parts(entry, names, _("task|unit|lowest|highest")) for entry in _entries(text)]


def _capacities(text: str) -> list[dict[str, Any]]:
    return [_parts(entry, ("unit", "qty"), _("unit|quantity")) for entry in _entries(text)]


def _entries(text: str) -> list[str]:
    return [entry for entry in re.split(r"[;；\n]", text) if entry.strip()]


def _parts(entry: str, names: tuple[str, ...], form: str) -> dict[str, Any]:
    parts = [part.strip() for part in re.split(r"[|｜]", entry)]
    if len(parts) != len(names):
        raise BadCell(_("“%(entry)s” is not written as %(form)s", entry=entry, form=form))
    return dict(zip(names, parts, strict=True))


_READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "number": lambda text: text.replace(",", "").replace("，", ""),
    "integer": lambda text: text.replace(",", "").replace("，", ""),
    "date": _date,
    "words": _words,
    "flag": _flag,
    "prices": _prices,
    "capacities": _capacities,
}
