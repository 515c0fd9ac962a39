"""Facts of deals for tests, recorded as the outbox handlers record them."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

from market.bureau.facts import record_fact
from market.bureau.models import FactKind, TradeFact
from market.kit import clock
from market.kit.db import month_of


def build_fact(
    *,
    kind: str = "contracted",
    at: dt.datetime | None = None,
    region_code: str = "370100",
    supplier_region_code: str = "140200",
    unit_price: str = "80.0000",
    **values: Any,
) -> TradeFact:
    """A fact not yet stored, of a hospital's contract of 3000 cases unless told otherwise."""
    at = at or clock.now()
    return TradeFact(
        **{
            "kind": FactKind(kind),
            "source_id": uuid4(),
            "occurred_at": at,
            "month": month_of(at),
            "region_code": region_code,
            "supplier_region_code": supplier_region_code,
            "industry": "healthcare",
            "modality": "medical_image",
            "task_type": "lesion_segmentation",
            "unit": "例",
            "quantity": Decimal(3000),
            "unit_price": Decimal(unit_price),
            "amount_fen": 24_000_000,
            **values,
        }
    )


async def make_fact(**values: Any) -> TradeFact:
    """A fact stored and counted."""
    fact = build_fact(**values)
    assert await record_fact(fact)
    return fact
