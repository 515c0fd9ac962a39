"""What the JSON API says of incidents."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from market.incidents.models import Incident
from market.incidents.states import (
    IncidentKind,
    IncidentLevel,
    IncidentStatus,
    IncidentStep,
    OperatorClass,
)


class IncidentStepOut(BaseModel):
    """A step: until when and by whose rule, when it was done and how."""

    step: IncidentStep
    due_at: dt.datetime | None
    source: str
    done_at: dt.datetime | None
    note: str


class IncidentOut(BaseModel):
    """An incident with its steps."""

    number: str
    title: str
    kind: IncidentKind
    level: IncidentLevel
    operator_class: OperatorClass
    status: IncidentStatus
    reporter: str
    description: str
    discovered_at: dt.datetime
    reported_at: dt.datetime
    contracts: list[str]
    steps: list[IncidentStepOut]

    @classmethod
    def of(cls, row: Incident) -> Self:
        """The incident as it stands; steps, contracts and reporter are fetched."""
        return cls(
            number=row.number, title=row.title, kind=row.kind, level=row.level,
            operator_class=row.operator_class, status=row.status, reporter=row.reporter.name,
            description=row.description, discovered_at=row.discovered_at,
            reported_at=row.reported_at,
            contracts=sorted(touched.contract.number for touched in row.touched),
            steps=[
                IncidentStepOut(step=one.step, due_at=one.due_at, source=one.source,
                                done_at=one.done_at, note=one.note)
                for one in sorted(row.steps, key=lambda one: one.position)
            ],
        )  # fmt: skip
