"""The clocks of the steps, as dated data with their source (data/clocks.json)."""

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from market.incidents.states import IncidentKind, IncidentLevel, IncidentStep, OperatorClass


class Clock(BaseModel):
    """Within how many hours a step must be done, after what, towards whom, and who says so.

    `is_statutory` tells a figure of the law from one that this platform sets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: frozenset[IncidentKind]
    levels: frozenset[IncidentLevel]
    operators: frozenset[OperatorClass]
    step: IncidentStep
    hours: int
    after: Literal["discovered", "resolved"]
    valid_from: dt.date
    valid_until: dt.date | None = None
    is_statutory: bool
    to: str
    source: str


@cache
def all_clocks() -> tuple[Clock, ...]:
    """Every row of the data."""
    rows = json.loads((Path(__file__).parent / "data" / "clocks.json").read_text("utf-8"))
    return tuple(TypeAdapter(list[Clock]).validate_python(rows))


def clock_of(
    step: IncidentStep,
    kind: IncidentKind,
    level: IncidentLevel,
    operator: OperatorClass,
    on: dt.date,
) -> Clock | None:
    """The clock in force on a day; of several the shortest. None where nothing sets one."""
    found = [
        clock
        for clock in all_clocks()
        if clock.step == step
        and kind in clock.kinds
        and level in clock.levels
        and operator in clock.operators
        and clock.valid_from <= on
        and (clock.valid_until is None or on <= clock.valid_until)
    ]
    return min(found, key=lambda clock: clock.hours, default=None)
