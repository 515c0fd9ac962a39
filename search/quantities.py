"""Budgets, capacities and orders in a query: 预算30万, 日产2万帧, 100万张 10天, 越便宜越好."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from market.kit.i18n import N_
from market.vocabulary.annotation import TASK_TYPES, UNITS
from search.documents import Kind
from search.engine import AnyOf, Range, Sort
from search.entries import SETTINGS
from search.normalisation import normalise
from search.numerals import (
    NUMBER,
    PERIOD,
    UNIT,
    UNIT_WORDS,
    parse_number,
    period_days,
    plain,
)
from search.price_bounds import HOURS, LEAST, MOST, PATHOLOGY, SLIDE, UNDER, equivalents
from search.reading import Finding, Reading

_PER_DAY = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!人均)(?<!每人)(?<!单人)(?:(?:日|(?P<week>周)|(?P<month>月))(?:产能|均产能|产出|产|均|处理|标注|交付|吞吐)(?:量)?|(?:每|一|单)(?:个)?"
        rf"(?:天|日|班次?|(?P<week2>周|星期)|(?P<month2>月))|daily)\s*(?:产能|产量|能|可以?|需要?|要|得|做|标注?|处理|交付?"
        rf"|产出?|[出跑搞干弄交标到过]|完成|达到?)*\s*{LEAST}?\s*(?P<n>{NUMBER})\s*(?P<unit>{UNIT})(?!\s*[/每]\s*人)(?:及?以上)?",
        rf"{LEAST}?\s*(?P<n>{NUMBER})\s*(?P<unit>{UNIT})(?:s)?\s*(?:每|/|per|a|一)\s*"
        rf"(?:天|日|班|day|(?P<week>周|week)|(?P<month>月|month))(?:及?以上)?(?P<week2>)(?P<month2>)",
    )
)
_VOLUME = re.compile(rf"(?:约|共|总共|合计)?(?P<n>{NUMBER})\s*(?P<unit>{UNIT})(?!\s*(?:元|块|毛))")
_DEADLINE = re.compile(
    rf"[/\s]*(?P<n>{NUMBER})\s*个?(?P<half>半)?(?P<period>{PERIOD})s?(?<!\d月)(?P<more>半)?(?:之?内|以内)?(?:\(自然日\))?"
    r"(?:交付|完成|交货)?"
)
_DUE = re.compile(
    rf"{NUMBER}\s*个?半?{PERIOD}s?(?:之|以)?内(?:交付?|完成|交货|做完)|{NUMBER}\s*个?半?{PERIOD}s?(?:交付|交货|做完)"
)
"""A time to deliver in beside no volume: 两周内交付."""
_WITHIN_HOURS = re.compile(
    rf"(?<![每一/])(?P<n>{NUMBER})\s*个?小时(?:之内|以内|内)(?:交付?|完成|交货|做完|返回|出结果)?"
)
_BY_DATE = re.compile(
    r"(?:(?:\d{4}|今|明|本)?年(?:\d{1,2}月)?|(?:\d{1,2}|本|下个?|这个?)?月|[本下这]?周[一二三四五六日末]?|元旦|春节|五一|国庆|中秋|元宵)"
    r"(?:\d{1,2}[日号])?(?:底|末|初|中旬)?(?:之|以)?前"
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
    rf"(?:总?预算|总价|金额|合同额|budget)\s*(?:在|为)?(?:(?P<most>{MOST})|{LEAST})?\s*(?P<n>{NUMBER})\s*"
    rf"(?:元|块|yuan)?(?:(?P<under>{UNDER})|以上)?"
    rf"|(?P<most2>{MOST})\s*(?P<n2>{NUMBER}(?<=[万亿w]))\s*(?:元|块|yuan)(?P<under2>)"
    rf"|(?P<n3>{NUMBER}(?<=[万亿w]))\s*(?:元|块|yuan)?(?:(?P<under3>{UNDER})|以上|起)"
)
_SMALLEST_VOLUME = 10


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
    hours = reading.search(_WITHIN_HOURS)
    if hours and _is_other_volume(reading, hours):
        reading.blank(*hours.span())
    else:
        hours = None
    for match in reading.finditer(_VOLUME):
        volume, unit = parse_number(match["n"]), UNIT_WORDS[match["unit"]]
        if volume is None or volume < _SMALLEST_VOLUME:
            continue
        reading.blank(*match.span())
        due = reading.search(_DEADLINE)
        allowed = _days(due) if due else _hours(hours) if hours else None
        if not allowed:
            yield Finding("volume", f"volume:{plain(volume)}{unit}", *match.span(),
                          "%(n)s %(unit)s", {"n": plain(volume), "unit": unit})  # fmt: skip
            continue
        if due:
            reading.blank(*due.span())
        yield _capacity(reading, match.span(), unit, volume / allowed)
    for match in reading.finditer(_DUE):
        reading.blank(*match.span())


def _days_spanned(match: re.Match[str]) -> int:
    if match["week"] or match["week2"]:
        return 7
    return 30 if match["month"] or match["month2"] else 1


def _days(due: re.Match[str]) -> Decimal | None:
    number = parse_number(due["n"])
    if not number:
        return None
    if due["half"] or due["more"]:
        number += Decimal("0.5")
    return number * period_days(due["period"])


def _hours(due: re.Match[str]) -> Decimal | None:
    number = parse_number(due["n"])
    return number / 24 if number else None


def _is_other_volume(reading: Reading, hours: re.Match[str]) -> bool:
    """Beside 10万张 the 48小时内 are a deadline; alone they may be the volume."""
    return any(
        match.end() <= hours.start() or match.start() >= hours.end()
        for match in reading.finditer(_VOLUME)
    )


def _capacity(reading: Reading, span: tuple[int, int], unit: str, per_day: Decimal) -> Finding:
    unit = SLIDE if unit == "张" and not PATHOLOGY.isdisjoint(reading.concepts) else unit
    units = [unit] if unit not in HOURS else [u for u, _ in equivalents(reading, unit)]
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
