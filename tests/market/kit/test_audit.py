"""The audit log: what an entry keeps of the values a verb passes."""

import datetime as dt
import json
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from market.accounts.models import Organisation
from market.kit import audit
from market.kit.actor import Actor


class Colour(StrEnum):
    """A status."""

    RED = "red"


AT = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "values",
    [
        {"status": Colour.RED, "count": 3, "is_open": True, "note": None, "name": "医院"},
        {"paid_at": AT, "day": AT.date(), "price": Decimal("1.5000"), "order": UUID(int=7)},
        {"z": 1, "lines": ({"b": Decimal(2), "a": [Colour.RED]},), "share": 0.5},
        {},
    ],
)
async def test_an_entry_keeps_what_its_canonical_text_says(
    values: dict[str, Any], rollback: None
) -> None:
    subject = Organisation(number="ORG-1", name="甲")
    await audit.record(subject, "changed", by=Actor.system("test"), before=None, after=values)
    (entry,) = await audit.history(subject)
    read = json.loads(audit.canonical(values))
    assert (entry.before, entry.after) == (None, read)
    assert entry.subject_label == "ORG-1"
