"""Tables of pre-qualified pools and of the suppliers in them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.states import Stateful
from market.pools.states import (
    MEMBERSHIP_TRANSITIONS,
    POOL_TRANSITIONS,
    MembershipStatus,
    PoolStatus,
)


class Pool(Stateful):
    """Requirements stated once, in the vocabulary of jobs, and the firms that meet them."""

    TRANSITIONS = POOL_TRANSITIONS

    owner_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    owner: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="pools"
    )
    status = fields.CharEnumField(PoolStatus, max_length=32, default=PoolStatus.DRAFT)
    title = fields.CharField(max_length=120)
    summary = fields.TextField(default="")
    region_code = fields.CharField(max_length=6)
    modalities: Any = fields.JSONField(default=list)
    required_certs: Any = fields.JSONField(default=list)
    annotator_type = fields.CharField(max_length=32, default="")
    min_level = fields.CharField(max_length=8, default="")
    min_staff = fields.IntField(default=0)
    data_grade = fields.CharField(max_length=16, default="一般数据")
    health_level = fields.IntField(null=True)
    place = fields.CharField(max_length=16, default="不限")
    place_region_code = fields.CharField(max_length=6, default="")
    languages: Any = fields.JSONField(default=list)
    requirements: Any = fields.JSONField(default=dict)
    apply_until = fields.DatetimeField(null=True)  # null: applications at any time
    valid_until = fields.DateField()
    membership_months = fields.IntField(default=12)
    competition: Any = fields.JSONField(default=dict)  # rules of its mini-competitions
    published_at = fields.DatetimeField(null=True)
    closing_reason = fields.TextField(default="")

    class Meta:
        table = "pools"
        indexes = (("status", "valid_until"), ("owner_id",))


class PoolMembership(Stateful):
    """A supplier's application to a pool, and its place once admitted."""

    TRANSITIONS = MEMBERSHIP_TRANSITIONS

    pool_id: UUID
    organisation_id: UUID

    pool: Any = fields.ForeignKeyField(
        "models.Pool", on_delete=fields.RESTRICT, related_name="memberships"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    status = fields.CharEnumField(MembershipStatus, max_length=32, default=MembershipStatus.APPLIED)
    statement = fields.TextField(default="")
    checks: Any = fields.JSONField(default=list)  # as found when it applied
    applied_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    note = fields.TextField(default="")  # why it was refused, admitted in spite of, or suspended
    valid_until = fields.DateField(null=True)

    class Meta:
        table = "pool_memberships"
        unique_together = (("pool", "organisation"),)
        indexes = (("organisation_id", "status"), ("status", "valid_until"))
