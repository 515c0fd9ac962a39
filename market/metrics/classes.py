"""Reader of classes: one class an item (CSV, TSV, JSONL, JSON), or several raters' in columns or rows."""

from collections.abc import Iterable

from market.kit.i18n import gettext as _
from market.metrics import tables
from market.metrics.files import LabelFile, wrong
from market.metrics.shapes import Classes, Items

SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".json")


def read(files: Iterable[LabelFile]) -> Items[Classes]:
    """Every rated item. A row is `id,label`, `id,rater,label`, or `id` and one column for each rater."""
    found: Items[Classes] = {}
    for file in files:
        for line, row in tables.rows_of(file):
            item = tables.item_of(file, line, row)
            ratings = found.setdefault(item, {})
            for rater, label in _ratings(file, line, row).items():
                tables.once(file, line, item, rater in ratings)
                ratings[rater] = label
    return found


def _ratings(file: LabelFile, line: int, row: tables.Row) -> Classes:
    """What a row says; an empty cell of a rater's column is a missing rating."""
    if tables.named(row, tables.LABEL_NAMES) is not None:
        is_named = tables.named(row, tables.RATER_NAMES) is not None
        rater = tables.cell(file, line, row, tables.RATER_NAMES) if is_named else ""
        return {rater: tables.cell(file, line, row, tables.LABEL_NAMES)}
    identity = tables.named(row, tables.ID_NAMES)
    raters = [name for name in row if name != identity]
    if not raters:
        raise wrong(file.name, _("the column “%(name)s” is missing", name="label"), line=line)
    given = {name: tables.cell(file, line, row, (name.lower(),), blank=True) for name in raters
             if row[name] is not None}  # fmt: skip
    return {name: text for name, text in given.items() if text}
