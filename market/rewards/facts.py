"""What the platform knows of organisations in a year, in few queries for many of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise.functions import Count, Sum
from tortoise.queryset import QuerySet

from billing.models import Settlement
from market.accounts.models import Organisation
from market.datasets.dataset_models import DatasetRating
from market.datasets.dataset_states import RatingStatus
from market.directory.models import SupplierProfile, Talent
from market.kit import clock
from market.registration.models import Filing, Registration
from market.registration.states import DealSide, FilingStatus
from market.rewards.eligibility import Facts

Sums = dict[UUID, int]


def year_span(year: int) -> tuple[dt.datetime, dt.datetime]:
    """The moments between which a Chinese calendar year lies, the last excluded."""
    first = dt.date(year, 1, 1)
    return clock.start_of_day(first), clock.start_of_day(first.replace(year=year + 1))


def settlements_in(ids: Sequence[UUID], year: int) -> QuerySet[Settlement]:
    """The releases to suppliers within a year."""
    start, end = year_span(year)
    return Settlement.filter(supplier_id__in=ids, settled_at__gte=start, settled_at__lt=end)


def filings_in(ids: Sequence[UUID], year: int) -> QuerySet[Filing]:
    """Deals made elsewhere as suppliers, signed within a year and accepted by the bureau."""
    return Filing.filter(
        filer_id__in=ids, side=DealSide.SUPPLIER, status=FilingStatus.ACCEPTED,
        signed_on__gte=dt.date(year, 1, 1), signed_on__lte=dt.date(year, 12, 31),
    )  # fmt: skip


def registrations_in(ids: Sequence[UUID], year: int) -> QuerySet[Registration]:
    """Certificates of suppliers' contracts issued within a year."""
    start, end = year_span(year)
    return Registration.filter(supplier_id__in=ids, issued_at__gte=start, issued_at__lt=end)


def ratings_in(ids: Sequence[UUID], year: int) -> QuerySet[DatasetRating]:
    """Ratings of the organisations' datasets that were published as passed within a year."""
    start, end = year_span(year)
    return DatasetRating.filter(
        dataset__owner_id__in=ids, status=RatingStatus.PUBLISHED, is_passed=True,
        published_at__gte=start, published_at__lt=end,
    )  # fmt: skip


async def facts_of(organisations: Sequence[Organisation], year: int) -> dict[UUID, Facts]:
    """The facts of each organisation; turnover is what was settled here plus accepted filings.

    A dataset not rated here may have been rated elsewhere: that fact is missing, not false.
    """
    ids = [row.id for row in organisations]
    settled = await _sums(settlements_in(ids, year), "supplier_id", "gross_fen")
    filed = await _sums(filings_in(ids, year), "filer_id", "amount_fen")
    sales = await _last_month_sales(ids, year)
    people = await _talents(ids)
    registered: defaultdict[UUID, list[Registration]] = defaultdict(list)
    for row in await registrations_in(ids, year):
        registered[row.supplier_id].append(row)
    rated = {row.dataset.owner_id for row in await ratings_in(ids, year).select_related("dataset")}
    profiles = {
        row.organisation_id: row for row in await SupplierProfile.filter(organisation_id__in=ids)
    }
    return {
        one.id: Facts(
            proved={
                "turnover_fen": settled.get(one.id, 0) + filed.get(one.id, 0),
                "annotators": people.get(one.id, 0),
                "month_sales_fen": sales.get(one.id, 0),
                "first_registration": any(row.is_first for row in registered[one.id]),
                "has_certificate": bool(registered[one.id]),
                "registered_fen": sum(row.content["amount_fen"] for row in registered[one.id]),
                **({"rated_dataset": True} if one.id in rated else {}),
            },
            declared=_declared(profiles.get(one.id)),
        )
        for one in organisations
    }  # fmt: skip


def _declared(profile: SupplierProfile | None) -> dict[str, int]:
    """The figures of a profile; one that is 0 was not filled in."""
    if profile is None:
        return {}
    figures = {
        "turnover_fen": profile.revenue_fen, "annotators": profile.annotators,
        "storage_gb": int(Decimal(profile.storage_tb) * 1000),
    }  # fmt: skip
    return {name: value for name, value in figures.items() if value}


async def _sums(rows: QuerySet[Any], owner: str, field: str) -> Sums:
    found = await rows.annotate(total=Sum(field)).group_by(owner).values(owner, "total")
    return {row[owner]: int(row["total"]) for row in found}


async def _talents(ids: Sequence[UUID]) -> Sums:
    rows = Talent.filter(organisation_id__in=ids).annotate(n=Count("id"))
    found = await rows.group_by("organisation_id").values("organisation_id", "n")
    return {row["organisation_id"]: int(row["n"]) for row in found}


async def _last_month_sales(ids: Sequence[UUID], year: int) -> Sums:
    """Settled net of VAT in the last complete month of the year."""
    today = clock.today()
    first = today.replace(day=1) if today.year == year else dt.date(year + 1, 1, 1)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    rows = Settlement.filter(
        supplier_id__in=ids, settled_at__gte=clock.start_of_day(before),
        settled_at__lt=clock.start_of_day(first),
    )  # fmt: skip
    gross, vat = (
        await _sums(rows, "supplier_id", "gross_fen"),
        await _sums(rows, "supplier_id", "vat_fen"),
    )
    return {key: amount - vat[key] for key, amount in gross.items()}
