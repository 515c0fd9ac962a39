"""Tables of incidents, their steps and the contracts they touch."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.incidents.states import (
    INCIDENT_TRANSITIONS,
    IncidentKind,
    IncidentLevel,
    IncidentStatus,
    IncidentStep,
    OperatorClass,
)
from market.kit.db import Row
from market.kit.states import Stateful


class Incident(Stateful):
    """What happened, to whom, and when it was discovered: the moment the clocks start."""

    TRANSITIONS = INCIDENT_TRANSITIONS

    reporter_id: UUID
    steps: fields.ReverseRelation["IncidentStepRow"]
    touched: fields.ReverseRelation["IncidentContract"]

    number = fields.CharField(max_length=20, unique=True)
    reporter: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    region_code = fields.CharField(max_length=6)  # the reporter's
    kind = fields.CharEnumField(IncidentKind, max_length=32)
    level = fields.CharEnumField(IncidentLevel, max_length=32)
    operator_class = fields.CharEnumField(OperatorClass, max_length=32)
    status = fields.CharEnumField(IncidentStatus, max_length=32, default=IncidentStatus.OPEN)
    title = fields.CharField(max_length=120)
    description = fields.TextField()
    discovered_at = fields.DatetimeField()
    reported_at = fields.DatetimeField()

    class Meta:
        table = "incidents"
        indexes = (("region_code", "status"), ("reporter_id",))


class IncidentStepRow(Row):
    """One step of an incident: until when, by which clock, and when and how it was done."""

    incident_id: UUID

    incident: Any = fields.ForeignKeyField(
        "models.Incident", on_delete=fields.RESTRICT, related_name="steps"
    )
    step = fields.CharEnumField(IncidentStep, max_length=32)
    position = fields.IntField()
    due_at = fields.DatetimeField(null=True)
    source = fields.CharField(max_length=200, default="")
    done_at = fields.DatetimeField(null=True)
    note = fields.TextField(default="")
    overdue_noted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "incident_steps"
        unique_together = (("incident_id", "step"),)
        indexes = (("done_at", "overdue_noted_at", "due_at"),)


class IncidentContract(Row):
    """A contract the incident touches: its other party sees the incident, too."""

    incident_id: UUID
    contract_id: UUID

    incident: Any = fields.ForeignKeyField(
        "models.Incident", on_delete=fields.RESTRICT, related_name="touched"
    )
    contract: Any = fields.ForeignKeyField(
        "models.Contract", on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "incident_contracts"
        unique_together = (("incident_id", "contract_id"),)
        indexes = (("contract_id",),)
