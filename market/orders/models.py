"""Tables of contract, order, delivery, acceptance and review."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.kit.states import Stateful
from market.orders.states import (
    BATCH_TRANSITIONS,
    CONTRACT_TRANSITIONS,
    ORDER_TRANSITIONS,
    BatchStatus,
    ContractStatus,
    MilestoneKind,
    OrderStatus,
)


class Contract(Stateful):
    """The agreement: `terms` of the version in force, `digest` its SHA-256 in canonical JSON."""

    job_id: UUID
    award_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    signatures: fields.ReverseRelation["Signature"]
    order: fields.BackwardOneToOneRelation["Order"]
    TRANSITIONS = CONTRACT_TRANSITIONS

    number = fields.CharField(max_length=20, unique=True)
    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="contracts"
    )
    award: Any = fields.OneToOneField(
        "models.Award", on_delete=fields.RESTRICT, related_name="contract"
    )
    buyer: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="contracts_bought"
    )
    supplier: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="contracts_sold"
    )
    status = fields.CharEnumField(ContractStatus, max_length=32, default=ContractStatus.PENDING)
    terms: Any = fields.JSONField()
    digest = fields.CharField(max_length=64)
    total_fen = fields.BigIntField()
    version = fields.IntField(default=1)
    activated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "contracts"
        indexes = (("job_id",), ("buyer_id",), ("supplier_id",), ("status", "created_at"))


class Signature(Row):
    """A recorded electronic signature over the digest of one version of a contract."""

    contract_id: UUID
    organisation_id: UUID
    contract: Any = fields.ForeignKeyField(
        "models.Contract", on_delete=fields.RESTRICT, related_name="signatures"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    person: Any = fields.ForeignKeyField(
        "models.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    signer_name = fields.CharField(max_length=80)
    digest = fields.CharField(max_length=64)
    signed_at = fields.DatetimeField()

    class Meta:
        table = "signatures"
        indexes = (("organisation_id",),)
        unique_together = (("contract", "organisation", "digest"),)


class Order(Stateful):
    """The work under an active contract."""

    contract_id: UUID
    job_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    TRANSITIONS = ORDER_TRANSITIONS

    number = fields.CharField(max_length=20, unique=True)
    contract: Any = fields.OneToOneField(
        "models.Contract", on_delete=fields.RESTRICT, related_name="order"
    )
    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="orders"
    )
    buyer: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="orders_bought"
    )
    supplier: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="orders_sold"
    )
    status = fields.CharEnumField(OrderStatus, max_length=32, default=OrderStatus.PLACED)
    total_fen = fields.BigIntField()
    quantity = fields.DecimalField(max_digits=18, decimal_places=2)
    accepted_quantity = fields.DecimalField(max_digits=18, decimal_places=2, default=0)
    unit = fields.CharField(max_length=16)
    unit_price = fields.DecimalField(max_digits=14, decimal_places=4)
    rework_limit = fields.IntField(default=2)  # rounds after the first delivery of a batch
    inspection_level = fields.CharField(max_length=4, default="II")
    aql = fields.DecimalField(max_digits=6, decimal_places=3, default=1)
    minor_aql = fields.DecimalField(max_digits=6, decimal_places=3, null=True)  # none: one AQL
    acceptance_days = fields.IntField(default=10)  # working days after a delivery
    due_at = fields.DatetimeField(null=True)  # everything delivered
    inspection_resumed_at = fields.DatetimeField(null=True)  # after a stop, GB/T 2828.1 clause 9.4
    is_reduction_allowed = fields.BooleanField(default=False)  # clause 9.3.3.1: the buyer's consent
    completed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "orders"
        indexes = (
            ("job_id",),
            ("buyer_id", "status"),
            ("supplier_id", "status"),
            ("status", "due_at"),
        )


class OrderLine(Row):
    """One priced position of an order: the labelling first, then the lump sums of the bid."""

    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name="lines"
    )
    position = fields.IntField()
    description = fields.CharField(max_length=200)
    spend_category = fields.CharField(max_length=32)
    quantity = fields.DecimalField(max_digits=18, decimal_places=2)
    unit = fields.CharField(max_length=16)
    unit_price = fields.DecimalField(max_digits=18, decimal_places=4)  # yuan
    amount_fen = fields.BigIntField()
    is_work = fields.BooleanField(default=False)  # delivered and accepted in batches

    class Meta:
        table = "order_lines"
        unique_together = (("order", "position"),)


class Milestone(Row):
    """A stage of payment; amounts of an order's milestones sum to its total."""

    order_id: UUID

    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name="milestones"
    )
    position = fields.IntField()
    kind = fields.CharEnumField(MilestoneKind, max_length=32)
    share_bp = fields.IntField()
    amount_fen = fields.BigIntField()
    due_working_days = fields.IntField(default=10)  # after its trigger
    accepted_bp = fields.IntField(default=0)  # a progress stage's trigger: share of volume accepted
    reached_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    reduced_fen = fields.BigIntField(default=0)  # of its amount, taken off by disputes
    released_at = fields.DatetimeField(null=True)  # its money has left custody

    class Meta:
        table = "milestones"
        unique_together = (("order", "position"),)
        indexes = (("due_at",),)


