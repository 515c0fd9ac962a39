"""The rules that find constraints in a query; each yields findings, the driver decides on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from market.kit.i18n import N_
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.credentials import find_credentials
from market.vocabulary.datasets import DATASET_TYPES, SUPPLY_MODES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.security import DATA_GRADES
from market.vocabulary.trade import ORG_CLASSES, PROCUREMENTS, VOUCHER_TYPES
from search.documents import Kind
from search.engine import Equals, Filter, Range
from search.grades import ANY_LEVEL, DEGREES, credential_field, skill_rank
from search.lexicon import lexicon
from search.normalisation import normalise
from search.numerals import NUMBER, parse_number, plain
from search.quantities import find_budgets, find_capacities, find_prices, find_sorts
from search.reading import Finding, Reading

Rule = Callable[[Reading, Kind], Iterable[Finding]]
_HIGHER = r"(?:及?以上)?"
_LEAST = r"(?:不少于|不低于|不小于|至少|超过|大于|高于|达到?|≥|>=|>|over|at least)?"
_LEVELS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}

_FLAGS: tuple[tuple[str, str, str], ...] = (
    ("in_hospital", N_("In hospital"), r"(?:数据)?不(?:得|能)?[出离]医?院|院内|医院内部?|in[- ]hospital"),
    ("onsite", N_("On site"), r"驻场|驻点|派驻|现场作业|现场办公|上门|on[- ]?site"),
    ("private_deploy", N_("Private deployment"), r"私有化(?:部署)?|本地化部署|on[- ]?prem\w*"),
    ("vlan", N_("VLAN isolation"), r"(?:专属)?vlan(?:网络)?(?:隔离)?|网络隔离"),
    ("vpn", N_("VPN"), r"(?<![a-z])vpn(?![a-z])"),
    ("xinchuang", N_("Domestic IT stack (Xinchuang)"), r"信创(?:环境)?|国产化(?:环境)?"),
    ("anti_tailgating", N_("Anti-tailgating doors"), r"防尾随(?:门禁)?"),
    ("deid_service", N_("De-identification service"), r"(?:提供|代为?|负责)脱敏|脱敏服务"),
    ("in_certified_base", N_("In a certified base"), r"(?:国家级|省级)?(?:认定|入驻)基地(?:企业)?"),
)  # fmt: skip
_HEADS = re.compile(
    rf"(?P<most>不超过|不多于|少于|最多)?{_LEAST}\s*(?<!第)(?P<n>{NUMBER})\s*\+?\s*(?:多)?(?:名|位|个)?"
    r"(?:标注员|标注人员|员工|人(?![天时日次工员])(?:员)?|people|staff|annotators?)"
    r"(?P<under>以下|以内)?(?:及?以上|规模|团队|\+)?"
)
_HEALTH = re.compile(
    rf"第?(?P<a>[一二三四五1-5])级(?:的)?(?:健康(?:医疗)?|医疗(?:健康)?)数据{_HIGHER}"
    rf"|健康(?:医疗)?数据(?:分级)?(?:为|达到?)?第?(?P<b>[一二三四五1-5])级{_HIGHER}"
    r"|health(?: data)? level (?P<c>[1-5])"
)
_GRADE = re.compile(rf"(?P<grade>重要数据|核心数据)(?:级别?)?{_HIGHER}")
_ACCURACY = re.compile(
    rf"(?:准确率|正确率|精度|accuracy){_LEAST}\s*(?P<n>\d+(?:\.\d+)?)\s*%{_HIGHER}"
    rf"|(?P<m>\d+(?:\.\d+)?)\s*%{_HIGHER}的?(?:准确率|正确率|精度|accuracy)"
)
_CCTV = re.compile(
    rf"(?:录像|监控)[^\d一二三四五六七八九十]{{0,6}}{_LEAST}(?P<n>{NUMBER})个月{_HIGHER}"
)
_EXPERT = re.compile(
    r"行业领域专家|领域专家|(?:文保|医学|法律)?专家|[\u4e00-\u9fff]{0,2}医[师生]|硕博|博士|硕士|律师"
    r"|副?主任医师|(?<![a-z])experts?(?![a-z])"
)
_PROFESSIONAL = re.compile(r"专业标注员")
_YEARS = re.compile(
    rf"{_LEAST}(?P<n>{NUMBER})\s*年{_HIGHER}(?:的)?(?:工作|从业|标注)?(?:经验|经历)?"
)
_SKILL = re.compile(
    rf"(?P<level>高级技师|技师|高级工|中级工|初级工|[一二三四五]级)(?:工)?{_HIGHER}"
)
_DEGREE = re.compile(rf"(?P<degree>{'|'.join(DEGREES)})(?:学历|学位)?{_HIGHER}")
_TERMS = re.compile(r"(?P<terms>全职|兼职)")
_REMOTE = re.compile(r"(?P<mode>远程)(?:作业|办公)?")
_EXCLUDED = re.compile(r"(?:不要|不含|排除|除了?|不做|不考虑|exclud\w*|without)\s*")


def _flags(reading: Reading, kind: Kind) -> Iterator[Finding]:
    for field, msgid, pattern in _FLAGS:
        for match in reading.finditer(_compiled(pattern)):
            yield Finding(field, field, *match.span(), msgid, {},
                          (Equals(field, True),), negatable=True)  # fmt: skip


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


def _counts(reading: Reading, kind: Kind) -> Iterator[Finding]:
    for match in reading.finditer(_HEADS):
        heads = parse_number(match["n"])
        if heads is None:
            continue
        number = float(heads)
        if match["most"] or match["under"]:
            yield Finding("staff", f"staff<={heads}", *match.span(), N_("At most %(n)s people"),
                          {"n": plain(heads)}, (Range("staff", at_most=number),))  # fmt: skip
        else:
            yield Finding("staff", f"staff>={heads}", *match.span(), N_("At least %(n)s people"),
                          {"n": plain(heads)}, (Range("staff", at_least=number),))  # fmt: skip
    for match in reading.finditer(_ACCURACY):
        percent = match["n"] or match["m"]
        share = float(percent) / 100
        yield Finding("accuracy", f"accuracy>={percent}", *match.span(),
                      N_("Accuracy of at least %(n)s%%"), {"n": percent},
                      (Range("accuracy", at_least=share),))  # fmt: skip
    for match in reading.finditer(_CCTV):
        months = parse_number(match["n"])
        if months is not None:
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
    for match in reading.finditer(_SKILL):
        rank = skill_rank(match["level"])
        yield Finding("skill", f"skill>={rank}", *match.span(), N_("%(what)s or higher"),
                      {"what": match["level"]}, (Range("skill", at_least=rank),))  # fmt: skip
    for match in reading.finditer(_DEGREE):
        rank = DEGREES.index(match["degree"]) + 1
        yield Finding("degree", f"degree>={rank}", *match.span(), N_("%(what)s or higher"),
                      {"what": match["degree"]}, (Range("degree", at_least=rank),))  # fmt: skip
    for match in reading.finditer(_YEARS):
        years = parse_number(match["n"])
        if years is not None:
            yield Finding("years", f"years>={years}", *match.span(),
                          N_("At least %(n)s years of experience"), {"n": plain(years)},
                          (Range("years", at_least=float(years)),))  # fmt: skip
    for match in reading.finditer(_TERMS):
        yield Finding("availability", f"availability:{match['terms']}", *match.span(), "%(what)s",
                      {"what": match["terms"]}, (Equals("availability", match["terms"]),),
                      negatable=True)  # fmt: skip


def _languages(reading: Reading, kind: Kind) -> Iterator[Finding]:
    words = lexicon()
    for span in words.longest(reading.open_text):
        name = words.languages.get(span.surface)
        if name is not None:
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
    for match in reading.finditer(_REMOTE):
        yield Finding("delivery", "delivery:远程", *match.span(), N_("Remote"), {},
                      (Equals("delivery", "远程"),), negatable=True)  # fmt: skip


def _exclusions(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """不要语音: a modality, task or industry after a word of exclusion."""
    for match in reading.finditer(_EXCLUDED):
        for span in lexicon().longest(reading.open_text[match.end() :]):
            wanted = _capability_filters(span.concepts)
            if span.start == 0 and wanted:
                start = match.end()
                yield Finding("excluded", f"excluded:{span.surface}", start, start + span.end,
                              "%(what)s", {"what": span.surface}, wanted, negatable=True)  # fmt: skip
            break


def _capability_filters(concepts: Iterable[str]) -> tuple[Filter, ...]:
    tables = ((MODALITIES, "modalities"), (TASK_TYPES, "task_types"), (INDUSTRIES, "industries"))
    families = lexicon().families
    return tuple(
        Equals(field, term.zh)
        for concept in concepts
        for table, field in tables
        for term in table.values()
        if (name := normalise(term.zh)) == concept or concept in families.get(name, ())
    )


RULES: tuple[Rule, ...] = (
    _exclusions, _credentials, _grades, _flags, find_budgets, find_prices, find_capacities, _counts, _people,
    _languages, _terms, find_sorts,
)  # fmt: skip
