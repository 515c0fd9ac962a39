"""Checked input of dataset needs and offers."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainSerializer

from market.directory.forms import Ratio
from market.directory.words import (
    DataGrade,
    DatasetType,
    Industry,
    Modality,
    SupplyModeName,
    TaskTypes,
    is_lenient,
)
from market.kit.forms import LocalDate, YuanAsFen
from market.kit.i18n import gettext as _
from market.vocabulary.annotation import parse_unit
from market.vocabulary.trade import parse_price_mode

METRICS = ("tc609_min", "accuracy", "kappa", "iou", "dice", "cer_max")


def _price_model(value: str) -> str:
    if value and parse_price_mode(value) is None:
        raise ValueError(_("“%(value)s” is not one of the listed values", value=value))
    return value


def _unit(value: str, info: Any) -> str:
    if not value or is_lenient(info) or parse_unit(value):
        return value
    raise ValueError(_("“%(value)s” does not begin with a unit we know", value=value))


def _mark(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


PriceModel = Annotated[str, Field(max_length=32), AfterValidator(_price_model)]
Mark = Annotated[Decimal, BeforeValidator(_mark), Field(ge=0, le=100, decimal_places=2),
                 PlainSerializer(float, return_type=float)]  # fmt: skip


class NeedInput(BaseModel):
    """A dataset need; a draft may leave most of it open. Amounts in fen."""

    title: str = Field(min_length=1, max_length=120)
    summary: str = Field(default="", max_length=5000)
    supply_mode: SupplyModeName = Field(min_length=1)
    dataset_type: DatasetType = ""
    industry: Industry = Field(min_length=1)
    modality: Modality = Field(min_length=1)
    task_types: TaskTypes = []
    purpose: str = Field(default="", max_length=80)
    volume: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2),
                      PlainSerializer(str, return_type=str)] = Decimal(0)  # fmt: skip
    unit: Annotated[str, Field(max_length=16), AfterValidator(_unit)] = ""
    license: str = Field(default="", max_length=200)
    price_model: PriceModel = ""
    budget_fen: Annotated[YuanAsFen, Field(ge=0)] = 0
    update_frequency: str = Field(default="", max_length=32)
    data_grade: DataGrade = "一般数据"
    health_level: Annotated[int, Field(ge=1, le=5)] | None = None
    channel: str = Field(default="", max_length=40)
    is_first_registration: bool = False
    tc609_min: Mark | None = None
    accuracy: Ratio | None = None
    kappa: Ratio | None = None
    iou: Ratio | None = None
    dice: Ratio | None = None
    cer_max: Ratio | None = None
    deadline: LocalDate | None = None

    def columns(self) -> dict[str, Any]:
        """The need's columns: metrics and the way of trade go into one JSON column each."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        metrics = {name: values.pop(name) for name in METRICS}
        channel, first = values.pop("channel"), values.pop("is_first_registration")
        values["quality"] = {
            name: int(value) if value == int(value) else float(value)
            for name, value in metrics.items()
            if value is not None
        }
        values["trade"] = {"channel": channel, "first_registration": first} if channel else {}
        return values


class OfferInput(BaseModel):
    """A supplier's answer: the price of the whole need in yuan, and what is offered."""

    price_fen: Annotated[YuanAsFen, Field(ge=0)]
    text: str = Field(min_length=10, max_length=5000)


class ClosingInput(BaseModel):
    """Why a need is closed."""

    reason: str = Field(min_length=2, max_length=400)
