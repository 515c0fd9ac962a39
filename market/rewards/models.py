"""Tables of claims for rewards and of the papers attached to them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.kit.states import Stateful
from market.rewards.states import CLAIM_TRANSITIONS, ClaimStatus


class RewardClaim(Stateful):
    """An organisation's claim for a year; `content` is what was found when it was handed in."""

    TRANSITIONS = CLAIM_TRANSITIONS

    organisation_id: UUID
    papers: fields.ReverseRelation["RewardPaper"]

    number = fields.CharField(max_length=20, unique=True)
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="reward_claims"
    )
    region_code = fields.CharField(max_length=6)  # the organisation's
    reward = fields.CharField(max_length=40)
    reward_version = fields.IntField()
    year = fields.IntField()
    talent_class = fields.CharField(max_length=1, default="")
    status = fields.CharEnumField(ClaimStatus, max_length=32, default=ClaimStatus.DRAFT)
    asked_fen = fields.BigIntField(default=0)
    note = fields.TextField(default="")
    content: Any = fields.JSONField(default=dict)
    digest = fields.CharField(max_length=64, default="")
    submitted_at = fields.DatetimeField(null=True)
    granted_fen = fields.BigIntField(default=0)
    reasons = fields.TextField(default="")
    decided_by: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reward_claims"
        indexes = (("organisation_id", "reward", "year"), ("region_code", "status"))


class RewardPaper(Row):
    """A paper that proves one condition of a claim."""

    claim_id: UUID

    claim: Any = fields.ForeignKeyField(
        "models.RewardClaim", on_delete=fields.RESTRICT, related_name="papers"
    )
    criterion = fields.CharField(max_length=40)
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "reward_papers"
        indexes = (("claim_id",),)
