"""How many people a query asks for: 一百人以上, 不到50人, 专家10名以上, 高级工不少于20人."""

from __future__ import annotations

import re
from collections.abc import Iterator

from market.kit.i18n import N_
from search.documents import Kind
from search.engine import Range
from search.grades import skill_rank, skilled_field
from search.numerals import NUMBER, parse_number, plain
from search.reading import Finding, Reading

HIGHER = r"(?:及?以上)?"
MORE = r"(?:不少于|不低于|不小于|至少|起码|超过|大于|高于|多于|达到?|≥|>=|>|over|at least)"
_FEWER = r"不超过|不多于|少于|最多|不到|不足|小于|低于"
_STRICTLY = re.compile(r"不到|不足|(?<!不)(?:[少小低多大高]于|超过)|>(?!=)|over")
_TEAM = r"(?:人数|人员|员工|团队|标注员|规模)"
_COUNT = rf"(?<!第)(?P<n>{NUMBER})(?:\s*[-~到至]\s*{NUMBER})?\s*\+?\s*[多来余几]?"
_HEADS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<most>{_FEWER})?{MORE}?\s*{_COUNT}[名位个号]?(?:以上的?)?(?:专职|全职|专业)?"
        r"(?:标注员|标注人员|员工|人(?![天时日次工员脸体类像声群民物机气形格口设轮种名对会际份迷])(?!千面|一组)(?:员)?|people|staff|annotators?)"
        r"(?P<under>以下|以内)?(?:及?以上|\+)?(?:的?规模|的?团队)?",
        rf"{_TEAM}(?:总数|数量|数|规模)?\s*(?:要|需|须|得|在)?\s*(?P<most>{_FEWER})?"
        rf"(?:{MORE}|过|破|满)\s*{_COUNT}[名位个号人]*(?P<under>以下|以内)?(?:及?以上|\+)?(?![\d.%％年岁])",
        rf"(?P<most>)(?:不少于|不低于|至少|起码|超过)\s*{_COUNT}[名位](?P<under>)",
        rf"(?:团队|人员)规模(?:在|为)?\s*(?P<most>{_FEWER})?\s*{_COUNT}[名位个人]*(?P<under>以下|以内)?(?:及?以上)?",
        rf"{_COUNT}[名位](?:标注员|人员)?(?P<most>)(?P<under>)(?:及?以上)",
    )
)
_EXPERT = (
    r"(?:(?:行业|领域|医学|法律|签约|专职)*专家|[\u4e00-\u9fff]{0,2}医[师生]|律师|硕博|博士|教授)"
)
_EXPERTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_EXPERT}(?:团队|人数|数量)?\s*(?:要|需|有)?{MORE}?\s*{_COUNT}(?:[名位个人]{HIGHER}|(?<=\d)以上)",
        rf"{MORE}?\s*{_COUNT}[名位个](?:以上的?)?{_EXPERT}",
    )
)
_LEVEL = (
    r"(?P<level>高级技师|技师|高级工|中级工|初级工"
    r"|[一二三四五]级(?:工|及?以上的?(?=标注员|训练师)|(?=标注员|训练师)))"
)
_GRADE = re.compile(r"^([一二三四五]级).*")
_SKILLED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_LEVEL}{HIGHER}(?:的?(?:标注员|训练师|持证人员|人员|证书))?\s*(?:要|需|有)?{MORE}?\s*{_COUNT}"
        rf"(?:[名位个人]{HIGHER}|(?<=\d)以上)",
        rf"{MORE}?\s*{_COUNT}[名位个](?:以上的?)?{_LEVEL}{HIGHER}",
        rf"(?:有|配备|配有|持有?){_LEVEL}{HIGHER}(?:证书?)?(?P<n>)",
    )
)
"""Annotators of an occupational level or a higher one."""


def find_headcounts(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """Bounds on staff, experts and certified annotators; 不到 and 超过 leave the number itself out."""
    if kind == "suppliers":
        yield from _qualified(reading)
    for match in (found for pattern in _HEADS for found in reading.finditer(pattern)):
        heads = parse_number(match["n"])
        if heads is None:
            continue
        is_most = bool(match["most"] or match["under"])
        if _STRICTLY.search(match[0]):
            heads += -1 if is_most else 1
        if is_most:
            yield Finding("staff", f"staff<={heads}", *match.span(), N_("At most %(n)s people"),
                          {"n": plain(heads)}, (Range("staff", at_most=float(heads)),))  # fmt: skip
        else:
            yield Finding("staff", f"staff>={heads}", *match.span(), N_("At least %(n)s people"),
                          {"n": plain(heads)}, (Range("staff", at_least=float(heads)),))  # fmt: skip


def _qualified(reading: Reading) -> Iterator[Finding]:
    for match in (found for pattern in _EXPERTS for found in reading.finditer(pattern)):
        if (heads := parse_number(match["n"])) is not None:
            yield Finding("experts", f"experts>={heads}", *match.span(), N_("At least %(n)s experts"),
                          {"n": plain(heads)}, (Range("experts", at_least=float(heads)),),
                          keeps_words=True)  # fmt: skip
    for match in (found for pattern in _SKILLED for found in reading.finditer(pattern)):
        level = _GRADE.sub(r"\1", match["level"])
        rank, heads = skill_rank(level), parse_number(match["n"] or "1")
        if heads is not None and rank:
            yield Finding("skilled", f"skilled{rank}>={heads}", *match.span(),
                          N_("At least %(n)s people of %(level)s or higher"),
                          {"n": plain(heads), "level": level},
                          (Range(skilled_field(rank), at_least=float(heads)),))  # fmt: skip
