"""Talents and trained people in figures: exact for an authority of its region, suppressed in public."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from market.accounts.oversight import READERS, own_region
from market.directory.models import Talent
from market.directory.words import level_word, place
from market.directory.words import word as term
from market.kit import clock
from market.kit.actor import Actor
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.suppression import MINIMUM, merge_small
from market.training.models import TrainingRecord
from market.vocabulary import regions

YEARS = 5
TABLES = {
    "level": N_("Occupational level"), "domain": N_("Domains"), "modality": N_("Modalities"),
    "region": N_("Region"), "trained": N_("People trained in the year"),
}  # fmt: skip
WORDS: dict[str, Callable[[str], str]] = {
    "level": level_word,
    "domain": str,
    "modality": term,
    "region": place,
    "trained": str,
}
PARTITIONS = ("level", "region")  # every talent is in one cell: the cells sum to the total
UNSTATED, OTHERS = "", "*"


@dataclass(frozen=True, slots=True)
class TalentTotals:
    """The talent library (人才库): people by level, domain, modality and region, and trained each year."""

    total: int = 0
    by_level: Mapping[str, int] = field(default_factory=dict)
    by_domain: Mapping[str, int] = field(default_factory=dict)
    by_modality: Mapping[str, int] = field(default_factory=dict)
    by_region: Mapping[str, int] = field(default_factory=dict)
    trained: Mapping[int, int] = field(default_factory=dict)


async def talent_totals(region_prefix: str = "") -> TalentTotals:
    """Everybody in the library of a region (code prefix), consent or not: only counts leave here.

    Regions are provinces for the country, else cities. Somebody is trained in a year once.
    """
    rows = await Talent.filter(region_code__startswith=region_prefix).values_list(
        "skill_level", "domains", "modalities", "region_code"
    )
    found: Iterable[tuple[str, list[str], list[str], str]] = rows
    return TalentTotals(
        total=len(rows),
        by_level=Counter(level or UNSTATED for level, _d, _m, _r in found),
        by_domain=Counter(one for _l, domains, _m, _r in found for one in set(domains)),
        by_modality=Counter(one for _l, _d, modalities, _r in found for one in set(modalities)),
        by_region=Counter(_area(code, region_prefix) for _l, _d, _m, code in found),
        trained={year: await trained(year, region_prefix) for year in _years()},
    )


async def trained(year: int, region_prefix: str = "") -> int:
    """People who passed a module in a Chinese calendar year, at the firms of a region; each once."""
    rows = await TrainingRecord.filter(
        is_passed=True, organisation__region_code__startswith=region_prefix,
        taken_at__gte=clock.start_of_day(dt.date(year, 1, 1)),
        taken_at__lt=clock.start_of_day(dt.date(year + 1, 1, 1)),
    ).values_list("talent_id", "person_id", "id")  # fmt: skip
    return len({talent or person or record for talent, person, record in rows})


def _years() -> list[int]:
    last = clock.today().year
    return list(range(last - YEARS + 1, last + 1))


def _area(code: str, prefix: str) -> str:
    found = regions.city_of(code) if prefix else regions.province_of(code)
    return found.code if found else code


def cells_of(totals: TalentTotals, *, is_public: bool) -> dict[str, dict[str, int | None]]:
    """The tables to show; in public small cells are merged or left empty (None), so is a small total."""
    exact: dict[str, Mapping[Any, int]] = {
        "level": totals.by_level, "domain": totals.by_domain, "modality": totals.by_modality,
        "region": totals.by_region, "trained": totals.trained,
    }  # fmt: skip
    return {
        name: _public(name, counts) if is_public else {str(k): n for k, n in counts.items()}
        for name, counts in exact.items()
    }


def _public(name: str, counts: Mapping[Any, int]) -> dict[str, int | None]:
    if name in PARTITIONS:
        alone, rest = merge_small(counts)
        merged = {OTHERS: sum(counts[key] for key in rest)} if rest else {}
        return {**{key: counts[key] for key in alone}, **merged}
    if name == "trained":
        return {str(year): n if n >= MINIMUM or n == 0 else None for year, n in counts.items()}
    return {key: n for key, n in counts.items() if n >= MINIMUM}


async def tables_for(by: Actor) -> tuple[int | None, dict[str, dict[str, int | None]], bool]:
    """Total, tables and whether they are the public ones, for a reader."""
    is_public = by.kind not in READERS or not by.verified
    totals = await talent_totals("" if is_public else own_region(by).prefix)
    total = None if is_public and totals.total < MINIMUM else totals.total
    return total, cells_of(totals, is_public=is_public), is_public


def label(table: str, key: str) -> str:
    """A cell's name in the reader's language."""
    if key == OTHERS:
        return _("Others, merged")
    return WORDS[table](key) if key != UNSTATED else _("Not stated")
