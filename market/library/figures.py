"""What the library says of firms: counted here from contracts, orders and talents; reported by the firm."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tortoise.functions import Count, Sum
from tortoise.queryset import QuerySet

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.directory.access import badged
from market.directory.models import SupplierProfile, Talent
from market.kit import clock
from market.library.classes import SIZES, TIERS, size_of, tier_of
from market.library.models import FirmReport
from market.orders.models import Contract, Order
from market.orders.states import ContractStatus, OrderStatus

YEAR = dt.timedelta(days=365)
MADE = (ContractStatus.ACTIVE, ContractStatus.TERMINATED)


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm of the library; amounts in fen, `report` its newest own figures or none."""

    organisation: Organisation
    contracted_fen: int
    contracts: int
    completed: int
    talents: int
    modalities: list[str]
    report: FirmReport | None
    badge_until: dt.date | None = None

    @property
    def tier(self) -> str:
        """By what was contracted here."""
        return tier_of(self.contracted_fen)

    @property
    def size(self) -> str:
        """By the firm's own report; empty without one."""
        return size_of(self.report.staff, self.report.revenue_fen) if self.report else ""


def firms(prefix: str = "") -> QuerySet[Organisation]:
    """Every verified annotation firm of a region (code prefix)."""
    return Organisation.filter(
        kind=OrganisationKind.SUPPLIER, status=OrganisationStatus.ACTIVE,
        region_code__startswith=prefix,
    ).order_by("-id")  # fmt: skip


async def contracted(ids: Iterable[UUID] | None = None) -> dict[UUID, tuple[int, int]]:
    """Of each supplier the contracts of the last 365 days: their value in fen, and how many."""
    rows = Contract.filter(status__in=MADE, activated_at__gte=clock.now() - YEAR)
    rows = rows if ids is None else rows.filter(supplier_id__in=list(ids))
    found = (
        await rows.annotate(fen=Sum("total_fen"), n=Count("id"))
        .group_by("supplier_id")
        .values_list("supplier_id", "fen", "n")
    )
    return {UUID(str(key)): (int(fen), int(n)) for key, fen, n in found}


async def described(rows: Iterable[Organisation]) -> list[Firm]:
    """The firms with their figures, in a fixed number of queries."""
    found = list(rows)
    ids = [row.id for row in found]
    traded = await contracted(ids)
    done = await _counted(
        Order.filter(supplier_id__in=ids, status=OrderStatus.COMPLETED), "supplier_id"
    )
    people = await _counted(Talent.filter(organisation_id__in=ids), "organisation_id")
    profiles = await SupplierProfile.filter(organisation_id__in=ids)
    shown = {profile.organisation_id: profile.modalities for profile in profiles}
    reports = await newest_reports(ids)
    badges = await badged(ids)
    return [
        Firm(
            row, *traded.get(row.id, (0, 0)), done.get(row.id, 0), people.get(row.id, 0),
            shown.get(row.id, []), reports.get(row.id), badges.get(row.id),
        )
        for row in found
    ]  # fmt: skip


async def _counted(query: QuerySet[Any], key: str) -> dict[UUID, int]:
    rows = await query.annotate(n=Count("id")).group_by(key).values_list(key, "n")
    return {UUID(str(owner)): int(n) for owner, n in rows}


async def newest_reports(
    ids: Iterable[UUID] | None = None, *, prefix: str = ""
) -> dict[UUID, FirmReport]:
    """The latest year each verified firm reported; of these firms, or of a region (code prefix)."""
    reports = FirmReport.filter(
        organisation__status=OrganisationStatus.ACTIVE,
        organisation__region_code__startswith=prefix,
    ).order_by("year")
    reports = reports if ids is None else reports.filter(organisation_id__in=list(ids))
    return {report.organisation_id: report for report in await reports}


async def figures_of(organisation: Organisation) -> dict[str, Any]:
    """What the library says of one organisation now, as JSON: for those who decide about it."""
    (firm,) = await described([organisation])
    reported = {
        name: str(getattr(firm.report, name))
        for name in ("year", "revenue_fen", "staff", "annotators", "data_tb")
    } if firm.report else {}  # fmt: skip
    return {
        "contracted_fen": firm.contracted_fen, "contracts": firm.contracts,
        "completed": firm.completed, "tier": firm.tier, "size": firm.size, "reported": reported,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """The library in figures; what is reported by the firms is the sum of their newest reports."""

    firms: int = 0
    new_this_year: int = 0
    benchmark: int = 0
    by_tier: Mapping[str, int] = field(default_factory=dict)
    by_size: Mapping[str, int] = field(default_factory=dict)
    reporting: int = 0
    reported_staff: int = 0
    reported_annotators: int = 0
    reported_revenue_fen: int = 0


async def totals(region_prefix: str = "") -> Totals:
    """Firms of a region (code prefix) by tier and size, with the sums they report."""
    rows = await firms(region_prefix).values_list("id", "verified_at")
    ids = {UUID(str(key)) for key, _at in rows}
    traded, badges = await contracted(), await badged()
    reports = await newest_reports(prefix=region_prefix)
    year = clock.today().year
    tiers = Counter(tier_of(traded.get(key, (0, 0))[0]) for key in ids)
    sizes = Counter(size_of(one.staff, one.revenue_fen) for one in reports.values())
    return Totals(
        firms=len(ids),
        new_this_year=sum(at is not None and clock.in_china(at).year == year for _key, at in rows),
        benchmark=len(ids & badges.keys()),
        by_tier={code: tiers[code] for code in TIERS},
        by_size={code: sizes[code] for code in SIZES},
        reporting=len(reports),
        reported_staff=sum(one.staff for one in reports.values()),
        reported_annotators=sum(one.annotators for one in reports.values()),
        reported_revenue_fen=sum(one.revenue_fen for one in reports.values()),
    )
