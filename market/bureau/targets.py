"""Targets of the published plans and the national comparator, beside what the platform measures."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from tortoise.functions import Sum

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bureau import statistics
from market.bureau.models import FactKind, Side
from market.bureau.periods import PeriodName, period_of
from market.bureau.statistics import Slice, code_range
from market.directory.models import SupplierProfile
from market.kit import i18n
from market.kit.i18n import gettext as _
from market.orders.models import Order
from market.vocabulary import regions
from market.vocabulary.regions import Region


@dataclass(frozen=True, slots=True)
class Target:
    """One target of a plan: `actual` is None where the platform has no source for it."""

    region: Region
    name: str
    kind: str  # of the cell: money (fen), integer, percent (basis points)
    value: int
    is_exceeded: bool  # 超过: more than, not at least
    until: str
    source: str
    actual: int | None

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
        actual=await measure(row["indicator"], place),
    )


async def comparison_of(region: Region) -> list[tuple[str, str, int, int | None]]:
    """(name, kind of cell, the seven national bases, this region) for each published figure."""
    return [
        (_text(row), row["kind"], row["value"], await measure(row["indicator"], region))
        for row in _data()["national_bases"]["rows"]
    ]


def comparison_source() -> str:
    """Where the national figures are from."""
    return _text(_data()["national_bases"]["source"])


def _text(row: dict[str, str]) -> str:
    return row["en" if i18n.current_locale() == "en" else "zh"]


async def measure(indicator: str | None, region: Region) -> int | None:
    """The platform's own figure of an indicator in a region; None when it has none."""
    return await _MEASURES[indicator](region) if indicator else None


def _organisations(kind: OrganisationKind, region: Region) -> Any:
    return Organisation.filter(
        kind=kind, status=OrganisationStatus.ACTIVE, region_code__range=code_range(region)
    )


async def _firms(region: Region) -> int:
    return int(await _organisations(OrganisationKind.SUPPLIER, region).count())


async def _bases(region: Region) -> int:
    return int(await _organisations(OrganisationKind.BASE, region).count())


async def _annotators(region: Region) -> int:
    firms = _organisations(OrganisationKind.SUPPLIER, region).values("id")
    profiles = SupplierProfile.filter(organisation_id__in=[row["id"] for row in await firms])
    rows = await profiles.annotate(n=Sum("annotators")).values("n")
    return int(rows[0]["n"] or 0)


async def _data_tb(region: Region) -> int:
    """Whole terabytes of the orders whose work was accepted in full."""
    sizes = await Order.filter(
        completed_at__isnull=False,
        supplier__region_code__range=code_range(region),
        job__data_size_tb__isnull=False,
    ).values_list("job__data_size_tb", flat=True)
    return int(sum((Decimal(str(size)) for size in sizes), Decimal(0)))


async def _contracted(region: Region, side: Side) -> int:
    part = Slice(region, period_of(PeriodName.YEAR), side)
    volume = statistics.total_of((await statistics.volume_by(part, "month")).values())
    return volume[FactKind.CONTRACTED].amount_fen


async def _traded_fen(region: Region) -> int:
    return await _contracted(region, Side.DEMAND)


async def _supplied_fen(region: Region) -> int:
    return await _contracted(region, Side.SUPPLY)


_MEASURES: dict[str, Callable[[Region], Awaitable[int]]] = {
    "firms": _firms,
    "bases": _bases,
    "annotators": _annotators,
    "data_tb": _data_tb,
    "traded_fen": _traded_fen,
    "supplied_fen": _supplied_fen,
}
