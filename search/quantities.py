"""Prices, capacities and orders in a query: 每框不超过一毛五, 日产2万帧, 100万张 10天, 越便宜越好."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from market.kit.i18n import N_
from market.vocabulary.annotation import TASK_TYPES, UNITS
from search.documents import Kind
from search.engine import AnyOf, Filter, Range, Sort
from search.entries import SETTINGS
from search.normalisation import normalise
from search.numerals import (
    MONEY,
    NUMBER,
    PERIOD,
    UNIT,
    UNIT_WORDS,
    parse_money,
    parse_number,
    period_days,
    plain,
    scaled_price,
)
from search.reading import Finding, Reading

_MOST = (
    r"(?:(?:不|别|不要|不能|不得|勿)(?:超过?|高于|大于|多于)|不到|不足|低于|少于|小于|最多|最高|最贵|顶多|上限"
    r"|控制在|≤|<=|<|under|below|at most|up to|max)\s*(?:是|为|在)?"
)
_UNDER = r"(?:以内|以下|之内|封顶|左右|上下|内)"
_LEAST = r"(?:不(?:低|少|小)于|高于|大于|超过|至少|起码|≥|>=|>|over|above|at least)"
_FROM = rf"(?:¥?{NUMBER}\s*(?:元|块|毛|角|分)?\s*(?:-|~|—|–|到|至)\s*)?"
"""The lower end of a price range: of 5到8元 only the ceiling counts."""
_QUOTE = r"(?:单价|价格|报价|均价|价位|限价|预算|价)?"
_NO_COUNT = rf"(?![\d.])(?!\s*(?:%|人|名|天|日|个月|年|(?:{UNIT})(?<![/每])))"
"""After a bare amount of money: no count of people, days or things follows."""
_PRICES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?:每|按|一)(?:一)?个?|(?=千字))\s*(?P<unit>{UNIT})\s*(?:计价|计费|结算|算|的)?{_QUOTE}(?:在)?"
        rf"\s*(?P<how>{_MOST}|{_LEAST})?\s*{_FROM}(?P<money>{MONEY})(?P<end>{_UNDER}|以上|起)?",
        rf"{_QUOTE}\s*(?P<how>{_MOST}|{_LEAST})?\s*{_FROM}(?P<money>{MONEY})\s*"
        rf"(?:每|一|/|per|an?)\s*个?\s*(?P<unit>{UNIT})(?:s)?(?P<end>{_UNDER}|以上|起)?",
        rf"{_QUOTE}{_FROM}(?P<money>{MONEY})(?P<how>)(?P<end>{_UNDER})\s*(?:(?:每|一|/)个?(?P<unit>{UNIT}))?",
        rf"(?:单价|报价|价格|均价|价位)\s*(?P<how>{_MOST}|{_LEAST})?\s*{_FROM}(?P<money>{MONEY})(?P<unit>)"
        rf"(?P<end>{_UNDER}|以上|起)?",
        rf"(?P<how>{_MOST})\s*(?P<money>{MONEY})(?P<unit>)(?P<end>)",
        rf"(?:每|按)个?\s*(?P<unit>{UNIT})\s*{_QUOTE}(?:在)?\s*(?P<how>{_MOST})\s*{_FROM}(?P<money>{NUMBER})"
        rf"{_NO_COUNT}(?P<end>)",
        rf"(?:(?:每|按)个?|(?=千字))\s*(?P<unit>{UNIT})\s*{_QUOTE}(?:在)?\s*(?P<how>){_FROM}(?P<money>{NUMBER})(?P<end>{_UNDER}|(?=[\s,]|$))",
        rf"(?:单价|报价|价格|均价|价位|限价)\s*(?P<how>{_MOST})?\s*{_FROM}(?P<money>{NUMBER}){_NO_COUNT}"
        rf"\s*(?:(?:每|一|/)?个?(?P<unit>{UNIT}))?(?P<end>{_UNDER})?",
        rf"(?<![\d.])(?P<how>{_MOST})?\s*{_FROM}(?P<money>\d+(?:\.\d+)?)\s*/\s*个?(?P<unit>{UNIT})(?P<end>{_UNDER})?",
    )
)
_PER_DAY = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!人均)(?<!每人)(?<!单人)(?:(?:日|(?P<week>周)|(?P<month>月))(?:产能|均产能|产出|产|均|处理|标注|交付|吞吐)(?:量)?|(?:每|一|单)(?:个)?"
        rf"(?:天|日|班次?|(?P<week2>周|星期)|(?P<month2>月))|daily)\s*(?:产能|产量|能|可以?|需要?|要|得|做|标注?|处理|交付?"
        rf"|产出?|完成|达到?)*\s*{_LEAST}?\s*(?P<n>{NUMBER})\s*(?P<unit>{UNIT})(?!\s*[/每]\s*人)(?:及?以上)?",
        rf"{_LEAST}?\s*(?P<n>{NUMBER})\s*(?P<unit>{UNIT})(?:s)?\s*(?:每|/|per|a|一)\s*"
        rf"(?:天|日|班|day|(?P<week>周|week)|(?P<month>月|month))(?:及?以上)?(?P<week2>)(?P<month2>)",
    )
)
_VOLUME = re.compile(rf"(?:约|共|总共|合计)?(?P<n>{NUMBER})\s*(?P<unit>{UNIT})(?!\s*(?:元|块|毛))")
_DEADLINE = re.compile(
    rf"[/\s]*(?P<n>{NUMBER})\s*个?(?P<period>{PERIOD})s?(?<!\d月)(?:之?内|以内)?(?:\(自然日\))?"
    r"(?:交付|完成|交货)?"
)
_BY_DATE = re.compile(
    r"(?:(?:\d{4}|今|明|本)?年(?:\d{1,2}月)?|(?:\d{1,2}|本|下个?|这个?)?月)(?:底|末|初|中旬)?(?:之|以)?前"
    r"(?:交付?|完成|做完)?"
)
"""A date to deliver by says nothing of the output a day, for a query has no first day."""
_SORTS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("price", N_("Cheapest first"), re.compile(
        r"越便宜越好|低价优先|价格?低廉|低价|最便宜|便宜点?的?(?!货)|价格?最低|最低价|价格优先"
        r"|价格从低到高|cheapest|lowest price")),
    ("staff", N_("Largest team first"), re.compile(r"规模最大|人数?最多|最大的?团队|largest")),
    ("accuracy", N_("Highest accuracy first"), re.compile(r"质量最[好高]|准确率最高|最准|best quality")),
)  # fmt: skip
_BUDGET = re.compile(
    rf"(?:总?预算|总价|金额|合同额|budget)\s*(?:在|为)?(?:(?P<most>{_MOST})|{_LEAST})?\s*(?P<n>{NUMBER})\s*"
    rf"(?:元|块|yuan)?(?:(?P<under>{_UNDER})|以上)?"
    rf"|(?P<most2>{_MOST})\s*(?P<n2>{NUMBER}(?<=[万亿w]))\s*(?:元|块|yuan)(?P<under2>)"
    rf"|(?P<n3>{NUMBER}(?<=[万亿w]))\s*(?:元|块|yuan)?(?:(?P<under3>{_UNDER})|以上|起)"
)
_SMALLEST_VOLUME = 10
_TOTAL_AT_LEAST = 10_000
"""Yuan from which an amount without a unit is a budget, not a price of one."""
_AUDIO = frozenset(map(normalise, ("语音", "语音转写", "转写", "方言", "普通话", "音素切分")))
_VIDEO = frozenset(("视频",))
_PATHOLOGY = frozenset(map(normalise, ("病理切片", "病理区域标注")))
_SLIDE = "张WSI"
_HOURS = ("小时", "有效小时")
_OWN_UNITS = frozenset(("框", "点", "帧", "页", "句对", "有效小时"))


def find_prices(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """Unit price bounds; a bare price is a ceiling. Hours and minutes convert."""
    for pattern in _PRICES:
        for match in reading.finditer(pattern):
            yuan = parse_money(match["money"])
            if yuan is None:
                continue
            unit = UNIT_WORDS[match["unit"]] if match["unit"] else ""
            if not match["unit"] and yuan >= _TOTAL_AT_LEAST:
                continue
            floor = match["end"] in ("以上", "起") or bool(re.match(_LEAST, match["how"] or ""))
            sign = ">=" if floor else "<="
            msgid = (
                N_("At least %(price)s yuan%(unit)s")
                if floor
                else N_("At most %(price)s yuan%(unit)s")
            )
            yield Finding(
                "price", f"price:{unit}{sign}{plain(yuan)}", *match.span(), msgid,
                {"price": plain(yuan), "unit": f"/{unit}" if unit else ""},
                (_price_filter(reading, unit, yuan, floor=floor),),
            )  # fmt: skip


def _price_filter(reading: Reading, unit: str, yuan: Decimal, *, floor: bool) -> Filter:
    named = [unit] if unit else _units_of_tasks(reading)
    bounds = tuple(
        _bound(f"price_{other}", yuan * factor, floor=floor)
        for each in named
        for other, factor in _equivalents(reading, each)
    )
    if not bounds:
        return _bound("lowest_price", yuan, floor=floor)
    return bounds[0] if len(bounds) == 1 else AnyOf(bounds)


def _units_of_tasks(reading: Reading) -> list[str]:
    """Units in which alone the tasks named are sold: 拉框 三毛以内 means a box, not a picture."""
    found = {t.unit: 0 for t in TASK_TYPES.values() if normalise(t.zh) in reading.concepts}
    return list(found) if found.keys() <= _OWN_UNITS else []


def _bound(field: str, yuan: Decimal, *, floor: bool) -> Range:
    scaled = scaled_price(yuan)
    return Range(field, at_least=scaled) if floor else Range(field, at_most=scaled)


def _equivalents(reading: Reading, unit: str) -> list[tuple[str, Decimal]]:
    """Units in which others may quote the same thing, with the factor to the price of one."""
    if unit in ("张", _SLIDE) and not _PATHOLOGY.isdisjoint(reading.concepts):
        return [("张", Decimal(1)), (_SLIDE, Decimal(1))]
    if unit not in (*_HOURS, "分钟"):
        return [(unit, Decimal(1))]
    spoken, filmed = reading.concepts & _AUDIO, reading.concepts & _VIDEO
    hours = ["有效小时"] if spoken and not filmed else ["小时"] if filmed else list(_HOURS)
    if unit == "有效小时":
        hours = [unit]
    per_hour = Decimal(60) if unit == "分钟" else Decimal(1)
    units = [(hour, per_hour) for hour in hours]
    if unit != "有效小时" and not (spoken and not filmed):
        units.append(("分钟", per_hour / 60))
    return units


def find_budgets(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """Bounds on the total budget; a bare amount is a least. Firms and people state none: only shown."""
    is_stated = "budget_fen" in SETTINGS[kind].numbers
    for match in reading.finditer(_BUDGET):
        yuan = parse_number(match["n"] or match["n2"] or match["n3"])
        if yuan is None:
            continue
        most = ("most", "most2", "under", "under3")
        ceiling = any(match[group] for group in most)
        fen, sign = float(yuan * 100), "<=" if ceiling else ">="
        wanted = Range("budget_fen", at_most=fen) if ceiling else Range("budget_fen", at_least=fen)
        msgid = (
            N_("Budget of at most %(n)s yuan") if ceiling else N_("Budget of at least %(n)s yuan")
        )
        yield Finding("budget", f"budget{sign}{plain(yuan)}", *match.span(), msgid,
                      {"n": plain(yuan)}, (wanted,) if is_stated else ())  # fmt: skip


def find_capacities(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """Output per day, stated or as volume over days; a volume alone is shown without a filter."""
    for pattern in _PER_DAY:
        for match in reading.finditer(pattern):
            number = parse_number(match["n"])
            if number is not None:
                days = _days_spanned(match)
                yield _capacity(reading, match.span(), UNIT_WORDS[match["unit"]], number / days)
    for match in reading.finditer(_BY_DATE):
        reading.blank(*match.span())
    for match in reading.finditer(_VOLUME):
        volume, unit = parse_number(match["n"]), UNIT_WORDS[match["unit"]]
        if volume is None or volume < _SMALLEST_VOLUME:
            continue
        reading.blank(*match.span())
        due = reading.search(_DEADLINE)
        allowed = _days(due) if due else None
        if due is None or not allowed:
            yield Finding("volume", f"volume:{plain(volume)}{unit}", *match.span(),
                          "%(n)s %(unit)s", {"n": plain(volume), "unit": unit})  # fmt: skip
            continue
        reading.blank(*due.span())
        yield _capacity(reading, match.span(), unit, volume / allowed)


def _days_spanned(match: re.Match[str]) -> int:
    if match["week"] or match["week2"]:
        return 7
    return 30 if match["month"] or match["month2"] else 1


def _days(due: re.Match[str]) -> Decimal | None:
    number = parse_number(due["n"])
    return number * period_days(due["period"]) if number else None


def _capacity(reading: Reading, span: tuple[int, int], unit: str, per_day: Decimal) -> Finding:
    unit = _SLIDE if unit == "张" and not _PATHOLOGY.isdisjoint(reading.concepts) else unit
    units = [unit] if unit not in _HOURS else [u for u, _ in _equivalents(reading, unit)]
    fields = [f"capacity_{each}" for each in units if each != "分钟"]
    bounds = tuple(Range(field, at_least=float(per_day)) for field in fields)
    shown = plain(per_day.quantize(Decimal(1)) if per_day >= 1000 else round(per_day, 1))
    return Finding(
        "capacity", f"capacity:{unit}>={shown}", *span, N_("At least %(n)s %(unit)s a day"),
        {"n": shown, "unit": unit}, bounds if len(bounds) == 1 else (AnyOf(bounds),),
    )  # fmt: skip


def find_sorts(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """The order the query asks for; cheapest means in the unit of the task or volume named."""
    numbers = SETTINGS[kind].numbers
    for name, msgid, pattern in _SORTS:
        for match in reading.finditer(pattern):
            field = _price_field(reading, kind) if name == "price" else name
            if field in numbers:
                yield Finding(name, f"sort:{name}", *match.span(), msgid,
                              sort=Sort(field, descending=name != "price"))  # fmt: skip


def _price_field(reading: Reading, kind: Kind) -> str:
    names = {unit.code: unit.zh for unit in UNITS.values()}
    for task in TASK_TYPES.values():
        unit = names.get(task.unit, task.unit)
        if normalise(task.zh) in reading.concepts and f"price_{unit}" in SETTINGS[kind].numbers:
            return f"price_{unit}"
    return "lowest_price"
