"""Figures of the incidents of a region, for the bureau's pages: `totals(region_prefix)`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from market.accounts.oversight import codes_within
from market.incidents.models import Incident, IncidentStepRow
from market.incidents.states import IncidentLevel, IncidentStatus
from market.kit import clock


@dataclass(frozen=True, slots=True)
class IncidentTotals:
    """How many there are in all, not yet resolved, with a step overdue now, and of each level."""

    all: int
    open: int
    overdue: int
    by_level: Mapping[IncidentLevel, int]


async def totals(region_prefix: str) -> IncidentTotals:
    """The figures of a region (a prefix of its code, "" the country), by the reporter's region."""
    span = codes_within(region_prefix)
    rows = await Incident.filter(region_code__range=span).values_list("status", "level")
    late = await IncidentStepRow.filter(
        incident__region_code__range=span, done_at=None, due_at__lte=clock.now()
    ).values_list("incident_id", flat=True)
    levels = Counter(level for _status, level in rows)
    return IncidentTotals(
        all=len(rows),
        open=sum(status == IncidentStatus.OPEN for status, _level in rows),
        overdue=len(set(late)),
        by_level={level: levels[level] for level in IncidentLevel},
    )
