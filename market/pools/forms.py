"""What people and programs send about pools."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from market.directory.forms import TypedWords
from market.directory.words import (
    AnnotatorType,
    CertificateName,
    DataGrade,
    Modality,
    RegionCode,
    SkillLevel,
)
from market.kit.forms import LocalDate, LocalDateTime
from market.kit.i18n import gettext as _
from market.vocabulary.security import WORK_PLACES

FLAGS = ("vlan", "xinchuang", "private_deploy", "cctv_months")
COMPETITION = ("minimum_bids", "bidding_days", "stand_still_days")


def _place(value: str) -> str:
    term = WORK_PLACES.exact(value)
    if term is None:
        raise ValueError(_("Choose one of the listed values"))
    return term.zh


class PoolInput(BaseModel):
    """A pool: what it is for, what a supplier must have, and how long a place lasts."""

    title: str = Field(min_length=4, max_length=120)
    summary: str = Field(min_length=10, max_length=5000)
    modalities: list[Modality] = Field(min_length=1, max_length=12)
    required_certs: list[CertificateName] = Field(default=[], max_length=20)
    annotator_type: AnnotatorType = ""
    min_level: SkillLevel = ""
    min_staff: int = Field(default=0, ge=0, le=100_000)
    data_grade: DataGrade = "一般数据"
    health_level: int | None = Field(default=None, ge=1, le=5)
    place: Annotated[str, AfterValidator(_place)] = "不限"
    place_region_code: Annotated[RegionCode | Literal[""], BeforeValidator(str.strip)] = ""
    languages: TypedWords = []
    vlan: bool = False
    xinchuang: bool = False
    private_deploy: bool = False
    cctv_months: int = Field(default=0, ge=0, le=60)
    apply_until: LocalDateTime | None = None
    valid_until: LocalDate
    membership_months: int = Field(default=12, ge=1, le=60)
    minimum_bids: int = Field(default=2, ge=1, le=20)
    bidding_days: int = Field(default=3, ge=1, le=60)
    stand_still_days: int = Field(default=2, ge=0, le=30)

    def changes(self) -> dict[str, Any]:
        """Values by field of the pool's row."""
        values = dict(self)
        values["requirements"] = {name: value for name in FLAGS if (value := values.pop(name))}
        values["competition"] = {name: values.pop(name) for name in COMPETITION}
        return values


class ApplicationInput(BaseModel):
    """Why a supplier belongs in a pool."""

    statement: str = Field(default="", max_length=2000)


class AdmissionInput(BaseModel):
    """Whether a supplier is admitted; the supplier reads the reason."""

    decision: Literal["admit", "refuse"]
    reason: str = Field(default="", max_length=1000)


class PoolReasonInput(BaseModel):
    """Why a place is suspended or a pool closed."""

    reason: str = Field(min_length=5, max_length=1000)
