"""Targets of the published plans and the national comparator, beside what the platform measures."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from market.bureau import statistics
from market.bureau.indicators import indicator
from market.bureau.measures import measured
from market.bureau.periods import PeriodName, period_of
from market.bureau.readers import Reader
from market.bureau.reports import latest_reports
from market.bureau.statistics import Slice
from market.kit import i18n
from market.kit.i18n import gettext as _
from market.vocabulary import regions
from market.vocabulary.regions import Region


@dataclass(frozen=True, slots=True)
class Target:
    """One target of a plan: `actual` is None where nothing is known."""

    region: Region
    name: str
    kind: str  # of the cell: money (fen), integer, percent (basis points)
    value: int
    is_exceeded: bool  # 超过: more than, not at least
    until: str
    source: str
    actual: int | None
    indicator: str

    @property
    def reached_bp(self) -> int | None:
        """How much of the target is reached, in basis points."""
        return None if self.actual is None else statistics.share_bp(self.actual, self.value)

    @property
    def is_met(self) -> bool | None:
        """Whether it is met today; None when it is not measured."""
        if self.actual is None:
            return None
        return self.actual > self.value if self.is_exceeded else self.actual >= self.value


@cache
def _data() -> Any:
    path = files(__package__).joinpath("data", "targets.json")
    return json.loads(path.read_text("utf-8"))


async def targets_of(region: Region) -> list[Target]:
    """The targets of plans of this region, of those within it, and of those around it."""
    return [
        await _target(row)
        for row in _data()["targets"]
        if regions.is_within(row["region"], region.code)
        or regions.is_within(region.code, row["region"])
    ]


async def _target(row: dict[str, Any]) -> Target:
    place = regions.region(row["region"])
    assert place is not None
    source = _text(_data()["sources"][row["source"]])
    return Target(
        region=place,
        name=_text(row),
        kind=row["kind"],
        value=row["value"],
        is_exceeded=row["is_exceeded"],
        until=row["until"],
        source=_("%(document)s, clause %(clause)s", document=source, clause=row["clause"]),
        actual=await _actual(row["indicator"], place),
        indicator=row["indicator"],
    )


async def comparison_of(region: Region) -> list[tuple[str, str, int, int | None]]:
    """(name, kind of cell, the seven national bases, this region) for each published figure."""
    return [
        (_text(row), row["kind"], row["value"], await _actual(row["indicator"], region))
        for row in _data()["national_bases"]["rows"]
    ]


def comparison_source() -> str:
    """Where the national figures are from."""
    return _text(_data()["national_bases"]["source"])


def _text(row: dict[str, str]) -> str:
    return row["en" if i18n.current_locale() == "en" else "zh"]


async def _actual(code: str, region: Region) -> int | None:
    """The platform's own figure of this year or today, else what was reported last."""
    row = indicator(code)
    if row.is_reported:
        report = (await latest_reports(region)).get(code)
        return report.value if report else None
    return await measured(row.measure, Reader(Slice(region, period_of(PeriodName.YEAR))))
