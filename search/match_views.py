"""Match lists as people see them: who fits and why, who does not and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from search.cards import facts_of, heading_of, prices_of, url_of
from search.counterparts import OTHER_DATA
from search.documents import Document
from search.eligibility import NO_CAPABILITY
from search.fit import Reason
from search.matching import DEARER, Matches

SHOWN = 20
_NEEDED = {
    "Lacks %(what)s (has %(held)s)": "Lacks %(what)s",
    "Must be in %(where)s, is in %(home)s": N_("Must be in %(where)s"),
    "Health data level %(n)s needed, cleared to level %(held)s": N_("Health data level %(n)s"),
    "CCTV must be kept %(n)s months, is kept %(held)s": N_("CCTV kept %(n)s months"),
    "%(n)s people of %(level)s or higher needed, has %(held)s with %(experts)s experts": N_(
        "%(n)s people of %(level)s or higher"
    ),
    "%(n)s people needed, has %(held)s": N_("At least %(n)s people"),
    "%(n)s %(unit)s a day needed, %(free)s free": N_("%(n)s %(unit)s a day"),
}
"""A refusal -> the requirement behind it, without what each supplier holds instead, to be counted."""


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One record of a match list; `percent` is None for those refused."""

    title: str
    number: str
    url: str
    percent: int | None
    facts: Sequence[str]
    prices: Sequence[tuple[Decimal, str]]
    status: str
    reasons: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class MatchList:
    """Eligible rows best first, refused ones nearest first, and what stays uncounted in neither."""

    eligible: Sequence[MatchRow]
    refused: Sequence[MatchRow]
    eligible_total: int
    refused_total: int
    elsewhere: int
    """Refused because the work itself is another trade; not worth listing."""
    obstacles: Sequence[tuple[str, int]]
    """Which requirement keeps how many out, the most frequent first."""


def match_list(matches: Matches, by_id: Mapping[str, Document], *, shown: int = SHOWN) -> MatchList:
    """The lists of a page from a match."""
    near = {key: reasons for key, reasons in matches.refused.items() if not _is_elsewhere(reasons)}
    nearest = sorted(near, key=lambda key: len(near[key]))[:shown]
    return MatchList(
        eligible=[
            _row(by_id[one.id], one.reasons, percent=round(min(one.score, 1.0) * 100))
            for one in matches.eligible[:shown]
        ],
        refused=[_row(by_id[key], near[key], percent=None) for key in nearest],
        eligible_total=len(matches.eligible),
        refused_total=len(near),
        elsewhere=len(matches.refused) - len(near),
        obstacles=_obstacles(near.values()),
    )


def _is_elsewhere(reasons: Iterable[Reason]) -> bool:
    return any(reason.msgid in (*NO_CAPABILITY, OTHER_DATA) for reason in reasons)


def _obstacles(refusals: Iterable[Sequence[Reason]]) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for reasons in refusals:
        counted.update({Reason(_NEEDED.get(one.msgid, one.msgid), one.params).text(_)
                        for one in reasons})  # fmt: skip
    return counted.most_common(3)


def _row(document: Any, reasons: Sequence[Reason], *, percent: int | None) -> MatchRow:
    return MatchRow(
        title=document[heading_of(document)],
        number=document["number"],
        url=url_of(document),
        percent=percent,
        facts=facts_of(document),
        prices=prices_of(document),
        status=document.get("status", ""),
        reasons=[
            {"met": None if one.msgid == DEARER else percent is not None, "text": one.text(_)}
            for one in reasons
        ],
    )
