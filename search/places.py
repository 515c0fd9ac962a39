"""Places in a query: regions by full, short or romanised name, and areas such as 长三角."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from market.vocabulary.regions import children, full_name, is_within
from search.documents import Kind
from search.engine import AnyOf, Filter, InRegion
from search.lexicon import lexicon
from search.phonetics import pinyin
from search.reading import Finding, Reading

_TRAILING = r"(?:本地|当地|境内|地区|省内|市内|以?外)?"
_LATIN_AT_LEAST = 4


@cache
def _names() -> dict[str, str]:
    """Names by which a query may mean a region; a short name is enough down to cities."""
    meant: defaultdict[str, list[str]] = defaultdict(list)
    short: dict[str, str] = {}
    for province in children("100000"):
        short.setdefault(province.short_name, province.code)
        meant[province.name].append(province.code)
    for code in list(short.values()):
        for city in children(code):
            meant[city.name].append(city.code)
            if city.code.endswith("00"):
                short.setdefault(city.short_name, city.code)
            for district in children(city.code):
                meant[district.name].append(district.code)
    named = {name: codes[0] for name, codes in meant.items() if len(codes) == 1}
    named |= short
    romanised: defaultdict[str, set[str]] = defaultdict(set)
    for name, code in short.items():
        romanised[pinyin(name)].add(code)
    for name, found in romanised.items():
        if len(found) == 1 and len(name) >= _LATIN_AT_LEAST and name not in lexicon().surfaces:
            named[name] = found.pop()
    return named


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted((*_names(), *lexicon().areas), key=len, reverse=True)
    han = "|".join(re.escape(word) for word in words if not word.isascii())
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    return re.compile(rf"(?P<name>{han}|(?<![a-z])(?:{latin})(?![a-z])){_TRAILING}")


def find_places(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """The places named; where one lies in another named beside it, only the inner one counts."""
    found = [(match, match["name"]) for match in reading.finditer(_pattern())]
    codes = {name: _names().get(name, "") for _, name in found}
    outer = {
        name
        for name, code in codes.items()
        if any(code and other != code and is_within(other, code) for other in codes.values())
    }
    places = [(match, name) for match, name in found if name not in outer]
    if not places:
        return
    filters = tuple(_filter(name) for _, name in places)
    for match, _ in [pair for pair in found if pair[1] in outer]:
        reading.blank(match.start(), match.end())
    wanted: tuple[Filter, ...] = filters if len(set(filters)) == 1 else (AnyOf(filters),)
    what = "、".join(dict.fromkeys(_label(name) for _, name in places))
    token = "region:" + "+".join(dict.fromkeys(codes[name] or name for _, name in places))
    for match, _ in places:
        yield Finding("region", token, match.start(), match.end(), "%(what)s", {"what": what},
                      wanted[:1], negatable=True)  # fmt: skip


def _filter(name: str) -> Filter:
    if name in lexicon().areas:
        return AnyOf(tuple(InRegion(code) for code in lexicon().areas[name]))
    return InRegion(_names()[name])


def _label(name: str) -> str:
    return full_name(_names()[name]) if name in _names() else name
