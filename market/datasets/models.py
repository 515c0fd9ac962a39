"""Tables of dataset needs and the offers made for them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.datasets.states import NEED_TRANSITIONS, NeedStatus
from market.kit.db import Row
from market.kit.states import Stateful


class DatasetNeed(Stateful):
    """A wish for a dataset in one of the four supply modes (苏数发〔2025〕62号 四(十))."""

    TRANSITIONS = NEED_TRANSITIONS

    owner_id: UUID
    number = fields.CharField(max_length=20, unique=True)
    external_id = fields.CharField(max_length=64, null=True, unique=True)
    owner: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="dataset_needs"
    )
    status = fields.CharEnumField(NeedStatus, max_length=32, default=NeedStatus.DRAFT)
    title = fields.CharField(max_length=120)
    summary = fields.TextField(default="")
    region_code = fields.CharField(max_length=6)
    supply_mode = fields.CharField(max_length=16)
    dataset_type = fields.CharField(max_length=32, default="")
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    task_types: Any = fields.JSONField(default=list)
    purpose = fields.CharField(max_length=80, default="")
    volume = fields.DecimalField(max_digits=18, decimal_places=2, default=0)
    unit = fields.CharField(max_length=16, default="")
    license = fields.CharField(max_length=200, default="")
    price_model = fields.CharField(max_length=32, default="")
    budget_fen = fields.BigIntField(default=0)
    update_frequency = fields.CharField(max_length=32, default="")
    data_grade = fields.CharField(max_length=16, default="一般数据")
    health_level = fields.IntField(null=True)  # GB/T 39725, of medical data
    trade: Any = fields.JSONField(default=dict)
    quality: Any = fields.JSONField(default=dict)
    deadline = fields.DateField(null=True)
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dataset_needs"
        indexes = (("owner_id",), ("status", "published_at"))


class DatasetOffer(Row):
    """A supplier's answer to a need; visible to the need's owner and to the supplier."""

    need_id: UUID
    supplier_id: UUID
    need: Any = fields.ForeignKeyField(
        "models.DatasetNeed", on_delete=fields.RESTRICT, related_name="offers"
    )
    supplier: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="dataset_offers"
    )
    price_fen = fields.BigIntField()
    text = fields.TextField()
    withdrawn_at = fields.DatetimeField(null=True)
    chosen_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dataset_offers"
        indexes = (("supplier_id",),)
        unique_together = (("need", "supplier"),)
