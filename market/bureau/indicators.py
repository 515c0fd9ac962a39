"""The catalogue of indicators as data: what each means, where it is from, and how it is computed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from market.kit import i18n
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator; `measure` is empty for what is only reported, `rows` names where its rows are."""

    code: str
    group: str
    kind: str  # money (fen), percent (basis points), ratio (hundredths), minutes, integer, link
    span: str  # flow: of a period; stock: today
    formula: str
    dimensions: tuple[str, ...]
    measure: str
    rows: str
    _texts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """In the reader's language."""
        return _said(self._texts)

    @property
    def definition(self) -> str:
        """What is counted, in the reader's language."""
        return _said(self._texts["definition"])

    @property
    def unit(self) -> str:
        """The unit a figure is written in."""
        return _said(self._texts["unit"])

    @property
    def sources(self) -> str:
        """The documents that ask for it, with their clauses."""
        return _("; ").join(_source(text) for text in self._texts["sources"])

    @property
    def group_name(self) -> str:
        """The heading it stands under."""
        return _said(_data()["groups"][self.group])

    @property
    def is_reported(self) -> bool:
        """Whether its values come from documents, not from the platform's rows."""
        return not self.measure and self.kind != "link"


def _said(texts: Mapping[str, str]) -> str:
    return texts["en" if i18n.current_locale() == "en" else "zh"]


def _source(text: str) -> str:
    """ "D三7" as the document's name and its clause; a document without a letter stands as it is."""
    document = _data()["documents"].get(text[0])
    if document is None:
        return text
    return _("%(document)s, clause %(clause)s", document=_said(document), clause=text[1:])


@cache
def _data() -> Any:
    return json.loads(files(__package__).joinpath("data", "indicators.json").read_text("utf-8"))


@cache
def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by its code, in the order of the catalogue."""
    return {
        row["code"]: Indicator(
            code=row["code"], group=row["group"], kind=row["kind"], span=row["span"],
            formula=row["formula"], dimensions=tuple(row["dimensions"]),
            measure=row["measure"] or "", rows=row["rows"] or "", _texts=row,
        )
        for row in _data()["indicators"]
    }  # fmt: skip


def indicator(code: str) -> Indicator:
    """One of the catalogue; raises NotFound for another code."""
    found = catalogue().get(code)
    if found is None:
        raise NotFound(_("There is no such indicator"))
    return found


def grouped() -> list[tuple[str, Sequence[Indicator]]]:
    """The catalogue under its headings."""
    return [
        (_said(texts), [row for row in catalogue().values() if row.group == code])
        for code, texts in _data()["groups"].items()
    ]


def dimension_label(name: str) -> str:
    """A dimension's name."""
    return {
        "region": _("Region"),
        "period": _("Period"),
        "industry": _("Industry"),
        "modality": _("Modality"),
        "task": _("Task"),
        "unit": _("Unit"),
    }[name]
