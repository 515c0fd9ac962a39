"""What the API says of dataset needs and offers."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from market.kit.paging import CursorQuery


class NeedQuery(CursorQuery):
    """Narrow the list of published needs."""

    supply_mode: str = Field(default="", max_length=16)
    modality: str = Field(default="", max_length=32)
    industry: str = Field(default="", max_length=32)
    status: str = Field(default="", pattern="^(open|matched|closed)?$")


class NeedOut(BaseModel):
    """A dataset need; the budget in fen, volume as a decimal string."""

    number: str
    external_id: str | None
    owner: str
    status: str
    title: str
    summary: str
    region_code: str
    supply_mode: str
    dataset_type: str
    industry: str
    modality: str
    task_types: list[str]
    purpose: str
    volume: Decimal
    unit: str
    license: str
    price_model: str
    budget_fen: int
    update_frequency: str
    data_grade: str
    health_level: int | None
    trade: dict[str, Any]
    quality: dict[str, Any]
    deadline: dt.date | None
    published_at: dt.datetime | None


class OfferOut(BaseModel):
    """An offer, for its supplier and the need's owner."""

    id: UUID
    need: str
    supplier: str
    price_fen: int
    text: str
    withdrawn_at: dt.datetime | None
    chosen_at: dt.datetime | None


class OfferList(BaseModel):
    """The offers one may see."""

    items: list[OfferOut]
