"""Unit prices of contracts for tests, kept and counted as the outbox handler does."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

from market.prices.models import PriceObservation
from market.prices.observations import count


def build_price(unit_price: str, *, month: str = "2026-10", **values: Any) -> PriceObservation:
    """A contract's price not yet stored: 3000 cases of a hospital in Jinan unless told otherwise."""
    return PriceObservation(
        **{
            "contract_id": uuid4(),
            "number": "C-2026-000001",
            "signed_at": dt.datetime(int(month[:4]), int(month[5:]), 5, tzinfo=dt.UTC),
            "month": month,
            "task_type": "lesion_segmentation",
            "unit": "例",
            "region_code": "370100",
            "unit_price": Decimal(unit_price),
            "quantity": Decimal(3000),
            "quality_bp": 9000,
            "days": 60,
            **values,
        }
    )


async def make_prices(*prices: str, **values: Any) -> None:
    """Contracts at these prices, stored, their cells renewed."""
    for price in prices:
        row = build_price(price, **values)
        await row.save(force_create=True)
        await count(row)
