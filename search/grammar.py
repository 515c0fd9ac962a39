"""The rules that find constraints in a query; each yields findings, the driver decides on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from market.kit.i18n import N_
from market.vocabulary.credentials import find_credentials
from market.vocabulary.datasets import DATASET_TYPES, SUPPLY_MODES
from market.vocabulary.security import DATA_GRADES
from market.vocabulary.trade import ORG_CLASSES, PRICE_MODES, PROCUREMENTS, VOUCHER_TYPES
from search.abilities import find_abilities
from search.documents import Kind
from search.engine import Equals, In, Range
from search.exclusions import find_exclusions
from search.grades import ANY_LEVEL, DEGREES, credential_field, skill_rank
from search.headcounts import HIGHER, MORE, find_headcounts
from search.lexicon import lexicon
from search.numerals import NUMBER, UNIT, parse_number, plain
from search.price_bounds import MOST, UNDER, find_bulk_prices, find_prices
from search.quantities import find_budgets, find_capacities, find_sorts
from search.reading import Finding, Reading

Rule = Callable[[Reading, Kind], Iterable[Finding]]
_LEVELS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}

_HEALTH = re.compile(
    rf"第?(?P<a>[一二三四五1-5])级(?:的)?(?:健康(?:医疗)?|医疗(?:健康)?)数据{HIGHER}"
    rf"|(?<!心理)健康(?:医疗)?(?:数据)?(?:分级)?(?:为|达到?)?第?(?P<b>[一二三四五1-5])级{HIGHER}"
    r"|health(?: data)? level (?P<c>[1-5])"
)
_GRADE = re.compile(rf"(?P<grade>重要数据|核心数据)(?!目录|资产|库|表)(?:级别?)?{HIGHER}")
_ACCURACY = re.compile(
    rf"(?:准确率|正确率|精度|accuracy)(?:要|需|在|达到?)?{MORE}?\s*(?P<n>\d+(?:\.\d+)?)\s*(?:%|(?=以上)){HIGHER}"
    rf"|(?P<m>\d+(?:\.\d+)?)\s*%{HIGHER}的?(?:准确率|正确率|精度|accuracy)"
)
_CCTV = re.compile(
    rf"(?:录像|监控)[^\d一二三四五六七八九十半]{{0,6}}{MORE}?(?:(?P<n>{NUMBER})个月|(?P<years>{NUMBER})年|(?P<days>{NUMBER})[天日]){HIGHER}"
)
_STORAGE = re.compile(
    rf"(?:存储|storage)(?:空间|容量|能力)?\s*(?:要|需|在|有)?{MORE}?\s*(?P<n>{NUMBER})\s*(?:tb?|(?P<peta>pb?))(?![a-z]){HIGHER}"
)
_FIRST_ORDER = re.compile(
    rf"(?:起订|起做|起接|最低订单|最小订单|起步)(?:金额|价|额|量)?\s*(?:要|在|是)?(?:{MOST})?\s*"
    rf"(?P<n>{NUMBER})\s*(?:元|块钱?|yuan)?(?:{UNDER})?"
    rf"|(?:^|(?<=\s))(?P<n2>{NUMBER})\s*(?:元|块钱?)起(?:订|接|做|步)?(?=\s|$)"
)
_EXPERT = re.compile(
    r"(?:行业领域专家|领域专家|(?:文保|医学|法律)?专家|[\u4e00-\u9fff]{0,2}医[师生]|硕博|博士|硕士|律师"
    r"|副?主任医师|(?<![a-z])experts?(?![a-z]))(?!系统|门诊|问诊|对话|函|论文|学位|资格|执照|证|号|工作站|手册)"
)
_PROFESSIONAL = re.compile(r"专业标注员")
_YEARS = re.compile(
    rf"{MORE}?(?P<n>{NUMBER})\s*年(?![级制期度])\s*{HIGHER}(?:的)?(?:工作|从业|标注)?(?:经验|经历)?"
)
_SKILL = re.compile(
    rf"(?P<level>高级技师|技师|(?:高级|中级|初级)工(?!程|艺|业|美)|[一二三四五]级(?!建造|市场|学科|医院|标题|质检))(?:工)?{HIGHER}"
)
_DEGREE_WORDS = {
    "专科": "大专",
    "学士": "本科",
    "研究生": "硕士",
    "硕博": "硕士",
    "phd": "博士",
    "master": "硕士",
}
_DEGREE = re.compile(
    rf"(?P<degree>{'|'.join((*DEGREES, *_DEGREE_WORDS))})(?:学历|学位|生)?{HIGHER}"
)
_SUPPLIED = re.compile(
    r"(?P<mode>结对)子?(?:共建|合作|建设)?|(?:^|(?<=\s))(?P<alone>定制|保障|电商)(?:化|类|型)?(?=\s|$)"
)
"""A mode of supply without 模式; three of the words name one only where they stand alone."""
_PRICED_BY = re.compile(rf"按{UNIT}计价")
_LICENCES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "research_only",
        N_("Research use only"),
        re.compile(r"仅限?(?:于)?科研(?:评测|使用|用途)?|非商用|不可商用|research only"),
    ),
    (
        "commercial",
        N_("Commercial use allowed"),
        re.compile(
            r"(?:可以?|能|允许|支持)?商用(?:授权|许可)?|(?:可|能|允许)?商业(?:使用|用途|授权)|commercial(?: use)?"
        ),
    ),
    (
        "trainable",
        N_("Training allowed"),
        re.compile(r"(?:可以?|能|允许)(?:用于|再)?训练(?:模型)?"),
    ),
)
_TERMS = re.compile(
    r"全职|(?P<part>兼职|业余时间|业余|周末|晚间|空闲时间|part[- ]?time)|full[- ]?time"
)
_REMOTE = re.compile(
    r"(?P<mode>远程)(?!医疗|驾驶|控制|监控|操[作控]|会诊|诊断|教育|接管|桌面|问诊)(?:作业|办公)?"
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _credentials(reading: Reading, kind: Kind) -> Iterator[Finding]:
    if kind != "suppliers":
        return
    for mention in find_credentials(reading.open_text):
        held = mention.credential
        end = mention.end
        if higher := re.match(r"\s*(?:及?以上|认证|证书|资质|级)+", reading.open_text[end:]):
            end += higher.end()
        yield Finding(
            "credential", f"{held.kind}>={held.rank}", mention.start, end,
            "%(what)s", {"what": held.label()},
            (Range(credential_field(held.kind), at_least=held.rank or ANY_LEVEL),), negatable=True,
        )  # fmt: skip


def _grades(reading: Reading, kind: Kind) -> Iterator[Finding]:
    for match in reading.finditer(_GRADE):
        term = DATA_GRADES.find(match["grade"])
        rank = DATA_GRADES.rank(term.code) if term else 0
        wanted = Range("data_grade", at_least=rank)
        yield Finding("data_grade", f"data_grade>={rank}", *match.span(), N_("Cleared for %(what)s"),
                      {"what": match["grade"]}, (wanted,), negatable=True)  # fmt: skip
    for match in reading.finditer(_HEALTH):
        digit = match["a"] or match["b"] or match["c"]
        level = _LEVELS.get(digit) or int(digit)
        yield Finding("health_level", f"health_level>={level}", *match.span(),
                      N_("Health data level %(n)s"), {"n": level},
                      (Range("health_level", at_least=level),))  # fmt: skip


def _house(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """What a firm stores, and the smallest order it takes; read before volumes and budgets."""
    for match in reading.finditer(_STORAGE):
        if (number := parse_number(match["n"])) is not None:
            terabytes = number * 1000 if match["peta"] else number
            yield Finding("storage", f"storage>={terabytes}", *match.span(),
                          N_("Stores at least %(n)s TB"), {"n": plain(terabytes)},
                          (Range("storage_tb", at_least=float(terabytes)),))  # fmt: skip
    for match in reading.finditer(_FIRST_ORDER):
        if (yuan := parse_number(match["n"] or match["n2"])) is not None:
            yield Finding("min_order", f"min_order<={yuan}", *match.span(),
                          N_("Takes orders from %(n)s yuan"), {"n": plain(yuan)},
                          (Range("min_order", at_most=float(yuan)),))  # fmt: skip


def _figures(reading: Reading, kind: Kind) -> Iterator[Finding]:
    for match in reading.finditer(_ACCURACY):
        percent = match["n"] or match["m"]
        share = float(percent) / 100
        yield Finding("accuracy", f"accuracy>={percent}", *match.span(),
                      N_("Accuracy of at least %(n)s%%"), {"n": percent},
                      (Range("accuracy", at_least=share),))  # fmt: skip
    for match in reading.finditer(_CCTV):
        kept = parse_number(match["n"] or match["years"] or match["days"])
        if kept is not None:
            months = kept if match["n"] else kept * 12 if match["years"] else kept // 30
            yield Finding("cctv", f"cctv>={months}", *match.span(),
                          N_("CCTV kept for at least %(n)s months"), {"n": plain(months)},
                          (Range("cctv_months", at_least=float(months)),))  # fmt: skip


def _people(reading: Reading, kind: Kind) -> Iterator[Finding]:
    if kind == "suppliers":
        for pattern, name in ((_EXPERT, "行业领域专家"), (_PROFESSIONAL, "专业标注员")):
            for match in reading.finditer(pattern):
                yield Finding("annotator_type", f"annotator:{name}", *match.span(), "%(what)s",
                              {"what": name}, (Equals("annotator_types", name),),
                              keeps_words=True, negatable=True)  # fmt: skip
    if kind == "talents":
        yield from _talent(reading)


def _talent(reading: Reading) -> Iterator[Finding]:
    of_firms = [(held.start, held.end) for held in find_credentials(reading.open_text)]
    for match in reading.finditer(_SKILL):
        if match[0] == "技师" or any(start <= match.start() < end for start, end in of_firms):
            continue
        rank = skill_rank(match["level"])
        yield Finding("skill", f"skill>={rank}", *match.span(), N_("Skill level %(what)s or higher"),
                      {"what": match["level"]}, (Range("skill", at_least=rank),))  # fmt: skip
    for match in reading.finditer(_DEGREE):
        degree = _DEGREE_WORDS.get(match["degree"], match["degree"])
        rank = DEGREES.index(degree) + 1
        yield Finding("degree", f"degree>={rank}", *match.span(), N_("%(what)s or higher"),
                      {"what": degree}, (Range("degree", at_least=rank),))  # fmt: skip
    for match in reading.finditer(_YEARS):
        years = parse_number(match["n"])
        if years is not None:
            yield Finding("years", f"years>={years}", *match.span(),
                          N_("At least %(n)s years of experience"), {"n": plain(years)},
                          (Range("years", at_least=float(years)),))  # fmt: skip
    for match in reading.finditer(_TERMS):
        terms = "兼职" if match["part"] else "全职"
        yield Finding("availability", f"availability:{terms}", *match.span(), "%(what)s",
                      {"what": terms}, (Equals("availability", terms),), negatable=True)  # fmt: skip


_CLASSICAL = frozenset(("古籍",))
"""Beside old books 白话 is the written vernacular, not Cantonese."""


def _languages(reading: Reading, kind: Kind) -> Iterator[Finding]:
    words = lexicon()
    for span in words.longest(reading.open_text):
        name = words.languages.get(span.surface)
        is_written = span.surface == "白话" and not _CLASSICAL.isdisjoint(reading.concepts)
        if name is not None and not is_written:
            yield Finding("language", f"language:{name}", span.start, span.end, "%(what)s",
                          {"what": name}, (Equals("languages", name),),
                          keeps_words=True, negatable=True)  # fmt: skip


@cache
def _named_terms() -> tuple[tuple[str, str, str], ...]:
    """Words that name one value of a keyword field: (word, field, value)."""
    tables = (
        (ORG_CLASSES, "scale_class"), (SUPPLY_MODES, "supply_mode"),
        (DATASET_TYPES, "dataset_type"), (PROCUREMENTS, "procurement"),
        (VOUCHER_TYPES, "vouchers"),
    )  # fmt: skip
    return tuple((term.zh, field, term.zh) for table, field in tables for term in table.values())


def _terms(reading: Reading, kind: Kind) -> Iterator[Finding]:
    for word, field, value in _named_terms():
        for match in reading.finditer(_compiled(re.escape(word))):
            yield Finding(field, f"{field}:{value}", *match.span(), "%(what)s", {"what": value},
                          (Equals(field, value),), negatable=True)  # fmt: skip
    if kind == "datasets":
        yield from _dataset_terms(reading)
    for match in reading.finditer(_REMOTE):
        yield Finding("delivery", "delivery:远程", *match.span(), N_("Remote"), {},
                      (Equals("delivery", "远程"),), negatable=True)  # fmt: skip


def _dataset_terms(reading: Reading) -> Iterator[Finding]:
    """How a dataset is supplied and paid for, in any of the words people use, and what its licence allows."""
    for match in reading.finditer(_SUPPLIED):
        word = match["mode"] or match["alone"]
        supplied = next(one.zh for one in SUPPLY_MODES.values() if one.zh.startswith(word))
        yield Finding("supply_mode", f"supply_mode:{supplied}", *match.span(), "%(what)s",
                      {"what": supplied}, (Equals("supply_mode", supplied),), negatable=True)  # fmt: skip
    for mode in PRICE_MODES.values():
        names = (mode.zh, *mode.synonyms)
        words = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        pattern = rf"(?:{words})(?:地|的)?(?:开放|公开|提供|获取|下载|共享)?"
        for match in reading.finditer(_compiled(pattern)):
            yield Finding("price_model", f"price_model:{mode.zh}", *match.span(), "%(what)s",
                          {"what": mode.zh}, (In("price_model", names),), negatable=True)  # fmt: skip
    for match in reading.finditer(_PRICED_BY):
        yield Finding("price_model", f"price_model:{match[0]}", *match.span(), "%(what)s",
                      {"what": match[0]}, (Equals("price_model", match[0]),), negatable=True)  # fmt: skip
    for field, msgid, licence in _LICENCES:
        for match in reading.finditer(licence):
            yield Finding(field, field, *match.span(), msgid, {},
                          (Equals(field, True),), negatable=True)  # fmt: skip


RULES: tuple[Rule, ...] = (
    find_exclusions, _grades, _credentials, find_abilities, _house, find_bulk_prices, find_budgets, find_prices,
    find_capacities, find_headcounts, _figures, _people, _languages, _terms, find_sorts,
)  # fmt: skip
