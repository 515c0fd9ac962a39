"""Agreement of raters: Cohen's and Fleiss' kappa, Krippendorff's alpha."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import krippendorff
import numpy as np

from market.kit.i18n import gettext as _
from market.metrics.files import LabelFileInvalid

Weights = Literal["plain", "linear", "quadratic"]
Level = Literal["nominal", "ordinal", "interval"]
MISSING = "\x00missing"


class NotMeasurable(LabelFileInvalid):
    """The labels are well-formed, but this metric is not defined on them."""

    title = "The metric is not defined on these labels"


def in_order(labels: set[str]) -> list[str]:
    """The classes in their order: by number where all are numbers, else by name."""
    try:
        return sorted(labels, key=lambda label: (float(label), label))
    except ValueError:
        return sorted(labels)


def cohen_kappa(pairs: Sequence[tuple[str, str | None]], *, weights: Weights = "plain") -> float:
    """Agreement of two raters beyond chance (Cohen 1960; weighted 1968), -1 to 1.

    1 - Σ w·observed / Σ w·expected with w = 0 on the diagonal and 1, |i-j| or (i-j)² elsewhere, i and
    j the places of the classes in their order. A second rating that is None counts as the class
    furthest from the first. Raises NotMeasurable when chance alone would explain everything.
    """
    classes = in_order({label for pair in pairs for label in pair if label is not None})
    place = {label: at for at, label in enumerate(classes)}
    last = len(classes) - 1
    if weights == "plain" and any(second is None for _first, second in pairs):
        place[MISSING] = last + 1
    filled = [(place[one], _second(place, one, other, last)) for one, other in pairs]
    size = len(place)
    observed = np.zeros((size, size))
    for one, other in filled:
        observed[one, other] += 1
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / len(pairs)
    rows, columns = np.indices((size, size))
    power = {"plain": 0, "linear": 1, "quadratic": 2}[weights]
    distance = (rows != columns).astype(float) if power == 0 else np.abs(rows - columns) ** power
    chance = float((distance * expected).sum())
    if chance == 0:
        raise NotMeasurable(_("Kappa is not defined when every label is the same"))
    return 1 - float((distance * observed).sum()) / chance


def _second(place: Mapping[str, int], one: str, other: str | None, last: int) -> int:
    if other is not None:
        return place[other]
    if MISSING in place:
        return place[MISSING]
    return last if place[one] * 2 < last else 0


def fleiss_kappa(units: Sequence[Sequence[str]]) -> float:
    """Agreement of n raters beyond chance (Fleiss 1971), up to 1; every unit has n ratings, n ≥ 2."""
    sizes = {len(unit) for unit in units}
    if len(sizes) != 1 or min(sizes) < 2:
        raise NotMeasurable(
            _("Fleiss' kappa needs the same number of ratings, two or more, of every item")
        )
    (raters,) = sizes
    counts = [Counter(unit) for unit in units]
    within = [
        (sum(count * count for count in unit.values()) - raters) / (raters * (raters - 1))
        for unit in counts
    ]
    whole = sum(counts, Counter())
    chance = sum((count / (len(units) * raters)) ** 2 for count in whole.values())
    if len(whole) == 1:
        raise NotMeasurable(_("Kappa is not defined when every label is the same"))
    return (sum(within) / len(units) - chance) / (1 - chance)


def krippendorff_alpha(units: Sequence[Mapping[str, str]], *, level: Level) -> float:
    """Agreement of any number of raters with missing ratings (Krippendorff 2011), up to 1.

    Each unit maps raters to values. Nominal values may be words; ordinal ones are ordered by number
    where all are numbers, else by name; interval ones must be numbers.
    """
    values = {value for unit in units for value in unit.values()}
    pairable = {value for unit in units if len(unit) > 1 for value in unit.values()}
    if len(pairable) < 2:
        raise NotMeasurable(_("Alpha is not defined when every label is the same"))
    domain: list[Any] = in_order(values)
    if level == "interval":
        domain = sorted({_number(value) for value in values})
        codes = {value: _number(value) for value in values}
    else:
        codes = {value: float(at) for at, value in enumerate(domain)}
        domain = list(range(len(domain)))
    raters = sorted({rater for unit in units for rater in unit})
    table = [
        [codes[unit[rater]] if rater in unit else np.nan for unit in units] for rater in raters
    ]
    return float(
        krippendorff.alpha(
            reliability_data=np.array(table, dtype=float), value_domain=np.array(domain, dtype=float),
            level_of_measurement=level,
        )
    )  # fmt: skip


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise NotMeasurable(
            _("“%(value)s” is not a number; interval alpha needs numbers", value=value)
        )
    return number
