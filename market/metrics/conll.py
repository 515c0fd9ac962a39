"""Reader of labelled spans: CoNLL columns with BIO or BIOES tags, and JSONL with offsets."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from market.kit.i18n import gettext as _
from market.metrics import json_files, tables
from market.metrics.files import LabelFile, item_key, wrong
from market.metrics.shapes import Items, Spans

SUFFIXES = (".conll", ".bio", ".bioes", ".iob", ".txt", ".tsv", ".jsonl")
_TAG = re.compile(r"O|[BIESLU]-\S+")
_NAME = re.compile(r"#\s*(?:id|sent_id)\s*[:=]\s*(\S+)")
_BEGINS, _ENDS = frozenset("BSU"), frozenset("ESLU")


def read(files: Iterable[LabelFile]) -> Items[Spans]:
    """Every text. A sentence's item is its `# id = …` line, else file#number (#number of a single file)."""
    given = list(files)
    found: Items[Spans] = {}
    for file in given:
        rows = _json_texts(file) if file.suffix == ".jsonl" else _sentences(file, len(given) > 1)
        for line, item, spans in rows:
            tables.once(file, line, item, item in found)
            found[item] = spans
    return found


@dataclass(slots=True)
class _Sentence:
    line: int
    item: str
    tags: list[str] = field(default_factory=list)


def _sentences(file: LabelFile, is_one_of_many: bool) -> Iterator[tuple[int, str, Spans]]:
    prefix, named, number = f"{file.stem}#" if is_one_of_many else "#", "", 0
    current: _Sentence | None = None
    for line, text in enumerate([*file.text().splitlines(), ""], 1):
        if text.startswith("#") and (name := _NAME.match(text)):
            named = item_key(name.group(1))
        elif not text.strip() or text.startswith("-DOCSTART-"):
            if current is not None:
                yield current.line, current.item, Spans(spans_of(current.tags), len(current.tags))
            current = None
        elif not _is_comment(text):
            if current is None:
                number += 1
                current, named = _Sentence(line, named or f"{prefix}{number}"), ""
            current.tags.append(_tag(file, line, text))


def _is_comment(text: str) -> bool:
    """A line from "#" on, unless its last column is a tag: "#" is a token, too."""
    return text.startswith("#") and not _TAG.fullmatch(text.split()[-1])


def _tag(file: LabelFile, line: int, text: str) -> str:
    columns = text.split()
    if len(columns) < 2:
        raise wrong(file.name, _("needs a token and its tag"), line=line)
    if not _TAG.fullmatch(columns[-1]):
        why = _("“%(tag)s” is not a tag such as O, B-PER, I-PER, E-PER or S-PER", tag=columns[-1])
        raise wrong(file.name, why, line=line)
    return columns[-1]


def spans_of(tags: Iterable[str]) -> frozenset[tuple[int, int, str]]:
    """(first token, one past the last, label) of each chunk, by the rules of conlleval (CoNLL-2003).

    A chunk begins at B, S or U, or at an I, E or L that follows O, another label or an ended chunk.
    """
    found: set[tuple[int, int, str]] = set()
    start, inside = 0, ""
    at = -1
    for at, tag in enumerate(tags):
        place, _dash, label = tag.partition("-")
        if inside and (place == "O" or place in _BEGINS or label != inside):
            found.add((start, at, inside))
            inside = ""
        if place != "O" and not inside:
            start, inside = at, label
        if place in _ENDS:
            found.add((start, at + 1, inside))
            inside = ""
    if inside:
        found.add((start, at + 1, inside))
    return frozenset(found)


def _json_texts(file: LabelFile) -> Iterator[tuple[int, str, Spans]]:
    for line, row in json_files.rows(file):
        listed = row.get("spans", row.get("entities", row.get("label")))
        if not isinstance(listed, list):
            raise wrong(file.name, _("“spans” must be a list"), line=line)
        spans = frozenset(_span(file, line, one) for one in listed)
        yield line, tables.item_of(file, line, row), Spans(spans)


def _span(file: LabelFile, line: int, one: Any) -> tuple[int, int, str]:
    """{"start", "end", "label"} or [start, end, label]; `end` is one past the last character."""
    values = [one.get(name) for name in ("start", "end", "label")] if isinstance(one, dict) else one
    if not isinstance(values, list) or len(values) != 3:
        raise wrong(file.name, _("a span has start, end and label"), line=line)
    start, end, label = values
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise wrong(file.name, _("a span needs whole numbers 0 ≤ start < end"), line=line)
    if not isinstance(label, str) or not label.strip():
        raise wrong(file.name, _("a span needs a label"), line=line)
    return start, end, label.strip()