class DeliveryBatch(Stateful):
    """A delivered lot with its manifest of files and digests."""

    order_id: UUID
    manifest_file_id: UUID | None
    group_id: UUID | None
    TRANSITIONS = BATCH_TRANSITIONS

    number = fields.CharField(max_length=20, unique=True)
    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name="batches"
    )
    sequence = fields.IntField()
    status = fields.CharEnumField(BatchStatus, max_length=32, default=BatchStatus.PLANNED)
    round = fields.IntField(default=1)
    item_count = fields.IntField(default=0)  # lot size
    quantity = fields.DecimalField(max_digits=18, decimal_places=2, default=0)  # priced units
    manifest_file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    manifest_digest = fields.CharField(max_length=64, default="")
    guideline_version = fields.CharField(max_length=32, default="")
    group: Any = fields.ForeignKeyField(
        "models.AnnotatorGroup", null=True, on_delete=fields.RESTRICT, related_name="batches"
    )
    note = fields.TextField(default="")
    # SHA-256 of each side's secret, fixed before delivery; the secrets show with the sample
    buyer_commitment = fields.CharField(max_length=64, default="")
    supplier_commitment = fields.CharField(max_length=64, default="")
    buyer_secret = fields.BinaryField(null=True)  # sealed, see seeds.py
    supplier_secret = fields.BinaryField(null=True)
    first_submitted_at = fields.DatetimeField(null=True)
    submitted_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    accept_by = fields.DatetimeField(null=True)
    is_accepted_by_silence = fields.BooleanField(default=False)
    settled_fen = fields.BigIntField(null=True)  # what a dispute fixed as its price, below the full

    class Meta:
        table = "delivery_batches"
        unique_together = (("order", "sequence"),)
        indexes = (("status", "accept_by"),)


class DeliveredItem(Row):
    """One line of a batch's manifest; a file is delivered once in an order."""

    batch: Any = fields.ForeignKeyField(
        "models.DeliveryBatch", on_delete=fields.RESTRICT, related_name="items"
    )
    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name=False
    )
    position = fields.IntField()  # from 0
    name = fields.CharField(max_length=200)
    sha256 = fields.CharField(max_length=64)
    label_class = fields.CharField(max_length=80, default="")  # several are parted by |

    class Meta:
        table = "delivered_items"
        unique_together = (("order", "sha256"), ("batch", "position"))


class AcceptanceSample(Row):
    """The sampling plan of one round of a batch, the items drawn, and the verdict (GB/T 2828.1)."""

    batch_id: UUID
    batch: Any = fields.ForeignKeyField(
        "models.DeliveryBatch", on_delete=fields.RESTRICT, related_name="samples"
    )
    round = fields.IntField()
    lot_size = fields.IntField()
    level = fields.CharField(max_length=4)
    aql = fields.DecimalField(max_digits=6, decimal_places=3)
    minor_aql = fields.DecimalField(max_digits=6, decimal_places=3, null=True)
    severity = fields.CharField(max_length=16)
    letter = fields.CharField(max_length=2)
    sample_size = fields.IntField()
    acceptance_number = fields.IntField()  # of the major class, or of all
    rejection_number = fields.IntField()
    manifest_digest = fields.CharField(max_length=64)
    buyer_commitment = fields.CharField(max_length=64)
    supplier_commitment = fields.CharField(max_length=64)
    buyer_secret = fields.CharField(max_length=128)
    supplier_secret = fields.CharField(max_length=128)
    seed = fields.CharField(max_length=64)  # joint_seed of both secrets and the manifest's digest
    indices: Any = fields.JSONField(default=list)  # 0-based positions in the manifest
    items: Any = fields.JSONField(default=list)  # names of the drawn items
    nonconforming: Any = fields.JSONField(default=list)  # {item, defect, gravity, note}
    measurements: Any = fields.JSONField(default=list)  # {metric, value, floor, gold_set}
    verdict = fields.CharField(max_length=16, default="")  # accepted | rejected
    inspected_by_id = fields.UUIDField(null=True)
    inspected_at = fields.DatetimeField(null=True)

    class Meta:
        table = "acceptance_samples"
        unique_together = (("batch", "round"),)


class Review(Row):
    """One side's review of the other; both appear together or after seven days."""

    order_id: UUID
    author_id: UUID
    subject_id: UUID
    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name="reviews"
    )
    author: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    subject: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="reviews_received"
    )
    rating = fields.IntField()  # 1-5
    marks: Any = fields.JSONField(default=dict)  # aspect -> 1-5
    text = fields.TextField(default="")
    facts: Any = fields.JSONField(default=dict)
    published_at = fields.DatetimeField(null=True)
    reply = fields.TextField(default="")
    replied_at = fields.DatetimeField(null=True)
    report_reason = fields.CharField(max_length=500, default="")
    reported_at = fields.DatetimeField(null=True)
    report_decided_at = fields.DatetimeField(null=True)
    hidden_at = fields.DatetimeField(null=True)  # the text and reply, never the marks

    class Meta:
        table = "reviews"
        unique_together = (("order", "author"),)
        indexes = (("subject_id",), ("published_at", "created_at"))
