"""Tables of what happens to a contract in force: its versions, and the changes between them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.kit.states import Stateful
from market.orders.states import CHANGE_TRANSITIONS, ChangeKind, ChangeStatus


class ContractChange(Stateful):
    """A change, or the end, of a contract in force: the whole text of the next version, to be signed.

    The end by one side's notice is signed by nobody and takes effect at `notice_ends_at`.
    """

    TRANSITIONS = CHANGE_TRANSITIONS

    contract_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    contract: Any = fields.ForeignKeyField(
        "models.Contract", on_delete=fields.RESTRICT, related_name="changes"
    )
    kind = fields.CharEnumField(ChangeKind, max_length=32, default=ChangeKind.AMENDMENT)
    status = fields.CharEnumField(ChangeStatus, max_length=32, default=ChangeStatus.PENDING)
    version = fields.IntField()  # what the contract becomes
    rationale = fields.CharField(max_length=32)  # a Rationale, or an EndReason
    explanation = fields.TextField()
    content: Any = fields.JSONField(default=dict)  # what was asked for; see contract_forms
    before_digest = fields.CharField(max_length=64)
    before_total_fen = fields.BigIntField()
    terms: Any = fields.JSONField()
    digest = fields.CharField(max_length=64)
    total_fen = fields.BigIntField()
    proposed_by_organisation_id = fields.UUIDField(null=True)
    notice_ends_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    closing_reason = fields.TextField(default="")

    class Meta:
        table = "contract_changes"
        indexes = (("contract_id", "status"), ("status", "notice_ends_at"))


class ContractVersion(Row):
    """One version of a contract, never changed: its text, and from when until when it was in force."""

    contract_id: UUID

    contract: Any = fields.ForeignKeyField(
        "models.Contract", on_delete=fields.RESTRICT, related_name="versions"
    )
    change: Any = fields.OneToOneField(
        "models.ContractChange", null=True, on_delete=fields.RESTRICT, related_name="made"
    )
    number = fields.IntField()
    terms: Any = fields.JSONField()
    digest = fields.CharField(max_length=64, unique=True)
    total_fen = fields.BigIntField()
    in_force_from = fields.DatetimeField()
    in_force_until = fields.DatetimeField(null=True)

    class Meta:
        table = "contract_versions"
        unique_together = (("contract", "number"),)
