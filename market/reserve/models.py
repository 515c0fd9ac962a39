"""Tables of reserve projects and of their moves between tiers."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.states import Stateful
from market.reserve.states import (
    PROJECT_TRANSITIONS,
    TIER_MOVE_TRANSITIONS,
    ProjectStatus,
    Tier,
    TierMoveStatus,
)


class ReserveProject(Stateful):
    """A dataset project an organisation hands in; investment in fen."""

    TRANSITIONS = PROJECT_TRANSITIONS

    owner_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    owner: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    region_code = fields.CharField(max_length=6)  # the owner's: its bureaus decide
    status = fields.CharEnumField(ProjectStatus, max_length=32, default=ProjectStatus.SUBMITTED)
    tier = fields.CharEnumField(Tier, max_length=16, default=Tier.BASIC)
    title = fields.CharField(max_length=120)
    industry = fields.CharField(max_length=32)
    summary = fields.TextField()
    goal = fields.TextField()
    investment_fen = fields.BigIntField()
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    opinion = fields.TextField(default="")
    reviewed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reserve_projects"
        indexes = (("region_code", "status"), ("status", "ends_on"), ("owner_id",))


class TierMove(Stateful):
    """A proposed promotion, demotion or removal; `to_tier` empty removes the project."""

    TRANSITIONS = TIER_MOVE_TRANSITIONS

    project_id: UUID
    proposed_by_id: UUID | None

    project: Any = fields.ForeignKeyField(
        "models.ReserveProject", on_delete=fields.RESTRICT, related_name="moves"
    )
    from_tier = fields.CharEnumField(Tier, max_length=16)
    to_tier = fields.CharField(max_length=16, default="")
    reason = fields.TextField()
    status = fields.CharEnumField(TierMoveStatus, max_length=16, default=TierMoveStatus.PROPOSED)
    proposed_by: Any = fields.ForeignKeyField(
        "models.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_by: Any = fields.ForeignKeyField(
        "models.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    opinion = fields.TextField(default="")

    class Meta:
        table = "reserve_tier_moves"
        indexes = (("project_id", "status"),)
