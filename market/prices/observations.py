"""The unit price of each contract that comes into force, kept with its cells of the index."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery

from market.accounts.oversight import codes_within
from market.kit.db import atomic, month_of
from market.kit.outbox import Message
from market.orders.change_models import ContractVersion
from market.orders.models import Contract
from market.prices.models import PriceCell, PriceObservation
from market.prices.spreads import spread_of, yardstick_of
from market.vocabulary import regions
from market.vocabulary.annotation import TASK_TYPES
from market.vocabulary.regions import COUNTRY_CODE, Region

BATCH = 200


def areas_around(code: str) -> list[Region]:
    """The region of a code and those above it up to the country."""
    found = regions.region(code) or Region(code, code)
    above = regions.parent_of(found.code)
    if above is None:
        country = regions.region(COUNTRY_CODE)
        assert country is not None
        return [found] if found.code == COUNTRY_CODE else [found, country]
    return [found, *areas_around(above.code)]


def observation_of(contract: Contract, first: ContractVersion) -> PriceObservation:
    """What the first version of a contract says of its work; the task is "" where it names none."""
    line, tasks = first.terms["lines"][0], first.terms["object"]["tasks"]
    term = TASK_TYPES.exact(tasks[0]) if tasks else None
    assert contract.activated_at is not None, "a contract in force has its moment"
    return PriceObservation(
        contract_id=contract.id, number=contract.number, signed_at=contract.activated_at,
        month=month_of(contract.activated_at), task_type=term.code if term else "".join(tasks[:1]),
        unit=line["unit"], region_code=contract.job.region_code,
        unit_price=Decimal(line["unit_price"]),
        quantity=Decimal(line["quantity"]), quality_bp=_quality(first.terms["quality"]),
        days=_days(first.terms["delivery"], contract.activated_at),
    )  # fmt: skip


def _quality(thresholds: Sequence[dict[str, Any]]) -> int | None:
    """The highest floor agreed, as basis points of 1; ceilings (error rates) are left out."""
    floors = [Decimal(one["value"]) for one in thresholds if one["bound"] == "不低于"]
    shares = [int(floor * 10000) for floor in floors if 0 < floor <= 1]
    return max(shares, default=None)


def _days(delivery: dict[str, Any], signed_at: dt.datetime) -> int | None:
    if delivery["days"]:
        return int(delivery["days"])
    if not delivery["deadline"]:
        return None
    return max((dt.date.fromisoformat(delivery["deadline"]) - signed_at.date()).days, 1)


@atomic()
async def observe(contract_id: UUID) -> bool:
    """Keep the unit price of a contract in force and count it; False when it is kept already.

    Cells are locked from the district up before they are read, so that none of two contracts of one
    moment is left out.
    """
    if await PriceObservation.exists(contract_id=contract_id):
        return False
    contract = await Contract.get(id=contract_id).select_related("job")
    first = await ContractVersion.get(contract_id=contract_id, number=1)
    seen = observation_of(contract, first)
    await seen.save(force_create=True)
    if seen.task_type and seen.unit_price > 0:
        await count(seen)
    return True


async def count(seen: PriceObservation) -> None:
    """Renew the cells of an observation's month: its region and every one above."""
    key = {"month": seen.month, "task_type": seen.task_type, "unit": seen.unit}
    areas = areas_around(seen.region_code)
    await PriceCell.bulk_create(
        [PriceCell(region_code=area.code, **key) for area in areas], ignore_conflicts=True
    )
    for area in areas:
        cell = await PriceCell.select_for_update().get(region_code=area.code, **key)
        rows = PriceObservation.filter(region_code__range=codes_within(area.prefix), **key)
        prices: Any = await rows.values_list("unit_price", flat=True)
        ordered = sorted(prices)
        found = spread_of(ordered)
        cell.n, cell.p10, cell.median, cell.p90 = found.n, found.p10, found.median, found.p90
        cell.outliers = yardstick_of(ordered).outliers(ordered)
        await cell.save()


async def observe_contract(message: Message) -> None:
    """contract.activated: keep its unit price; a second time changes nothing."""
    await observe(UUID(message.payload["contract"]))


async def observe_missing() -> int:
    """Keep the prices of contracts signed before prices were watched, a batch at a time."""
    known = PriceObservation.all().values("contract_id")
    rows = Contract.exclude(activated_at=None).exclude(id__in=Subquery(known)).order_by("id")
    found: Any = await rows.limit(BATCH).values_list("id", flat=True)
    return sum([await observe(key) for key in found])
