"""Which of the words asked for a record covers."""

from __future__ import annotations

from collections.abc import Iterable

from search.analysis import LETTER_WEIGHT, TermGroup, index_terms, terms_of
from search.engine import IndexDocument
from search.lexicon import written


def covered_words(document: IndexDocument, groups: Iterable[TermGroup]) -> list[str]:
    """The surfaces of the groups that the record's texts satisfy, in the order asked; no hints,
    for those were not said."""
    terms = terms_of((*document.strong, *document.weak))
    return [
        written(group.surface)
        for group in groups
        if not group.is_hint and any(term in terms for term, _ in group.terms)
    ]


def covers_something(document: IndexDocument, groups: Iterable[TermGroup]) -> bool:
    """Whether the record has any of these words, or the sound of one; a letter in common is none."""
    found = index_terms(document.strong, document.weak)
    return any(
        any(
            weight > LETTER_WEIGHT and (term in found.strong or term in found.weak)
            for term, weight in group.terms
        )
        or not found.sounds.isdisjoint(group.fallbacks)
        for group in groups
    )
