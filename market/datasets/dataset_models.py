"""Tables of offered datasets, their ratings and each reviewer's sheet."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.datasets.dataset_states import (
    DATASET_TRANSITIONS,
    RATING_TRANSITIONS,
    DatasetStatus,
    Grade,
    RatingCause,
    RatingStatus,
)
from market.kit.db import Row
from market.kit.states import Stateful


class Dataset(Stateful):
    """A dataset on offer in one of the four supply modes (苏数发〔2025〕62号 四(十)); prices in fen."""

    TRANSITIONS = DATASET_TRANSITIONS

    owner_id: UUID
    sample_id: UUID | None
    recipient_id: UUID | None
    ratings: Any  # by relation

    number = fields.CharField(max_length=20, unique=True)
    owner: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="datasets"
    )
    status = fields.CharEnumField(DatasetStatus, max_length=32, default=DatasetStatus.DRAFT)
    title = fields.CharField(max_length=120)
    summary = fields.TextField()
    version = fields.CharField(max_length=20, default="1.0.0")
    region_code = fields.CharField(max_length=6)
    supply_mode = fields.CharField(max_length=16)
    price_model = fields.CharField(max_length=32)
    price_fen = fields.BigIntField(default=0)  # of a copy, a unit or a year, by the price model
    share_bp = fields.IntField(default=0)  # of the revenue, in the pairing mode
    recipient: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )  # 指定方, in the custom mode
    origin = fields.CharField(max_length=16)
    dataset_type = fields.CharField(max_length=32)
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    task_types: Any = fields.JSONField(default=list)
    volume = fields.DecimalField(max_digits=18, decimal_places=2)
    unit = fields.CharField(max_length=16)
    data_grade = fields.CharField(max_length=16)
    health_level = fields.IntField(null=True)
    update_frequency = fields.CharField(max_length=32, default="")
    terms: Any = fields.JSONField(default=dict)  # of the licence
    models: Any = fields.JSONField(default=list)  # the models it serves, by name
    columns: Any = fields.JSONField(default=list)  # {name, type, text} of the record set
    rai: Any = fields.JSONField(default=dict)  # Croissant RAI
    sample: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    published_at = fields.DatetimeField(null=True)
    grade = fields.CharEnumField(Grade, max_length=16, default=Grade.UNRATED)
    rated_on = fields.DateField(null=True)
    next_review_on = fields.DateField(null=True)

    class Meta:
        table = "datasets"
        indexes = (("status", "published_at"), ("owner_id",), ("grade", "next_review_on"))


class DatasetRating(Stateful):
    """One rating by TC609's indicators; once published it never changes."""

    TRANSITIONS = RATING_TRANSITIONS

    dataset_id: UUID
    sheets: Any  # by relation

    number = fields.CharField(max_length=20, unique=True)
    dataset: Any = fields.ForeignKeyField(
        "models.Dataset", on_delete=fields.RESTRICT, related_name="ratings"
    )
    status = fields.CharEnumField(RatingStatus, max_length=32, default=RatingStatus.REQUESTED)
    cause = fields.CharEnumField(RatingCause, max_length=16)
    version = fields.CharField(max_length=20)  # of the dataset that is rated
    bureau: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    result: Any = fields.JSONField(default=dict)  # dimension and indicator code -> points
    is_passed = fields.BooleanField(null=True)
    statement = fields.TextField(default="")
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dataset_ratings"
        indexes = (("dataset_id", "status"),)


class RatingSheet(Row):
    """An assigned reviewer's points and evidence for each indicator."""

    rating_id: UUID
    person_id: UUID

    rating: Any = fields.ForeignKeyField(
        "models.DatasetRating", on_delete=fields.RESTRICT, related_name="sheets"
    )
    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    points: Any = fields.JSONField(default=dict)  # indicator code -> {points, evidence}
    submitted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "rating_sheets"
        unique_together = (("rating_id", "person_id"),)
