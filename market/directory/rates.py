"""What a supplier charges and how much it delivers a day: price bands and capacities."""

from collections.abc import Sequence
from typing import Any

from market.accounts.permissions import require
from market.directory.announcements import announce
from market.directory.forms import CapacityInput, PriceInput
from market.directory.models import CapabilityPrice, DailyCapacity, SupplierProfile
from market.kit import audit
from market.kit.actor import Actor
from market.kit.db import atomic, lock

EDITORS = ("sales", "project")


async def replace_prices(profile: SupplierProfile, rows: Sequence[PriceInput]) -> None:
    """Write the price bands, in their order, in place of the ones there are."""
    await CapabilityPrice.filter(profile=profile).delete()
    await CapabilityPrice.bulk_create(
        CapabilityPrice(profile=profile, **row.model_dump()) for row in rows
    )


async def replace_capacities(profile: SupplierProfile, rows: Sequence[CapacityInput]) -> None:
    """Write the daily capacities, in their order, in place of the ones there are."""
    await DailyCapacity.filter(profile=profile).delete()
    await DailyCapacity.bulk_create(DailyCapacity(profile=profile, **_columns(row)) for row in rows)


def _columns(row: CapacityInput) -> dict[str, Any]:
    return {"unit": row.unit, "quantity": row.quantity}


@atomic()
async def set_prices(
    profile: SupplierProfile, rows: Sequence[PriceInput], *, by: Actor
) -> SupplierProfile:
    """Replace every price band (yuan per unit, four decimals); owner, sales and project may."""
    require(by, *EDITORS, verified=False)
    profile = await lock(profile)
    await replace_prices(profile, rows)
    return await _record(profile, "prices:set", by, {"rows": len(rows)})


@atomic()
async def set_capacities(
    profile: SupplierProfile, rows: Sequence[CapacityInput], *, by: Actor
) -> SupplierProfile:
    """Replace every daily capacity; owner, sales and project may."""
    require(by, *EDITORS, verified=False)
    profile = await lock(profile)
    await replace_capacities(profile, rows)
    return await _record(profile, "capacities:set", by, {"rows": len(rows)})


@atomic()
async def save_price(
    profile: SupplierProfile, row: PriceInput, *, price: CapabilityPrice | None = None, by: Actor
) -> CapabilityPrice:
    """Add a price band, or change the given one (yuan per unit, four decimals)."""
    require(by, *EDITORS, verified=False)
    profile = await lock(profile)
    price = await lock(price) if price else CapabilityPrice(profile=profile)
    await price.update_from_dict(row.model_dump()).save()
    await _record(profile, "price:save", by, row.model_dump(mode="json"))
    return price


@atomic()
async def save_capacity(
    profile: SupplierProfile, row: CapacityInput, *, capacity: DailyCapacity | None = None,
    by: Actor,
) -> DailyCapacity:  # fmt: skip
    """Add a daily capacity, or change the given one."""
    require(by, *EDITORS, verified=False)
    profile = await lock(profile)
    capacity = await lock(capacity) if capacity else DailyCapacity(profile=profile)
    await capacity.update_from_dict(_columns(row)).save()
    await _record(profile, "capacity:save", by, row.model_dump(mode="json"))
    return capacity


@atomic()
async def remove_row(
    profile: SupplierProfile, row: CapabilityPrice | DailyCapacity, *, by: Actor
) -> None:
    """Take out a price band or a daily capacity of the profile; twice is once."""
    require(by, *EDITORS, verified=False)
    profile = await lock(profile)
    gone = await type(row).filter(id=row.id, profile=profile).delete()
    if gone:
        await _record(profile, f"{type(row).__name__}:remove", by, {"id": str(row.id)})


async def _record(
    profile: SupplierProfile, action: str, by: Actor, after: dict[str, Any]
) -> SupplierProfile:
    await audit.record(profile, action, by=by, after=after)
    await announce(profile)
    return profile
