"""Constraints read out of a query: each becomes a filter with a label and a token to remove it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from market.kit.i18n import N_
from search import exclusions, grammar, places
from search.documents import Kind
from search.engine import AnyOf, Equals, Filter, In, InRegion, Not, Range, Sort
from search.entries import SETTINGS
from search.reading import Finding, Reading
from search.spelling import repaired

Gettext = Callable[..., str]
_NEGATED = re.compile(
    r"(?:不要|别要|不含|不做|不是|不想要|不涉及|排除|除了?|非|不接受|不考虑|拒绝|谢绝|(?<![a-z])(?:without|non?|not|except|exclud\w*))"
    r"[\s-]*(?:在|位于)?(?:派?人|任何|有)?\s*$|(?<![都均得可能])不(?:在|位于|属于)?\s*$"
)
_WAIVED = re.compile(r"(?:不需要?|无需|不必|不用|无须|不要求|免)(?:派?人|一定|非得)?\s*$")
_TOLERATED = re.compile(
    r"(?:[\s、/]|或者?|和|跟)*(?:驻场|远程|现场|兼职|全职|外地|本地|线上|线下)?\s*"
    r"(?:(?:也|都|均|皆)(?:行|可以?|好|能?接受)|不限|无所谓|随意|随便)"
)
"""After a requirement it says that the opposite would do as well: 驻场远程都行."""
_PREFERRED = re.compile(
    r"的?(?:企业|公司|团队|机构|供应商|单位)?(?:优先(?!级)|更好|更佳|最好(?=\s|$|[,，。]))"
)
_OFFERING = re.compile(
    r"的?[\u4e00-\u9fff]{0,6}(?:公司|企业|团队|工作室|机构)[\s,，]*(?:能|可以?|会|擅长|专[做门注]|主做|想接?|接|找活)"
)
"""What a place may begin that says who asks: 南昌的影像公司 能做靶区, 有活吗."""
_PREFERABLE = ("region", "credential")
"""Kinds whose words stand on records, so that a wish for them can order the answers."""
_OWN = re.compile(
    r"(?:我们?|我方|我司|咱们?|本[公院局校馆厂所]司?|我[院局校馆厂所])(?:公司|医院|单位|团队|学校|工厂|这边|这里)?"
    r"(?:是|在|位于|地处|来自)(?:一家|个|家)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """One recognised requirement, shown as a chip; removing it means naming its token in `ignored`.

    A constraint without filters and sort is shown only: it says how the query was understood.
    """

    kind: str
    token: str
    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    sort: Sort | None = None
    turned: str = ""

    def label(self, _: Gettext) -> str:
        """The chip's text in the language of the passed gettext."""
        what = _(self.msgid, **self.params)
        return _(self.turned, what=what) if self.turned else what


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query split into constraints and the words left for relevance."""

    text: str
    constraints: tuple[Constraint, ...]

    @property
    def filters(self) -> tuple[Filter, ...]:
        """All filters of all constraints."""
        return tuple(one for constraint in self.constraints for one in constraint.filters)

    @property
    def sort(self) -> Sort | None:
        """The first order the query asks for."""
        return next((c.sort for c in self.constraints if c.sort is not None), None)


def parse_query(text: str, kind: Kind, *, ignored: Iterable[str] = ()) -> ParsedQuery:
    """Read the constraints of a query for one kind of record; `ignored` tokens stay plain words."""
    reading = Reading(repaired(text))
    skipped = set(ignored)
    found: dict[str, Constraint] = {}
    for rule in (*grammar.RULES, places.find_places, exclusions.find_unwanted_words):
        for finding in rule(reading, kind):
            constraint = _constraint(finding, reading, kind)
            if constraint is None:
                continue
            if constraint.token in skipped:
                reading.take(replace(finding, keeps_words=True))
                continue
            if constraint.token not in found:
                found[constraint.token] = constraint
            is_wish = constraint.token.startswith(_PREFERENCE[0])
            reading.take(replace(finding, keeps_words=finding.keeps_words or is_wish))
    return ParsedQuery(reading.rest(), tuple(found.values()))


def _constraint(finding: Finding, reading: Reading, kind: Kind) -> Constraint | None:
    filters = finding.filters
    if not all(field in _fields(kind) for one in filters for field in _named(one)):
        return None
    before = reading.text[: finding.start]
    denied = finding.negatable and (_WAIVED.search(before) or _NEGATED.search(before))
    if denied and not finding.denied:
        turn = _WAIVER if _is_waiver(denied[0], filters, kind) else _NEGATION
    else:
        turn = _NEGATION if finding.denied else _softened(finding, reading)
    if denied:
        reading.blank(denied.start(), denied.end())
    prefix, turned = turn
    if turn is _NEGATION:
        filters = tuple(map(Not, filters))
    elif prefix:
        filters = ()
    return Constraint(
        finding.kind,
        prefix + finding.token,
        finding.msgid,
        finding.params,
        filters,
        finding.sort,
        turned,
    )


_PLAIN = ("", "")
_NEGATION = ("not:", N_("Not: %(what)s"))
_WAIVER = ("no:", N_("Not required: %(what)s"))
_PREFERENCE = ("soft:", N_("Preferred: %(what)s"))
_HOME = ("own:", N_("Where you are: %(what)s"))


def _softened(finding: Finding, reading: Reading) -> tuple[str, str]:
    """What is no condition in its context: 驻场远程都行, 山东优先, 我们是济南的医院."""
    if finding.negatable and _TOLERATED.match(reading.text, finding.end):
        return _WAIVER
    if finding.kind == "region" and (
        _OWN.search(reading.text[: finding.start]) or _OFFERING.match(reading.text, finding.end)
    ):
        return _HOME
    if finding.kind in _PREFERABLE and _PREFERRED.match(reading.text, finding.end):
        return _PREFERENCE
    return _PLAIN


def _is_waiver(words: str, filters: tuple[Filter, ...], kind: Kind) -> bool:
    """What a supplier can do is only ever not needed; a job that demands it can be unwanted."""
    if kind != "suppliers":
        return False
    is_ability = all(isinstance(one, Equals) and one.value is True for one in filters)
    return is_ability or _WAIVED.search(words) is not None


def _fields(kind: Kind) -> frozenset[str]:
    settings = SETTINGS[kind]
    return frozenset((*settings.keywords, *settings.flags, *settings.numbers))


def _named(one: Filter) -> Iterator[str]:
    match one:
        case Not(inner):
            yield from _named(inner)
        case AnyOf(filters):
            for each in filters:
                yield from _named(each)
        case Equals() | In() | Range() | InRegion():
            yield one.field
