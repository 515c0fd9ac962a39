"""A vocabulary: ordered terms with stable codes, two languages and the words people use."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar


@dataclass(frozen=True)
class Term:
    """One entry; `code` is what the database stores and never changes."""

    code: str
    zh: str
    en: str
    synonyms: tuple[str, ...] = ()

    def label(self, language: str = "zh") -> str:
        """The Chinese label for zh, zh_CN, zh-Hans...; the English one for any other language."""
        return self.zh if language.startswith("zh") else self.en


AnyTerm = TypeVar("AnyTerm", bound=Term)


def normalise(text: str) -> str:
    """The form in which words are compared: NFKC (full-width to half-width), no spaces, no case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


class Vocabulary(Mapping[str, AnyTerm], Generic[AnyTerm]):
    """Terms by code in their published order; ordered vocabularies run from low to high."""

    def __init__(self, terms: Iterable[AnyTerm]) -> None:
        self._terms = {term.code: term for term in terms}
        self._words: dict[str, AnyTerm] = {}
        for term in self._terms.values():
            for word in (term.code, term.zh, term.en):
                self._words.setdefault(normalise(word), term)
        for term in self._terms.values():
            for word in term.synonyms:
                self._words.setdefault(normalise(word), term)

    def __getitem__(self, code: str) -> AnyTerm:
        return self._terms[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def choices(self, language: str = "zh") -> tuple[tuple[str, str], ...]:
        """(code, label) pairs for a form field."""
        return tuple((term.code, term.label(language)) for term in self._terms.values())

    def label(self, code: str, language: str = "zh") -> str:
        """The label of a code; a code unknown here is shown as it is."""
        term = self._terms.get(code)
        return term.label(language) if term else code

    def rank(self, code: str) -> int:
        """Position from 1 in an ordered vocabulary; 0 for a code that is not in it."""
        return list(self._terms).index(code) + 1 if code in self._terms else 0

    def exact(self, text: str) -> AnyTerm | None:
        """The term whose code, label or synonym is this text, whatever its width, case, spaces."""
        return self._words.get(normalise(text))

    def find(self, text: str) -> AnyTerm | None:
        """As `exact`; failing that the term whose longest word (2 characters up) begins the text.

        So 公开招标（纳入政府采购） is 公开招标 and 事业单位（医院） is 事业单位.
        """
        wanted = normalise(text)
        if wanted in self._words:
            return self._words[wanted]
        starts = [word for word in self._words if len(word) > 1 and wanted.startswith(word)]
        return self._words[max(starts, key=len)] if starts else None

    def mentioned_in(self, text: str) -> tuple[AnyTerm, ...]:
        """Terms of which a word (2 characters up) stands in the text, the longest word first.

        A Latin word must stand by itself: "ct" is not found in "product".
        """
        wanted = normalise(text)
        longest: dict[str, int] = {}
        for word, term in self._words.items():
            if len(word) > 1 and _stands_in(word, wanted):
                longest[term.code] = max(len(word), longest.get(term.code, 0))
        return tuple(self._terms[code] for code in sorted(longest, key=lambda c: -longest[c]))


def _stands_in(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


@cache
def read(name: str) -> Any:
    """One data file of this package, parsed."""
    return json.loads(files(__package__).joinpath("data", f"{name}.json").read_text("utf-8"))


def load(name: str, key: str, kind: type[AnyTerm]) -> Vocabulary[AnyTerm]:
    """The vocabulary stored under `key` of a data file, as terms of `kind`."""
    known = {field.name for field in fields(kind)}

    def term(row: dict[str, Any]) -> AnyTerm:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in row.items()
            if name in known
        }
        return kind(**values)

    return Vocabulary(term(row) for row in read(name)[key])
