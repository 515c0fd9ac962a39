"""Places in a query: regions by full, short, romanised or familiar name, and areas such as 长三角."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from market.vocabulary.regions import children, full_name, is_within
from search.documents import Kind
from search.engine import AnyOf, Filter, InRegion
from search.lexicon import lexicon, renewed
from search.normalisation import has_han
from search.phonetics import homophone_key, homophone_keys, pinyin
from search.reading import Finding, Reading
from search.spelling import segmenter, stands_alone

_TRAILING = r"(?:本地|当地|境内|地区|一带|省内|市内|(?P<beyond>[以之]外|外(?=[\s,;的]|$)))?"
_BETWEEN = re.compile(r"[\s、,/]*(?:和|或|或者|及|与|跟|or|and)?[\s、,/]*")
_PART_OF_A_NAME = re.compile(
    r"大学|学院|师范|理工|中学|小学|日报|晚报|出版社|博物院|话剧|方言|路(?![口况面网侧段牌灯边测径由])|大道|大街"
    r"|烤鸭|火腿|扒鸡|板鸭|鸡饭|小吃|面食|菜系|米粉|拉面|火锅|白酒|黄酒|啤酒|毛峰|毛尖|龙井|大米|棉花|大枣|红枣|苹果|荔枝|大闸蟹"
    r"|瓷器?|刺绣|剪纸|皮影|年画|泥塑|风筝|丝绸|迪士尼|塔(?=\s|$)|通卡|通(?=\s|$)|病毒|地铁|熊猫|博物馆|图书馆|故宫"
)
"""What makes a name or a ware of a place before it: 南京大学, 北京烤鸭 and 景德镇瓷器 are no places."""
_MARKETS = re.compile(
    r"(?:香港|澳门|台湾)\s*(?:法律|法院|文书|支付|用户|客户|市场|金融|证券|股票|电影|歌曲)"
)
"""Few firms of this market are at home there: 澳门 法律 is a subject, not where somebody works."""
_EXCEPTED = re.compile(r"(?:除了?|非|不[要含在是]|排除|拒绝|谢绝)$")
_DENIED = re.compile(r"除|非|不[要含在是]|排除|拒绝|谢绝")
_LATIN_AT_LEAST = 4
_BARE = tuple(re.compile(rf"(?P<name>[㐀-鿿]{{{length}}}){_TRAILING}") for length in (5, 4, 3, 2))
_APART_BEFORE = re.compile(r"(?:^|(?<=[\s,、;/(在了于找除非是或和与跟及去到来要]))(?=[㐀-鿿]{2})")
_APART_AFTER = re.compile(
    r"$|[^㐀-鿿\w]|[的或和与跟及人]|(?:本地|当地|企业|公司|团队|驻场|优先|附近|周边)"
)
_ALONE = re.compile(r"(?:^|(?<=[\s,、;/]))[㐀-鿿]{2,3}(?=$|[\s,、;/])")
Codes = tuple[str, ...]


@renewed
@cache
def _names() -> dict[str, Codes]:
    """Names by which a query may mean regions; a short name is enough down to cities.

    A name that several districts bear (西湖区) means any of them.
    """
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
    named = {name: tuple(codes) for name, codes in meant.items()}
    named |= {name: (code,) for name, code in short.items()}
    romanised: defaultdict[str, set[str]] = defaultdict(set)
    for name, code in short.items():
        romanised[pinyin(name)].add(code)
    for name, found in romanised.items():
        if len(found) == 1 and len(name) >= _LATIN_AT_LEAST and name not in lexicon().surfaces:
            named[name] = (found.pop(),)
    return named | dict(lexicon().places) | dict(lexicon().areas)


@renewed
@cache
def _bare_names() -> dict[str, Codes]:
    """Districts by name without 区, 市 or 县, where no other place or word of the trade is called so."""
    meant: defaultdict[str, list[str]] = defaultdict(list)
    for province in children("100000"):
        for city in children(province.code):
            for district in (city, *children(city.code)):
                if not district.code.endswith("00") and district.short_name != district.name:
                    meant[district.short_name].append(district.code)
    taken = _names().keys() | lexicon().surfaces.keys()
    return {name: tuple(codes) for name, codes in meant.items() if name not in taken}


@renewed
@cache
def place_names() -> tuple[str, ...]:
    """Every name by which a query may mean a place, for whoever offers a spelling."""
    return tuple(_names())


@renewed
@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_names(), key=len, reverse=True)
    han = "|".join(re.escape(word) for word in words if not word.isascii())
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    return re.compile(rf"(?P<name>{han}|(?<![a-z])(?:{latin})(?![a-z])){_TRAILING}")


def find_places(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """The places named; where one lies in another named beside it, only the inner one counts."""
    found = [
        (match, match["name"])
        for match in _pattern().finditer(lexicon().visible(_spelt(reading.open_text)))
        if not _PART_OF_A_NAME.match(reading.text, match.end("name"))
        and not _MARKETS.match(reading.text, match.start())
        and (len(match["name"]) > 2 or _is_apart(reading.text, match))
    ]
    codes = {name: _names()[name] for _, name in found}
    for match, meant in _bare(reading, found, codes):
        found.append((match, match["name"]))
        codes[match["name"]] = meant
    found.sort(key=lambda pair: pair[0].start())
    codes = _narrowed(codes)
    denied = {name for match, name in found if _EXCEPTED.search(reading.text, 0, match.start())}
    outer = {
        name
        for name, mine in codes.items()
        if any(
            mine != other and _all_within(other, mine) and inner not in denied
            for inner, other in codes.items()
        )
    }
    places = [(match, name) for match, name in found if name not in outer]
    if not places:
        return
    for match, _ in [pair for pair in found if pair[1] in outer]:
        reading.blank(match.start(), match.end())
    yield from _findings(reading, places, codes)


def _spelt(text: str) -> str:
    """The text with slips in names standing alone put right by sound: 郑洲 is 郑州."""
    return _ALONE.sub(lambda word: _meant(word[0]), text)


def _meant(word: str) -> str:
    name = _slips().get(homophone_key(word), word)
    right = sum(one == other for one, other in zip(word, name, strict=True))
    is_known = word in _names() or word in lexicon().surfaces or segmenter().has_word(word)
    return name if not is_known and right >= len(word) // 2 else word


@renewed
@cache
def _slips() -> dict[str, str]:
    """Names of two and three characters by their sound."""
    names = [name for name in _names() if len(name) in (2, 3) and has_han(name)]
    return {key: name for name in names for key in homophone_keys(name)}


def _is_apart(text: str, match: re.Match[str]) -> bool:
    """Whether the name, or the name with 地区 behind it, is a word of its own."""
    ends = (match.end("name"), match.end())
    return any(stands_alone(text, match.start(), end) for end in ends)


def _bare(
    reading: Reading, found: Sequence[tuple[re.Match[str], str]], codes: dict[str, Codes]
) -> Iterator[tuple[re.Match[str], Codes]]:
    """Districts named without their kind: standing apart where the name is no other word (即墨 点云),
    else only right behind the place they lie in (沈阳和平)."""
    behind = {match.end(): codes[name] for match, name in found}
    text, done = reading.open_text, 0
    apart = {match.start() for match in _APART_BEFORE.finditer(text)}
    for start in sorted(apart | behind.keys()):
        for match in (bare.match(text, start) for bare in _BARE if start >= done):
            if match is None or not _APART_AFTER.match(text, match.end()):
                continue
            meant = _bare_names().get(match["name"], ())
            inner = tuple(code for code in meant if _all_within((code,), behind.get(start, ())))
            if not inner and (len(meant) > 1 or match["name"] in lexicon().ordinary):
                continue
            if meant:
                yield match, inner or meant
                done = match.end()
                break


def _findings(
    reading: Reading, places: Sequence[tuple[re.Match[str], str]], codes: dict[str, Codes]
) -> Iterator[Finding]:
    """One finding for places that stand in a row, so that 除新疆西藏外 denies both."""
    rows: list[list[tuple[re.Match[str], str]]] = []
    for match, name in places:
        end = rows[-1][-1][0].end() if rows else 0
        if rows and _BETWEEN.fullmatch(reading.text, end, match.start()):
            rows[-1].append((match, name))
        else:
            rows.append([(match, name)])
    beyond = [row[-1][0]["beyond"] is not None for row in rows]
    whole = [places] * len(rows) if not any(beyond) and not _DENIED.search(reading.text) else rows
    for row, meant, is_beyond in zip(rows, whole, beyond, strict=True):
        regions = tuple(dict.fromkeys(InRegion(code) for _, name in meant for code in codes[name]))
        wanted: Filter = regions[0] if len(regions) == 1 else AnyOf(regions)
        what = "、".join(dict.fromkeys(_label(name, codes[name]) for _, name in meant))
        token = "region:" + "+".join(dict.fromkeys(_token(name, codes[name]) for _, name in meant))
        yield Finding("region", token, row[0][0].start(), row[-1][0].end(), "%(what)s",
                      {"what": what}, (wanted,), negatable=True, denied=is_beyond)  # fmt: skip


def _narrowed(codes: dict[str, Codes]) -> dict[str, Codes]:
    """Of districts that share a name, those in another place named: 杭州西湖区."""
    return {
        name: next(
            (
                inner
                for other in codes.values()
                if other != mine
                and (inner := tuple(code for code in mine if _all_within((code,), other)))
            ),
            mine,
        )
        for name, mine in codes.items()
    }


def _all_within(inner: Codes, outer: Codes) -> bool:
    return all(any(is_within(code, above) for above in outer) for code in inner)


def _token(name: str, codes: Codes) -> str:
    return codes[0] if len(codes) == 1 else name


def _label(name: str, codes: Codes) -> str:
    return full_name(codes[0]) if len(codes) == 1 else name
