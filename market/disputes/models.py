"""Tables of a dispute: the claim, its evidence, the measurement and its readings."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.disputes.states import (
    DISPUTE_TRANSITIONS,
    READING_TRANSITIONS,
    DecisionCode,
    DisputeStatus,
    Ground,
    ReadingStatus,
    Way,
)
from market.kit.db import Row
from market.kit.states import Stateful
from market.orders.states import BatchStatus


class Dispute(Stateful):
    """A dispute about one round of a batch; amounts are fen of the batch's price.

    `buyer_fen` is what the buyer would pay, `supplier_fen` what the supplier would take; the first
    is not shown to the other side before it has named its own.
    """

    batch_id: UUID
    order_id: UUID
    claimant_id: UUID
    respondent_id: UUID
    mediator_organisation_id: UUID | None
    TRANSITIONS = DISPUTE_TRANSITIONS

    number = fields.CharField(max_length=20, unique=True)
    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name="disputes"
    )
    batch: Any = fields.ForeignKeyField(
        "models.DeliveryBatch", on_delete=fields.RESTRICT, related_name="disputes"
    )
    round = fields.IntField()
    claimant: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="disputes_raised"
    )
    respondent: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="disputes_met"
    )
    status = fields.CharEnumField(DisputeStatus, max_length=32, default=DisputeStatus.OPEN)
    rules_version = fields.CharField(max_length=32)
    opened_from = fields.CharEnumField(BatchStatus, max_length=32)
    ground = fields.CharEnumField(Ground, max_length=32)
    text = fields.TextField()
    value_fen = fields.BigIntField()  # the full price of the batch
    buyer_fen = fields.BigIntField(null=True)
    supplier_fen = fields.BigIntField(null=True)
    due_at = fields.DatetimeField(null=True)  # when the clock moves it on
    answer_text = fields.TextField(default="")
    answered_at = fields.DatetimeField(null=True)
    # SHA-256 of each side's secret of the sub-sample; the secrets show when it is drawn
    buyer_commitment = fields.CharField(max_length=64)
    supplier_commitment = fields.CharField(max_length=64)
    buyer_secret = fields.BinaryField()  # sealed, see market/orders/seeds.py
    supplier_secret = fields.BinaryField()
    mediator_id = fields.UUIDField(null=True)
    mediator_organisation: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    proposal_fen = fields.BigIntField(null=True)
    proposal_text = fields.TextField(default="")
    buyer_agreed_at = fields.DatetimeField(null=True)
    supplier_agreed_at = fields.DatetimeField(null=True)
    referred_at = fields.DatetimeField(null=True)  # to the bureau, by a party
    referral_text = fields.TextField(default="")
    way = fields.CharEnumField(Way, max_length=32, null=True)
    amount_fen = fields.BigIntField(null=True)
    reduction_fen = fields.BigIntField(default=0)  # by how much the order's price fell
    decision_code = fields.CharEnumField(DecisionCode, max_length=32, null=True)
    decision_text = fields.TextField(default="")
    reader_fee_fen = fields.BigIntField(default=0)
    buyer_fee_fen = fields.BigIntField(default=0)
    supplier_fee_fen = fields.BigIntField(default=0)
    resolved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "disputes"
        indexes = (
            ("status", "due_at"),
            ("claimant_id", "status"),
            ("respondent_id", "status"),
            ("order_id",),
        )


class Evidence(Row):
    """A file one side put forward."""

    organisation_id: UUID
    dispute: Any = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="evidence"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "dispute_evidence"
        indexes = (("dispute_id",),)


class Remeasurement(Row):
    """The sub-sample of a disputed batch, drawn from both sides' seeds, and what was found in it."""

    dispute_id: UUID
    dispute: Any = fields.OneToOneField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="measurement"
    )
    lot_size = fields.IntField()
    sample_size = fields.IntField()
    readers = fields.IntField()
    manifest_digest = fields.CharField(max_length=64)
    buyer_secret = fields.CharField(max_length=128)
    supplier_secret = fields.CharField(max_length=128)
    seed = fields.CharField(max_length=64)
    indices: Any = fields.JSONField()  # 0-based positions in the manifest
    items: Any = fields.JSONField()
    tolerated = fields.DecimalField(max_digits=6, decimal_places=3)  # per cent, the contract's AQL
    nonconforming: Any = fields.JSONField(default=list)  # names, by most of the readers
    verdict = fields.CharField(max_length=16, default="")  # all | none | between
    low_bp = fields.IntField(null=True)
    high_bp = fields.IntField(null=True)
    measured_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dispute_measurements"


class Reading(Stateful):
    """A third reader of the sub-sample: knows the items, not who claims what."""

    measurement_id: UUID
    organisation_id: UUID
    TRANSITIONS = READING_TRANSITIONS

    number = fields.CharField(max_length=20, unique=True)
    measurement: Any = fields.ForeignKeyField(
        "models.Remeasurement", on_delete=fields.RESTRICT, related_name="readings"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="readings"
    )
    expert = fields.CharField(max_length=80, default="")  # a named person, where one is wanted
    status = fields.CharEnumField(ReadingStatus, max_length=32, default=ReadingStatus.ASKED)
    reader_id = fields.UUIDField(null=True)  # who declared to be independent
    declared_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField()
    nonconforming: Any = fields.JSONField(default=list)  # {item, defect, note}
    marked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dispute_readings"
        unique_together = (("measurement", "organisation"),)
        indexes = (("organisation_id", "status"), ("status", "due_at"))
