"""Findings of an inspection as a person enters them: on the sheet, or as a list for long samples."""

import csv
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from market.kit.errors import InvalidInput
from market.kit.forms import field_errors
from market.kit.i18n import gettext as _
from market.orders.forms import DEFECT_LABELS, GRAVITIES, Defect, Finding, Gravity, Measurement

SHEET_LIMIT = 300  # drawn items shown one by one; beyond, the nonconforming are listed
LIST_FIELD = "findings"
_NOTE_LENGTH = 300


def from_sheet(values: Mapping[str, str], items: Sequence[str]) -> list[Finding]:
    """The sheet has for the drawn item i a `defect-i` (empty = conforms), `gravity-i` and `note-i`."""
    found = []
    for place, item in enumerate(items):
        defect = values.get(f"defect-{place}", "")
        if not defect:
            continue
        note = values.get(f"note-{place}", "")[:_NOTE_LENGTH]
        gravity = _gravity(values.get(f"gravity-{place}", ""))
        found.append(
            Finding(item=item, defect=_defect(defect, place + 1), gravity=gravity, note=note)
        )
    return found


def from_list(text: str) -> list[Finding]:
    """Lines of "item, defect, note, gravity" (all but the item may be missing); InvalidInput names
    the line."""
    found = []
    for number, cells in enumerate(csv.reader(text.replace("，", ",").splitlines()), 1):
        item, defect, note, gravity = ([cell.strip() for cell in cells] + [""] * 4)[:4]
        if item:
            known = _defect(defect, number) if defect else Defect.OTHER
            weight = _gravity(gravity)
            found.append(
                Finding(item=item[:200], defect=known, gravity=weight, note=note[:_NOTE_LENGTH])
            )
    return found


def measurements(values: Mapping[str, str]) -> list[Measurement]:
    """The sheet has a `metric-NAME` for each metric with a floor; InvalidInput names the field."""
    found = []
    for field, text in values.items():
        metric = field.removeprefix("metric-")
        if metric == field or not text:
            continue
        try:
            found.append(Measurement.model_validate({"metric": metric, "value": text}))
        except ValidationError as exc:
            sentence = next(iter(field_errors(exc).values()))
            raise InvalidInput(fields={field: sentence}) from None
    return found


def _gravity(text: str) -> Gravity:
    """Major unless the cell says otherwise: a note's own comma makes cells, too."""
    words = {_(label): code for code, label in GRAVITIES.items()}
    known = {**words, **{code.value: code for code in Gravity}}
    return known.get(text, Gravity.MAJOR)


def _defect(text: str, row: int) -> Defect:
    words = {_(label): code for code, label in DEFECT_LABELS.items()}
    if text in tuple(Defect):
        return Defect(text)
    if text in words:
        return words[text]
    problem = _("“%(text)s” is not one of the defects", text=text[:40])
    raise InvalidInput(fields={LIST_FIELD: _("Row %(row)s: %(problem)s", row=row, problem=problem)})
