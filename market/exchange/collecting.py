"""The clock task that keeps our own records current: verified organisations, registrations, statistics."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tortoise.functions import Count, Sum

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bureau.models import FactKind, TradeFact
from market.exchange.records import SERIES, write
from market.exchange.schemas import (
    OrganisationRecord,
    RegistrationRecord,
    Shape,
    StatisticsRecord,
)
from market.exchange.states import Collection, PushResult
from market.kit import clock
from market.kit.db import atomic, month_of
from market.kit.numbers import next_value
from market.registration.models import Registration

EXCHANGED = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)
BATCH = 500
MONTHS = 3  # how far back figures may still move


async def collect() -> int:
    """Bring the records of this platform up to date; returns how many got a new version.

    What did not change keeps its version, so running it again changes nothing.
    """
    changed = await _keep(Collection.ORGANISATIONS, await _organisations())
    changed += await _keep(Collection.REGISTRATIONS, await _registrations())
    return changed + await _keep(Collection.STATISTICS, await _statistics())


async def _keep(collection: Collection, shapes: list[Shape]) -> int:
    return sum(
        [
            await _keep_some(collection, shapes[start : start + BATCH])
            for start in range(0, len(shapes), BATCH)
        ]
    )


@atomic()
async def _keep_some(collection: Collection, shapes: Iterable[Shape]) -> int:
    await next_value(SERIES)
    outcomes = [
        await write(collection, shape, origin_id=None, base_version=None) for shape in shapes
    ]
    return sum(one.result in (PushResult.CREATED, PushResult.UPDATED) for one in outcomes)


def _trusted(shape: type[Shape], **values: Any) -> Shape:
    """A record of our own rows: checked when they were written, whatever the rules are by now."""
    return shape.model_construct(**values)


async def _organisations() -> list[Shape]:
    rows = Organisation.filter(status__in=EXCHANGED, uscc__isnull=False).order_by("id")
    return [
        _trusted(
            OrganisationRecord,
            uscc=row.uscc, name=row.name, kind=row.kind.value, org_type=row.org_type,
            region_code=row.region_code, status=row.status.value,
        )
        for row in await rows
    ]  # fmt: skip


async def _registrations() -> list[Shape]:
    rows = Registration.all().order_by("id").select_related("contract__buyer", "supplier")
    return [
        _trusted(
            RegistrationRecord,
            number=row.number, buyer_uscc=row.contract.buyer.uscc, supplier_uscc=row.supplier.uscc,
            region_code=row.contract.buyer.region_code, total_fen=row.content["amount_fen"],
            issued_on=clock.in_china(row.issued_at).date().isoformat(), digest=row.digest,
        )
        for row in await rows
        if row.contract.buyer.uscc and row.supplier.uscc
    ]  # fmt: skip


async def _statistics() -> list[Shape]:
    """Deals by the buyer's region of the last months, published by the operator under its code."""
    operator = await Organisation.filter(kind=OrganisationKind.OPERATOR, uscc__isnull=False).first()
    if operator is None:
        return []
    since = month_of(clock.now() - dt.timedelta(days=31 * (MONTHS - 1)))
    sums = TradeFact.filter(month__gte=since).annotate(deals=Count("id"), total=Sum("amount_fen"))
    cells = await sums.group_by("region_code", "month", "kind").values(
        "region_code", "month", "kind", "deals", "total"
    )
    return [
        _trusted(
            StatisticsRecord,
            publisher_uscc=operator.uscc, region_code=cell["region_code"], month=cell["month"],
            kind=FactKind(cell["kind"]).value, deals=cell["deals"], amount_fen=int(cell["total"]),
        )
        for cell in sorted(cells, key=lambda c: (c["region_code"], c["month"], str(c["kind"])))
    ]  # fmt: skip
