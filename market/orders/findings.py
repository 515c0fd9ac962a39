"""Findings of an inspection as a person enters them: on the sheet, or as a list for long samples."""

import csv
from collections.abc import Mapping, Sequence

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.orders.forms import DEFECT_LABELS, Defect, Finding

SHEET_LIMIT = 300  # drawn items shown one by one; beyond, the nonconforming are listed
LIST_FIELD = "findings"
_NOTE_LENGTH = 300


def from_sheet(values: Mapping[str, str], items: Sequence[str]) -> list[Finding]:
    """The sheet has for the drawn item i a `defect-i` (empty = conforms) and a `note-i`."""
    found = []
    for place, item in enumerate(items):
        defect = values.get(f"defect-{place}", "")
        if not defect:
            continue
        note = values.get(f"note-{place}", "")[:_NOTE_LENGTH]
        found.append(Finding(item=item, defect=_defect(defect, place + 1), note=note))
    return found


def from_list(text: str) -> list[Finding]:
    """Lines of "item, defect, note" (defect and note may be missing); InvalidInput names the line."""
    found = []
    for number, cells in enumerate(csv.reader(text.replace("，", ",").splitlines()), 1):
        item, defect, note = ([cell.strip() for cell in cells] + ["", "", ""])[:3]
        if item:
            known = _defect(defect, number) if defect else Defect.OTHER
            found.append(Finding(item=item[:200], defect=known, note=note[:_NOTE_LENGTH]))
    return found


def _defect(text: str, row: int) -> Defect:
    words = {_(label): code for code, label in DEFECT_LABELS.items()}
    if text in tuple(Defect):
        return Defect(text)
    if text in words:
        return words[text]
    problem = _("“%(text)s” is not one of the defects", text=text[:40])
    raise InvalidInput(fields={LIST_FIELD: _("Row %(row)s: %(problem)s", row=row, problem=problem)})
