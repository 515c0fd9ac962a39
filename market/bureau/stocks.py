"""Measures of what there is today in a region: firms, people, bases, pools, cases."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from billing.models import VoucherProgramme
from billing.programmes import remaining_of, rule_of
from billing.states import ProgrammeStatus
from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bureau.periods import moments_of
from market.bureau.readers import Reader
from market.bureau.statistics import code_range
from market.certification.models import Certification
from market.certification.states import CertificationStatus
from market.datasets import dataset_totals
from market.directory.models import SupplierProfile
from market.fairs import meetings
from market.incidents import totals as incident_totals
from market.orders.models import Order
from market.risks.models import FlagCase
from market.risks.states import CaseStatus
from market.selection import views as selection
from market.tendering.models import Job
from market.training.models import TrainingRecord
from market.vocabulary.regions import Region


def organisations(kind: OrganisationKind, region: Region) -> Any:
    """The active ones of a kind in a region."""
    return Organisation.filter(
        kind=kind, status=OrganisationStatus.ACTIVE, region_code__range=code_range(region)
    )


async def _firms(reader: Reader) -> int:
    return int(await organisations(OrganisationKind.SUPPLIER, reader.region).count())


async def _new_firms(reader: Reader) -> int:
    begin, end = moments_of(reader.part.period)
    firms = organisations(OrganisationKind.SUPPLIER, reader.region)
    return int(await firms.filter(created_at__gte=begin, created_at__lt=end).count())


async def _parks(reader: Reader) -> int:
    return int(await organisations(OrganisationKind.BASE, reader.region).count())


async def _profiles(reader: Reader) -> list[dict[str, Any]]:
    async def read() -> list[dict[str, Any]]:
        return list(
            await SupplierProfile.filter(
                organisation__kind=OrganisationKind.SUPPLIER,
                organisation__status=OrganisationStatus.ACTIVE,
                organisation__region_code__range=code_range(reader.region),
            ).values("annotators", "levels", "revenue_fen")
        )

    found: list[dict[str, Any]] = await reader.once("profiles", read)
    return found


async def _annotators(reader: Reader) -> int:
    return sum(row["annotators"] for row in await _profiles(reader))


async def _level(reader: Reader, level: str) -> int:
    return sum(int(row["levels"].get(level, 0)) for row in await _profiles(reader))


async def _declared(reader: Reader) -> int:
    return sum(row["revenue_fen"] for row in await _profiles(reader))


async def _data_tb(reader: Reader) -> int:
    """Whole terabytes of the orders whose work was accepted in full."""
    sizes = await Order.filter(
        completed_at__isnull=False,
        supplier__region_code__range=code_range(reader.region),
        job__data_size_tb__isnull=False,
    ).values_list("job__data_size_tb", flat=True)
    return int(sum((Decimal(str(size)) for size in sizes), Decimal(0)))


async def _trained(reader: Reader) -> int:
    begin, end = moments_of(reader.part.period)
    rows = await TrainingRecord.filter(
        is_passed=True, taken_at__gte=begin, taken_at__lt=end,
        organisation__region_code__range=code_range(reader.region),
    ).values_list("talent_id", "person_id")  # fmt: skip
    return len({row for row in rows if any(row)})


async def _certified(reader: Reader) -> list[Certification]:
    async def read() -> list[Certification]:
        return await Certification.filter(
            status=CertificationStatus.CERTIFIED, region_code__range=code_range(reader.region)
        ).only("id", "base_id", "form")

    found: list[Certification] = await reader.once("certified", read)
    return found


async def _bases(reader: Reader) -> int:
    return len(await _certified(reader))


async def _base_area(reader: Reader) -> int:
    return sum(int(row.form.get("area") or 0) for row in await _certified(reader))


async def _base_invested(reader: Reader) -> int:
    return sum(int(row.form.get("invested_fen") or 0) for row in await _certified(reader))


Pool = tuple[VoucherProgramme, int, int]


async def open_programmes(region: Region) -> list[Pool]:
    """Budget and rest of each open programme; of several pools the smallest, for each of them binds."""
    found = []
    for programme in await VoucherProgramme.filter(
        status=ProgrammeStatus.OPEN, region_code__range=code_range(region)
    ):
        rule = rule_of(programme)
        if left := (await remaining_of(programme, rule)).values():
            found.append((programme, min(pool.fen for pool in rule.funding.pools), min(left)))
    return found


async def _pools(reader: Reader) -> list[Pool]:
    found: list[Pool] = await reader.once("pools", lambda: open_programmes(reader.region))
    return found


async def _voucher_issued(reader: Reader) -> int:
    return sum(limit for _programme, limit, _left in await _pools(reader))


async def _voucher_balance(reader: Reader) -> int:
    return sum(left for _programme, _limit, left in await _pools(reader))


async def _fairs(reader: Reader, name: str) -> int:
    found = await reader.once("fairs", lambda: meetings.totals(reader.region.prefix))
    return int(getattr(found, name))


async def _selected(reader: Reader, name: str) -> int:
    found = await reader.once("selection", lambda: selection.totals(reader.region.prefix))
    return int(getattr(found, name))


async def _datasets(reader: Reader, name: str) -> int:
    found = await reader.once("datasets", lambda: dataset_totals.totals(reader.region.prefix))
    return int(getattr(found, name))


async def _incidents(reader: Reader, name: str) -> int:
    found = await reader.once("incidents", lambda: incident_totals.totals(reader.region.prefix))
    return int(getattr(found, name))


async def _flags(reader: Reader) -> int:
    span = code_range(reader.region)
    return int(await FlagCase.filter(status=CaseStatus.OPEN, region_code__range=span).count())


async def _deid(reader: Reader) -> int:
    begin, end = moments_of(reader.part.period)
    return int(
        await Job.filter(
            region_code__range=code_range(reader.region), deid_proof_id__isnull=False,
            published_at__gte=begin, published_at__lt=end,
        ).count()
    )  # fmt: skip


FAMILIES: Mapping[str, Callable[[Reader, str], Awaitable[int | None]]] = {
    "level": _level,
    "fairs": _fairs,
    "selected": _selected,
    "datasets": _datasets,
    "incidents": _incidents,
}
SINGLE: Mapping[str, Callable[[Reader], Awaitable[int | None]]] = {
    "firms": _firms,
    "new_firms": _new_firms,
    "parks": _parks,
    "annotators": _annotators,
    "declared_revenue": _declared,
    "data_tb": _data_tb,
    "trained": _trained,
    "bases": _bases,
    "base_area": _base_area,
    "base_invested": _base_invested,
    "voucher_issued": _voucher_issued,
    "voucher_balance": _voucher_balance,
    "flags": _flags,
    "deid": _deid,
}
