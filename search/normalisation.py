"""One written form for a text: width, case, simplified characters and a few fixed spellings."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from string import ascii_uppercase

from opencc_purepy import OpenCC

_HAN = re.compile(r"[㐀-鿿]")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_FORMAL_NUMBER = re.compile(
    r"[壹贰叁肆伍陆柒捌玖拾佰仟零万]*[壹贰叁肆伍陆柒捌玖拾佰仟](?=[级元块圆角名人张条框帧年天万亿])"
)
_SPACES = re.compile(r"\s+")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


_simplified = set[str]()
"""Characters met that are no traditional ones; there are some thousands."""
_settled = {*map(chr, range(0x20, 0x7F))} - {*ascii_uppercase}
"""Characters that are their own normal form whatever stands beside them; simplified ones join when met."""


def _has_traditional(text: str) -> bool:
    unknown = set(text) - _simplified
    if not unknown:
        return False
    plain = {c for c in unknown if not "一" <= c <= "鿿" or str(_converter().convert(c)) == c}
    _simplified.update(plain)
    _settled.update(c for c in plain if "一" <= c <= "鿿" and ord(c) not in _FORMAL)
    return plain != unknown


@lru_cache(maxsize=16_384)
def normalise(text: str) -> str:
    """Full width to half, lower case, traditional to simplified, 叁级 to 三级, single spaces."""
    lowered = text.lower()
    if _settled.issuperset(lowered) and "  " not in lowered:
        return lowered.strip()
    folded = unicodedata.normalize("NFKC", text).lower()
    if _has_traditional(folded):
        folded = str(_converter().convert(folded))
    if not folded.isascii():
        folded = _FORMAL_NUMBER.sub(lambda number: number[0].translate(_FORMAL), folded)
    return _SPACES.sub(" ", folded).strip()


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return _HAN.search(text) is not None
