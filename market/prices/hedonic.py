"""The quality-adjusted index: least squares of log prices on month, province, quality, volume and urgency."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.prices.models import PriceObservation
from market.prices.spreads import MINIMUM

FEWEST = 30
PER_PARAMETER = 3
MOST = 20_000
_DEPENDENT = 1e-9


@dataclass(frozen=True, slots=True)
class AdjustedMonth:
    """A month's index (basis points, 10,000 in the first month), its standard error, its contracts."""

    month: str
    index_bp: int
    error_bp: int
    n: int


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The index, over how many contracts, and which characteristics were held equal."""

    months: Sequence[AdjustedMonth]
    n: int
    controls: Sequence[str]


class Priced(NamedTuple):
    """What the index reads of a contract."""

    month: str
    unit_price: Decimal
    region_code: str
    quality_bp: int | None
    quantity: Decimal
    days: int | None


def adjusted_index(rows: Sequence[PriceObservation | Priced]) -> Adjusted | None:
    """The time-dummy index of one task and unit; None while the data do not carry it.

    ln(price) on a dummy for each month after the first, and as far as they vary: a dummy for each
    province with five contracts, quality floor, ln(volume), ln(days to deliver). Months below five
    contracts are left out. At least 30 contracts and three for each parameter are asked for, two
    months, and that no characteristic is told apart from a month by nothing (full rank).
    """
    months = Counter(row.month for row in rows)
    rows = [row for row in rows if months[row.month] >= MINIMUM]
    names = sorted({row.month for row in rows})
    if len(names) < 2 or len(rows) < FEWEST:
        return None
    controls = _controls(rows)
    if len(rows) < PER_PARAMETER * (len(names) + len(controls)):
        return None
    which = np.array([row.month for row in rows])[:, None] == np.array(names[1:])
    design = np.column_stack([np.ones(len(rows)), which, *controls.values()])
    fitted = _fit(design, np.array([math.log(row.unit_price) for row in rows]))
    if fitted is None:
        return None
    effects, errors = fitted
    found = [AdjustedMonth(names[0], 10_000, 0, months[names[0]])]
    for position, name in enumerate(names[1:], 1):
        index = math.exp(effects[position]) * 10_000
        error = index * errors[position]
        found.append(AdjustedMonth(name, round(index), round(error), months[name]))
    return Adjusted(found, len(rows), sorted({name.partition(":")[0] for name in controls}))


def _controls(
    rows: Sequence[PriceObservation | Priced],
) -> dict[str, NDArray[np.float64]]:
    """The characteristics that vary, each centred; an unstated one counts as the mean of the stated."""
    found = {
        "quality": [None if row.quality_bp is None else row.quality_bp / 10_000 for row in rows],
        "volume": [math.log(row.quantity) if row.quantity > 0 else None for row in rows],
        "urgency": [math.log(row.days) if row.days else None for row in rows],
    }
    columns = {name: _centred(values) for name, values in found.items()}
    where = np.array([row.region_code[:2] for row in rows])
    provinces = Counter(where.tolist())
    _base, *others = sorted(provinces, key=lambda code: (-provinces[code], code)) or [""]
    for code in sorted(code for code in others if provinces[code] >= MINIMUM):
        columns[f"region:{code}"] = (where == code).astype(np.float64)
    return {name: column for name, column in columns.items() if np.ptp(column) > _DEPENDENT}


def _centred(values: Sequence[float | None]) -> NDArray[np.float64]:
    stated = [value for value in values if value is not None]
    mean = math.fsum(stated) / len(stated) if stated else 0.0
    return np.array([0.0 if value is None else value - mean for value in values])


def _fit(
    design: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Coefficients and their standard errors; None when a column is a sum of others."""
    count, width = design.shape
    effects, _squares, rank, _values = np.linalg.lstsq(design, values)
    if rank < width:
        return None
    residual = values - design @ effects
    variance = float(residual @ residual) / (count - width)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    return np.asarray(effects, np.float64), np.asarray(errors, np.float64)
