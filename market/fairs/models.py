"""Tables of fairs: the event, who comes, pairs kept apart, computed timetables and their meetings."""

import datetime as dt
from typing import Any
from uuid import UUID

from tortoise import fields

from market.fairs.states import (
    FAIR_TRANSITIONS,
    REGISTRATION_TRANSITIONS,
    TIMETABLE_TRANSITIONS,
    Attendance,
    FairStatus,
    Outcome,
    RegistrationStatus,
    Side,
    TimetableStatus,
)
from market.kit import clock
from market.kit.db import Row
from market.kit.states import Stateful


class Fair(Stateful):
    """An event at a place or online: its slots, its tables, who may come and until when to register."""

    TRANSITIONS = FAIR_TRANSITIONS

    host_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    host: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="fairs"
    )
    status = fields.CharEnumField(FairStatus, max_length=32, default=FairStatus.DRAFT)
    title = fields.CharField(max_length=120)
    summary = fields.TextField()
    is_online = fields.BooleanField(default=False)
    venue = fields.CharField(max_length=300)  # an address, or how to join
    region_code = fields.CharField(max_length=6)
    starts_at = fields.DatetimeField()
    slots = fields.IntField()
    slot_minutes = fields.IntField()
    pause_minutes = fields.IntField(default=0)
    tables = fields.IntField()
    min_meetings = fields.IntField(default=0)  # for each party, a soft term of the timetable
    opens_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    modalities: Any = fields.JSONField(default=list)  # who may come; empty: everybody
    is_regional = fields.BooleanField(default=False)  # only organisations of the fair's region
    skips_partners = fields.BooleanField(default=False)  # parties with an order between them
    cancel_reason = fields.TextField(default="")
    opened_at = fields.DatetimeField(null=True)
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "fairs"
        indexes = (("status", "starts_at"), ("host_id",))

    @property
    def takes_registrations(self) -> bool:
        """Whether a party may register, change or withdraw now."""
        return self.status == FairStatus.OPEN and self.opens_at <= clock.now() < self.closes_at

    def slot_start(self, slot: int) -> dt.datetime:
        """When a slot (from 0) begins."""
        step = dt.timedelta(minutes=self.slot_minutes + self.pause_minutes)
        return self.starts_at + step * slot

    def slot_end(self, slot: int) -> dt.datetime:
        """When a slot ends."""
        return self.slot_start(slot) + dt.timedelta(minutes=self.slot_minutes)

    @property
    def ends_at(self) -> dt.datetime:
        """The end of the last slot."""
        return self.slot_end(self.slots - 1)


class FairRegistration(Stateful):
    """A party of a fair: what it looks for, whom it wants to meet, and when it is there."""

    TRANSITIONS = REGISTRATION_TRANSITIONS

    fair_id: UUID
    organisation_id: UUID

    fair: Any = fields.ForeignKeyField(
        "models.Fair", on_delete=fields.RESTRICT, related_name="registrations"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    side = fields.CharEnumField(Side, max_length=32)
    status = fields.CharEnumField(
        RegistrationStatus, max_length=32, default=RegistrationStatus.REGISTERED
    )
    contact = fields.CharField(max_length=60)
    interests: Any = fields.JSONField(default=list)  # modalities
    jobs: Any = fields.JSONField(default=list)  # numbers of the buyer's own public jobs
    wishes: Any = fields.JSONField(default=list)  # numbers of organisations to meet
    away: Any = fields.JSONField(default=list)  # slots, from 0, in which the party is not there
    max_meetings = fields.IntField()
    statement = fields.TextField(default="")

    class Meta:
        table = "fair_registrations"
        unique_together = (("fair_id", "organisation_id"),)
        indexes = (("organisation_id",),)


class FairBlock(Row):
    """Two parties of a fair that the host keeps apart."""

    fair: Any = fields.ForeignKeyField(
        "models.Fair", on_delete=fields.RESTRICT, related_name="blocks"
    )
    buyer: Any = fields.ForeignKeyField(
        "models.FairRegistration", on_delete=fields.RESTRICT, related_name=False
    )
    supplier: Any = fields.ForeignKeyField(
        "models.FairRegistration", on_delete=fields.RESTRICT, related_name=False
    )
    buyer_id: UUID
    supplier_id: UUID
    reason = fields.CharField(max_length=300)

    class Meta:
        table = "fair_blocks"
        indexes = (("fair_id",),)
        unique_together = (("buyer_id", "supplier_id"),)


class FairTimetable(Stateful):
    """One computation of the meetings, with its proof: no timetable can exceed `bound`."""

    TRANSITIONS = TIMETABLE_TRANSITIONS

    fair_id: UUID

    fair: Any = fields.ForeignKeyField(
        "models.Fair", on_delete=fields.RESTRICT, related_name="timetables"
    )
    status = fields.CharEnumField(TimetableStatus, max_length=32, default=TimetableStatus.WAITING)
    share_bp = fields.IntField(default=0)  # of the work that is done
    buyers = fields.IntField(default=0)
    suppliers = fields.IntField(default=0)
    pairs = fields.IntField(default=0)
    model = fields.CharField(max_length=32, default="")
    objective = fields.IntField(default=0)  # ten-thousandths of a full match
    bound = fields.IntField(default=0)
    took_ms = fields.IntField(default=0)
    input_digest = fields.CharField(max_length=64, default="")
    failure = fields.TextField(default="")
    started_at = fields.DatetimeField(null=True)
    solved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "fair_timetables"
        indexes = (("fair_id", "status"),)

    @property
    def is_proven(self) -> bool:
        """Whether the bound is met."""
        return self.status == TimetableStatus.SOLVED and self.objective == self.bound

    @property
    def is_running(self) -> bool:
        """Whether the worker has yet to finish it."""
        return self.status in (TimetableStatus.WAITING, TimetableStatus.SOLVING)


class FairMeeting(Row):
    """A buyer and a supplier at a table in a slot, why, and what came of it."""

    timetable_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    job_id: UUID | None
    contract_id: UUID | None

    timetable: Any = fields.ForeignKeyField(
        "models.FairTimetable", on_delete=fields.RESTRICT, related_name="meetings"
    )
    buyer: Any = fields.ForeignKeyField(
        "models.FairRegistration", on_delete=fields.RESTRICT, related_name=False
    )
    supplier: Any = fields.ForeignKeyField(
        "models.FairRegistration", on_delete=fields.RESTRICT, related_name=False
    )
    slot = fields.IntField()
    table_number = fields.IntField()
    score = fields.IntField()  # ten-thousandths
    reasons: Any = fields.JSONField(default=list)
    attendance = fields.CharEnumField(Attendance, max_length=32, null=True)
    outcome = fields.CharEnumField(Outcome, max_length=32, default=Outcome.OPEN)
    intent_fen = fields.BigIntField(default=0)
    note = fields.TextField(default="")
    job: Any = fields.ForeignKeyField(
        "models.Job", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    contract: Any = fields.ForeignKeyField(
        "models.Contract", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    recorded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "fair_meetings"
        unique_together = (
            ("timetable_id", "slot", "buyer_id"),
            ("timetable_id", "slot", "supplier_id"),
            ("timetable_id", "slot", "table_number"),
            ("timetable_id", "buyer_id", "supplier_id"),
        )
