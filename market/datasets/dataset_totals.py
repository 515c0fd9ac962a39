"""Offered datasets in figures: for the bureau's statistics."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from market.datasets.dataset_models import Dataset
from market.datasets.dataset_states import DatasetStatus, Grade


@dataclass(frozen=True, slots=True)
class Totals:
    """Listed datasets of a region; `high_quality` are those whose last rating passed (高质量数据集)."""

    listed: int = 0
    high_quality: int = 0
    by_type: Mapping[str, int] = field(default_factory=dict)
    by_grade: Mapping[str, int] = field(default_factory=dict)
    by_type_and_grade: Mapping[tuple[str, str], int] = field(default_factory=dict)
    by_mode: Mapping[str, int] = field(default_factory=dict)
    by_industry: Mapping[str, int] = field(default_factory=dict)
    models: int = 0


async def totals(region_prefix: str = "") -> Totals:
    """Counts of what is listed today in a region (code prefix); models are counted once by name."""
    rows = await Dataset.filter(
        status=DatasetStatus.LISTED, region_code__startswith=region_prefix
    ).values_list("dataset_type", "grade", "supply_mode", "industry", "models")
    grades = Counter(Grade(grade).value for _t, grade, _m, _i, _n in rows)
    return Totals(
        listed=len(rows),
        high_quality=grades[Grade.PASSED.value],
        by_type=dict(Counter(kind for kind, _g, _m, _i, _n in rows)),
        by_grade=dict(grades),
        by_type_and_grade=dict(Counter((kind, Grade(g).value) for kind, g, _m, _i, _n in rows)),
        by_mode=dict(Counter(mode for _t, _g, mode, _i, _n in rows)),
        by_industry=dict(Counter(industry for _t, _g, _m, industry, _n in rows)),
        models=len({name for *_rest, names in rows for name in names}),
    )
