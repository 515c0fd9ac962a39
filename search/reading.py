"""A query being read: what has been understood already and what is still plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from search.engine import Filter, Sort
from search.lexicon import lexicon


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule recognised at a place in the text.

    `keeps_words` leaves the words for relevance as well; `negatable` lets 不要 or 无需 before it
    turn it round; `denied` says that a word after it has done so: 语音除外.
    """

    kind: str
    token: str
    start: int
    end: int
    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    sort: Sort | None = None
    keeps_words: bool = False
    negatable: bool = False
    denied: bool = False


class Reading:
    """The canonical text of a query with the spans that rules have taken blanked out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._open = text
        self._kept: list[tuple[int, int]] = []

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Every concept and family the whole query mentions."""
        words = lexicon()
        named = {concept for span in words.matches(self.text) for concept in span.concepts}
        return frozenset(named | {f for c in named for f in words.families.get(c, ())})

    def finditer(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of the pattern in what no rule has taken yet."""
        return pattern.finditer(self._open)

    def search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match in what no rule has taken yet."""
        return pattern.search(self._open)

    @property
    def open_text(self) -> str:
        """The text, with blanks where rules have taken words."""
        return self._open

    def take(self, finding: Finding) -> None:
        """Close the finding's span to later rules, and to relevance unless it keeps its words."""
        if finding.keeps_words:
            self._kept.append((finding.start, finding.end))
        self.blank(finding.start, finding.end)

    def blank(self, start: int, end: int) -> None:
        """Close a span to later rules."""
        self._open = self._open[:start] + " " * (end - start) + self._open[end:]

    def rest(self) -> str:
        """What is left for relevance."""
        characters = list(self._open)
        for start, end in self._kept:
            characters[start:end] = self.text[start:end]
        return " ".join("".join(characters).split())
