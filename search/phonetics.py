"""How Chinese words sound: full pinyin, initials, and keys under which homophones meet."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, lazy_pinyin
from pypinyin import pinyin as spell

from search.normalisation import has_han

_READINGS = 8


@lru_cache(maxsize=32_768)
def pinyin(word: str) -> str:
    """The word's toneless pinyin run together, read as a phrase: 重庆 is chongqing."""
    return "".join(lazy_pinyin(word))


def readings(word: str) -> tuple[str, ...]:
    """Every pinyin people may type for a word, the usual one first: 藏语 is cangyu and zangyu."""
    letters = islice(product(*spell(word, style=Style.NORMAL, heteronym=True)), _READINGS)
    return tuple(dict.fromkeys((pinyin(word), *map("".join, letters))))


def homophone_keys(word: str) -> tuple[str, ...]:
    """The key of the commonest readings, then those of the others: 藏语 sounds like 脏语, too."""
    read = islice(product(*spell(word, style=Style.NORMAL, heteronym=True)), _READINGS)
    return tuple(dict.fromkeys((homophone_key(word), *map(" ".join, read))))


@lru_cache(maxsize=32_768)
def initials(word: str) -> str:
    """The first letter of each syllable: 语义分割 is yyfg."""
    return "".join(syllable[:1] for syllable in lazy_pinyin(word))


@lru_cache(maxsize=16_384)
def syllable(character: str) -> str:
    """One character's commonest reading without tone."""
    return str(lazy_pinyin(character)[0])


def homophone_key(word: str) -> str:
    """Words with equal keys sound alike, character by character."""
    return " ".join(map(syllable, word))


@lru_cache(maxsize=32_768)
def sounds(word: str) -> tuple[str, ...]:
    """The pinyin terms under which an indexed word can be found; none for a word without Chinese."""
    if not has_han(word):
        return ()
    return (pinyin(word), initials(word)) if len(word) > 2 else (pinyin(word),)
