"""Reader of transcripts: JSONL, JSON, CSV, lines of id and text with a tab between, Praat TextGrid."""

from collections.abc import Iterable, Iterator

from market.kit.i18n import gettext as _
from market.metrics import tables, textgrid
from market.metrics.files import LabelFile, item_key, wrong
from market.metrics.shapes import Items

SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".txt", ".textgrid")


def read(files: Iterable[LabelFile]) -> Items[str]:
    """Every transcribed item; a TextGrid's item is its file, with /tier where it has several tiers."""
    found: Items[str] = {}
    for file in files:
        for line, item, text in _texts(file):
            tables.once(file, line, item, item in found)
            found[item] = text
    return found


def _texts(file: LabelFile) -> Iterator[tuple[int, str, str]]:
    if file.suffix == ".textgrid":
        return textgrid.transcripts(file)
    return _tabbed(file) if file.suffix == ".txt" else _rows(file)


def _rows(file: LabelFile) -> Iterator[tuple[int, str, str]]:
    for line, row in tables.rows_of(file):
        text = tables.cell(file, line, row, tables.TEXT_NAMES, blank=True)
        yield line, tables.item_of(file, line, row), text


def _tabbed(file: LabelFile) -> Iterator[tuple[int, str, str]]:
    for line, row in enumerate(file.text().splitlines(), 1):
        if not row.strip():
            continue
        name, tab, text = row.partition("\t")
        if not tab or not name.strip():
            raise wrong(file.name, _("needs an id, a tab, and the text"), line=line)
        yield line, item_key(name), text.strip()
