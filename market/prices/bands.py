"""Price bands of the trade at large, for tasks of which this platform knows neither a deal nor a quote."""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from market.vocabulary.annotation import TASK_TYPES

DATA = Path(__file__).parent / "data" / "bands.json"


@dataclass(frozen=True, slots=True)
class Band:
    """The lowest and highest price of a unit heard of, yuan: low confidence, no statistic."""

    low: Decimal
    high: Decimal


@cache
def _bands() -> dict[tuple[str, str], Band]:
    rows = json.loads(DATA.read_text("utf-8"))["bands"]
    return {(r["task"], r["unit"]): Band(Decimal(r["low"]), Decimal(r["high"])) for r in rows}


def band_of(task: str, unit: str) -> Band | None:
    """The band of a task, by any of its names, in exactly this unit."""
    term = TASK_TYPES.exact(task)
    return _bands().get((term.code, unit)) if term else None
