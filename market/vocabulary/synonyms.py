"""Words that mean the same in this trade, for search at index and at query time."""

from __future__ import annotations

from functools import cache

from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.terms import normalise, read


@cache
def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """Groups of equivalent words, the head word first: the trade's, then one for each task type.

    A word may stand in several groups (分割 names a skill, 语义分割 a task); a group never
    repeats a word.
    """
    trade = (tuple(group) for group in read("synonyms")["groups"])
    tasks = ((task.zh, task.en, *task.synonyms) for task in TASK_TYPES.values())
    return tuple(_distinct(group) for group in (*trade, *tasks) if len(_distinct(group)) > 1)


@cache
def synonym_table() -> dict[str, tuple[str, ...]]:
    """Every word, in the form of `normalise`, to the other words of all its groups."""
    table: dict[str, dict[str, None]] = {}
    for group in synonym_groups():
        for word in group:
            others = table.setdefault(normalise(word), {})
            others.update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in table.items()}


@cache
def misspellings() -> dict[str, str]:
    """Frequent wrong words to the right ones: 云岗 -> 云冈, 拉筐 -> 拉框, 标柱 -> 标注."""
    return dict(read("synonyms")["misspellings"])


@cache
def dictionary() -> tuple[str, ...]:
    """Chinese words of the trade that a segmenter must keep whole, sorted."""
    words = {*read("synonyms")["dictionary"], *misspellings().values()}
    words.update(term.zh for term in (*MODALITIES.values(), *TASK_TYPES.values()))
    words.update(word for group in synonym_groups() for word in group)
    return tuple(sorted(word for word in words if _is_chinese(word)))


def _distinct(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({normalise(word): word for word in reversed(words)}.values())[::-1]


def _is_chinese(word: str) -> bool:
    return len(word) > 1 and any("一" <= char <= "鿿" for char in word) and " " not in word
