"""Unit prices in a query: 每框不超过一毛五, 三块五以内, 每千张20元, 低于三百; hours and minutes convert."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from market.kit.i18n import N_
from market.vocabulary.annotation import TASK_TYPES
from search.documents import Kind
from search.engine import AnyOf, Filter, Range
from search.normalisation import normalise
from search.numerals import (
    MONEY,
    NUMBER,
    UNIT,
    UNIT_WORDS,
    parse_money,
    parse_number,
    plain,
    scaled_price,
)
from search.reading import Finding, Reading

MOST = (
    r"(?:(?:不|别|不要|不能|不得|勿)(?:超过?|高于|大于|多于)|不到|不足|低于|少于|小于|最多|最高|最贵|顶多|上限"
    r"|控制在|≤|<=|<|under|below|at most|up to|max)\s*(?:是|为|在)?"
)
UNDER = r"(?:以内|以下|之内|封顶|左右|上下|内)"
LEAST = r"(?:不(?:低|少|小)于|高于|大于|超过|至少|起码|≥|>=|>|over|above|at least)"
FROM = rf"(?:¥?{NUMBER}\s*(?:元|块|毛|角|分)?\s*(?:-|~|—|–|到|至)\s*)?"
"""The lower end of a price range: of 5到8元 only the ceiling counts."""
_STRICTLY = re.compile(
    r"不到|不足|不满|低于|少于|小于|<(?!=)|under|below|高于|大于|超过|>(?!=)|over|above"
)
"""Comparisons that leave the amount itself out: 不到三块 is less than three."""
_QUOTE = r"(?:单价|价格|报价|均价|价位|限价|预算|价)?"
_NO_COUNT = rf"(?![\d.])(?!\s*(?:%|人|名|天|日|个月|年|(?:{UNIT})(?<![/每])))"
"""After a bare amount of money: no count of people, days or things follows."""
_ONE = rf"\s*个(?!月|小时|工作|人|{UNIT})"
"""One of what the work is counted in: 拉框 一毛一个."""
_PRICES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?:每|按|一)(?:一)?个?|(?=千字|时薪|日薪))\s*(?P<unit>{UNIT})\s*(?:计价|计费|结算|算|的)?{_QUOTE}(?:在)?"
        rf"\s*(?P<how>{MOST}|{LEAST})?\s*{FROM}(?P<money>{MONEY})(?P<end>{UNDER}|以上|起)?",
        rf"{_QUOTE}\s*(?P<how>{MOST}|{LEAST})?\s*{FROM}(?P<money>{MONEY})\s*"
        rf"(?:每|一|/|per|an?)\s*个?\s*(?P<unit>{UNIT})(?:s)?(?P<end>{UNDER}|以上|起)?",
        rf"{_QUOTE}{FROM}(?P<money>{MONEY})(?P<how>)(?P<end>{UNDER})\s*(?:(?:每|一|/)个?(?P<unit>{UNIT}))?",
        rf"{_QUOTE}\s*(?P<how>{MOST}|{LEAST})?\s*{FROM}(?P<money>{MONEY})\s*(?:每|一|/){_ONE}(?P<unit>)"
        rf"(?P<end>{UNDER}|以上|起)?",
        rf"(?:每|一){_ONE}\s*{_QUOTE}\s*(?P<how>{MOST}|{LEAST})?\s*{FROM}(?P<money>{MONEY})(?P<unit>)"
        rf"(?P<end>{UNDER}|以上|起)?",
        rf"(?:单价|报价|价格|均价|价位)\s*(?P<how>{MOST}|{LEAST})?\s*{FROM}(?P<money>{MONEY})(?P<unit>)"
        rf"(?P<end>{UNDER}|以上|起)?",
        rf"(?P<how>{MOST})\s*(?P<money>{MONEY})(?P<unit>)(?P<end>)",
        rf"(?:^|(?<=\s))(?P<how>{MOST})\s*(?P<money>{NUMBER})(?P<unit>)(?P<end>)(?=\s|$)",
        rf"(?:^|(?<=[\s,]))(?P<how>)(?P<money>{MONEY}(?<=[元块毛角钱]))(?P<unit>)(?P<end>)(?=[\s,]|$)",
        rf"(?:^|(?<=\s))(?P<unit>{UNIT})\s*(?P<how>)(?P<money>{MONEY})(?P<end>{UNDER})?(?=\s|$)",
        rf"(?:(?:每|按)个?|(?=千字|时薪|日薪))\s*(?P<unit>{UNIT})\s*{_QUOTE}(?:在)?\s*(?P<how>{MOST})\s*{FROM}(?P<money>{NUMBER})"
        rf"{_NO_COUNT}(?P<end>)",
        rf"(?:(?:每|按)个?|(?=千字|时薪|日薪))\s*(?P<unit>{UNIT})\s*{_QUOTE}(?:在)?\s*(?P<how>){FROM}(?P<money>{NUMBER})(?P<end>{UNDER}|(?=[\s,]|$))",
        rf"(?:单价|报价|价格|均价|价位|限价)\s*(?P<how>{MOST})?\s*{FROM}(?P<money>{NUMBER}){_NO_COUNT}"
        rf"\s*(?:(?:每|一|/)?个?(?P<unit>{UNIT}))?(?P<end>{UNDER})?",
        rf"(?<![\d.])(?P<how>{MOST})?\s*{FROM}(?P<money>\d+(?:\.\d+)?)\s*/\s*个?(?P<unit>{UNIT})(?P<end>{UNDER})?",
        rf"(?<![\d.])(?P<how>{MOST})?\s*{FROM}(?P<money>{NUMBER})(?:每|一)个?(?P<unit>{UNIT})(?P<end>{UNDER})?"
        r"(?![\s]*(?:\d|[一二两三四五六七八九十百千]+[元块毛角]))",
    )
)
_MANY = r"(?P<many>(?<![\d一二两三四五六七八九十百千万亿])(?:1\s*)?(?:十万|百万|0{2,5}|[一]?[百千万kw]))"
_BULK = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?:每|按|/|per)\s*)?{_MANY}\s*个?(?P<unit>{UNIT})\s*(?:计价|结算|收费?|的)?{_QUOTE}(?:在)?"
        rf"\s*(?P<how>{MOST}|{LEAST})?\s*{FROM}(?P<money>{MONEY})(?P<end>{UNDER}|以上|起)?",
        rf"{_QUOTE}\s*(?P<how>{MOST}|{LEAST})?\s*{FROM}(?P<money>{MONEY})\s*(?:每|/|per)?\s*{_MANY}"
        rf"\s*个?(?P<unit>{UNIT})s?(?P<end>{UNDER}|以上|起)?",
    )
)
"""Prices of a hundred, a thousand or ten thousand at once."""
_AUDIO = frozenset(map(normalise, ("语音", "语音转写", "转写", "方言", "普通话", "音素切分")))
_VIDEO = frozenset(("视频",))
PATHOLOGY = frozenset(map(normalise, ("病理切片", "病理区域标注")))
SLIDE = "张WSI"
HOURS = ("小时", "有效小时")
_TOTAL_AT_LEAST = 10_000
"""Yuan from which an amount without a unit is a budget, not a price of one."""
_OWN_UNITS = frozenset(("框", "点", "帧", "页", "句对", "有效小时"))


def find_prices(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """Unit price bounds; a bare price is a ceiling. Hours and minutes convert."""
    for pattern in _PRICES:
        for match in reading.finditer(pattern):
            if (yuan := parse_money(match["money"])) is None:
                continue
            if match["unit"] or yuan < _TOTAL_AT_LEAST:
                yield _price(reading, match, yuan)


def find_bulk_prices(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """每千张20元 is two fen for one; read before budgets, for 每万对2.5万元 is none."""
    for pattern in _BULK:
        for match in reading.finditer(pattern):
            yuan, many = parse_money(match["money"]), _count(match["many"])
            if yuan is not None and many:
                yield _price(reading, match, yuan / many)


def _count(text: str) -> Decimal | None:
    compact = text.replace(" ", "")
    return parse_number(compact if compact[0] != "0" else f"1{compact}")


def _price(reading: Reading, match: re.Match[str], yuan: Decimal) -> Finding:
    unit, how = UNIT_WORDS[match["unit"]] if match["unit"] else "", match["how"] or ""
    named = [unit] if unit else _units_of_tasks(reading)
    floor = match["end"] in ("以上", "起") or re.match(LEAST, how) is not None
    strict = _STRICTLY.match(how) is not None
    sign, msgid = _SIGNS[floor, strict]
    return Finding(
        "price", f"price:{unit}{sign}{plain(yuan)}", *match.span(), msgid,
        {"price": plain(yuan), "unit": f"/{'、'.join(named)}" if named else ""},
        (_price_filter(reading, named, yuan, floor=floor, strict=strict),),
    )  # fmt: skip


_SIGNS = {
    (True, False): (">=", N_("At least %(price)s yuan%(unit)s")),
    (True, True): (">", N_("More than %(price)s yuan%(unit)s")),
    (False, False): ("<=", N_("At most %(price)s yuan%(unit)s")),
    (False, True): ("<", N_("Less than %(price)s yuan%(unit)s")),
}


def _price_filter(
    reading: Reading, named: Sequence[str], yuan: Decimal, *, floor: bool, strict: bool
) -> Filter:
    bounds = tuple(
        _bound(f"price_{other}", yuan * factor, floor=floor, strict=strict)
        for each in named
        for other, factor in equivalents(reading, each)
    )
    if not bounds:
        return _bound("lowest_price", yuan, floor=floor, strict=strict)
    return bounds[0] if len(bounds) == 1 else AnyOf(bounds)


def _units_of_tasks(reading: Reading) -> list[str]:
    """Units in which alone the tasks named are sold: 拉框 三毛以内 means a box, not a picture."""
    found = {t.unit: 0 for t in TASK_TYPES.values() if normalise(t.zh) in reading.concepts}
    return list(found) if found.keys() <= _OWN_UNITS else []


def _bound(field: str, yuan: Decimal, *, floor: bool, strict: bool) -> Range:
    scaled = scaled_price(yuan)
    if floor:
        return Range(field, at_least=scaled + strict)
    return Range(field, at_most=scaled - strict)


def equivalents(reading: Reading, unit: str) -> list[tuple[str, Decimal]]:
    """Units in which others may quote the same thing, with the factor to the price of one."""
    if unit in ("张", SLIDE) and not PATHOLOGY.isdisjoint(reading.concepts):
        return [("张", Decimal(1)), (SLIDE, Decimal(1))]
    if unit not in (*HOURS, "分钟"):
        return [(unit, Decimal(1))]
    spoken, filmed = reading.concepts & _AUDIO, reading.concepts & _VIDEO
    hours = ["有效小时"] if spoken and not filmed else ["小时"] if filmed else list(HOURS)
    if unit == "有效小时":
        hours = [unit]
    per_hour = Decimal(60) if unit == "分钟" else Decimal(1)
    units = [(hour, per_hour) for hour in hours]
    if unit != "有效小时" and not (spoken and not filmed):
        units.append(("分钟", per_hour / 60))
    return units
