"""What is filled in to report an incident, to finish a step, and to grade it anew."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from market.incidents.states import IncidentKind, IncidentLevel, IncidentStep, OperatorClass
from market.kit.forms import LocalDateTime


def _numbers(value: object) -> object:
    """What people type into one field, between commas of either kind, or a program's list."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return value
    return [found for part in parts for found in re.split(r"[,，、\s]+", part) if found]


class IncidentInput(BaseModel):
    """What happened; `contracts` are numbers of contracts it touches."""

    title: str = Field(min_length=4, max_length=120)
    kind: IncidentKind
    level: IncidentLevel
    operator_class: OperatorClass = OperatorClass.OTHER
    discovered_at: LocalDateTime
    description: str = Field(min_length=10, max_length=5000)
    contracts: Annotated[list[str], BeforeValidator(_numbers), Field(max_length=20)] = []


class StepInput(BaseModel):
    """A step that is done, and what was done."""

    step: IncidentStep
    note: str = Field(min_length=5, max_length=2000)


class GradeInput(BaseModel):
    """Another level, with the reason."""

    level: IncidentLevel
    reason: str = Field(min_length=5, max_length=500)
