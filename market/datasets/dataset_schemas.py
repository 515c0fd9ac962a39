"""What the API says of datasets on offer and their ratings."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, Field

from market.datasets.dataset_models import Dataset, DatasetRating
from market.datasets.dataset_states import DatasetStatus, Grade, RatingCause, RatingStatus
from market.kit.paging import CursorQuery


class DatasetQuery(CursorQuery):
    """Narrow the list; words are the stored Chinese ones (电商模式, 语音), the grade a code."""

    q: str = Field(default="", max_length=80)
    supply_mode: str = Field(default="", max_length=16)
    dataset_type: str = Field(default="", max_length=32)
    industry: str = Field(default="", max_length=32)
    modality: str = Field(default="", max_length=32)
    origin: str = Field(default="", max_length=16)
    grade: Grade | None = None


class DatasetOut(BaseModel):
    """A dataset; price in fen, share in basis points, volume as a decimal string."""

    number: str
    owner: str
    status: DatasetStatus
    title: str
    summary: str
    version: str
    region_code: str
    supply_mode: str
    price_model: str
    price_fen: int
    share_bp: int
    origin: str
    dataset_type: str
    industry: str
    modality: str
    task_types: list[str]
    volume: Decimal
    unit: str
    data_grade: str
    health_level: int | None
    terms: dict[str, Any]
    models: list[str]
    grade: Grade
    rated_on: dt.date | None
    next_review_on: dt.date | None
    published_at: dt.datetime | None

    @classmethod
    def of(cls, row: Dataset) -> Self:
        """As it stands; the owner must be loaded."""
        names = set(cls.model_fields) - {"owner"}
        return cls(owner=row.owner.number, **{name: getattr(row, name) for name in names})


class RatingOut(BaseModel):
    """A rating; `result` holds points of dimensions and indicators by code, as decimal strings."""

    number: str
    dataset: str
    status: RatingStatus
    cause: RatingCause
    version: str
    result: dict[str, str]
    is_passed: bool | None
    statement: str
    published_at: dt.datetime | None

    @classmethod
    def of(cls, row: DatasetRating) -> Self:
        """As it stands; the dataset must be loaded."""
        names = set(cls.model_fields) - {"dataset"}
        return cls(dataset=row.dataset.number, **{name: getattr(row, name) for name in names})
