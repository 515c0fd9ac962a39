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
    r"[\s-]*(?:在|位于)?\s*$"
)
_WAIVED = re.compile(r"(?:不需要|无需|不必|不用|无须|不要求)\s*$")


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
            reading.take(finding)
    return ParsedQuery(reading.rest(), tuple(found.values()))


def _constraint(finding: Finding, reading: Reading, kind: Kind) -> Constraint | None:
    filters = finding.filters
    if not all(field in _fields(kind) for one in filters for field in _named(one)):
        return None
    before = reading.text[: finding.start]
    prefix, turned = "", ""
    denied = finding.negatable and (_WAIVED.search(before) or _NEGATED.search(before))
    if finding.denied:
        prefix, turned, filters = "not:", N_("Not: %(what)s"), tuple(map(Not, filters))
    elif denied and _is_waiver(denied[0], filters, kind):
        prefix, turned, filters = "no:", N_("Not required: %(what)s"), ()
    elif denied:
        prefix, turned, filters = "not:", N_("Not: %(what)s"), tuple(map(Not, filters))
    if denied:
        reading.blank(denied.start(), denied.end())
    return Constraint(
        finding.kind,
        prefix + finding.token,
        finding.msgid,
        finding.params,
        filters,
        finding.sort,
        turned,
    )


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
