"""The parts a match score is made of, each 0 to 1, with the sentence that explains it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from market.kit.i18n import N_
from market.vocabulary.regions import city_of, is_within, nearest, province_of
from search.analysis import CONCEPT, TermGroup, query_groups, terms_of
from search.engine import IndexDocument
from search.lexicon import lexicon, renewed, written
from search.relevance import WEAK_WEIGHT, rarity


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence of the catalogue with its parameters, worded when it is shown."""

    msgid: str
    params: dict[str, Any] = field(default_factory=dict)

    def text(self, _: Callable[..., str]) -> str:
        """The sentence in the language of the passed gettext."""
        return _(self.msgid, **self.params)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score; a part without a reason is too ordinary to mention."""

    value: float
    reason: Reason | None = None


Parts = Mapping[str, Part]


class Relevance:
    """How well records cover a text, rare words counting more; rarity is that among the records."""

    def __init__(self, text: str, entries: Sequence[IndexDocument]) -> None:
        terms = [terms_of((*entry.strong, *entry.weak)) for entry in entries]
        self._weighed = [
            (group, group.importance * rarity(_frequency(group, terms), len(terms)))
            for group in query_groups(text)
        ]

    def of(self, entry: IndexDocument) -> Part:
        """The share of the text the record covers, and the words it covers."""
        strong, weak = terms_of(entry.strong), terms_of(entry.weak)
        full = gained = 0.0
        covered: list[str] = []
        for group, weight in self._weighed:
            best = max(
                (w if term in strong else w * WEAK_WEIGHT if term in weak else 0.0)
                for term, w in group.terms
            )
            full += weight
            gained += weight * best
            if best >= WEAK_WEIGHT and not group.is_hint:
                covered.append(written(group.surface))
        reason = Reason(N_("Covers: %(words)s"), {"words": "、".join(covered)}) if covered else None
        return Part(gained / full if full else 0.0, reason)


def _frequency(group: TermGroup, records: Iterable[set[str]]) -> int:
    wanted = {term for term, weight in group.terms if weight == 1.0}
    return sum(1 for terms in records if wanted & terms)


def domain_fit(
    industry: str, text: str, *, industries: Sequence[str], domains: Sequence[str]
) -> Part:
    """Half for working in the industry, half for a field of its own that the text speaks of."""
    asked = terms_of([text]) - lexicon().generic
    known = [
        domain
        for domain in domains
        if {term for term in terms_of([domain]) if term.startswith(CONCEPT)} & asked - _TOO_WIDE
    ]
    said = _meant(text) - _TOO_WIDE
    known = [domain for domain in known if _meant(domain) & said] or known
    value = 0.5 * (industry in industries) + 0.5 * bool(known)
    if known:
        return Part(value, Reason(N_("Experienced in: %(what)s"), {"what": "、".join(known)}))
    if industry in industries:
        return Part(value, Reason(N_("Works in the industry: %(what)s"), {"what": industry}))
    return Part(value)


@renewed
@lru_cache(maxsize=16_384)
def _meant(text: str) -> frozenset[str]:
    """What a text says itself, without the wider families: 玫瑰分级 is no 病虫害."""
    words = lexicon()
    spans = words.matches(words.canonical(text))
    return frozenset(f"{CONCEPT}{concept}" for span in spans for concept in span.concepts)


def task_coverage(wanted: Iterable[str], offered: Iterable[str]) -> Part:
    """The share of the tasks offered; a kindred task (实例分割 for 语义分割) counts half."""
    wanted, offered = list(wanted), set(offered)
    kindred = {term for term in terms_of(offered) if term.startswith(CONCEPT)}
    exact = [task for task in wanted if task in offered]
    near = [
        task
        for task in wanted
        if task not in offered and kindred & {t for t in terms_of([task]) if t not in _TOO_WIDE}
    ]
    if not wanted or not (exact or near):
        return Part(0.0)
    params = {"n": len(exact), "of": len(wanted), "tasks": "、".join(exact or near)}
    msgid = (
        N_("Does %(n)s of %(of)s tasks: %(tasks)s")
        if exact
        else N_("Does kindred tasks: %(tasks)s")
    )
    return Part((len(exact) + 0.5 * len(near)) / len(wanted), Reason(msgid, params))


_TOO_WIDE = frozenset(
    CONCEPT + word for word in ("标注", "图像", "文本", "视频", "语音", "质检", "分类")
)
"""Words that make no tasks kindred: who sorts texts does not therefore sort pictures."""


def nearness(here: str, there: str) -> Part:
    """1 in the same city, one half in the same province, else 0."""
    here, there = nearest(here), nearest(there)
    mine, other = city_of(here), city_of(there)
    if mine is not None and mine == other:
        return Part(1.0, Reason(N_("In the same city: %(where)s"), {"where": mine.name}))
    province = province_of(here)
    if province is not None and is_within(there, province.code):
        return Part(0.5, Reason(N_("In the same province: %(where)s"), {"where": province.name}))
    return Part(0.0)
