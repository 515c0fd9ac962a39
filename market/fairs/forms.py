"""What people and programs send about fairs."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from market.directory.forms import TypedWords
from market.directory.words import Modality, RegionCode
from market.fairs.states import Attendance, Outcome
from market.kit.forms import LocalDateTime, YuanAsFen

SlotNumber = Annotated[int, Field(ge=1, le=48)]


class FairInput(BaseModel):
    """An event: when, where, how much room, who may come."""

    title: str = Field(min_length=4, max_length=120)
    summary: str = Field(min_length=10, max_length=5000)
    is_online: bool = False
    venue: str = Field(min_length=2, max_length=300)
    region_code: Annotated[
        RegionCode, BeforeValidator(lambda v: v.strip() if isinstance(v, str) else v)
    ]
    starts_at: LocalDateTime
    slots: int = Field(ge=1, le=48)
    slot_minutes: int = Field(ge=5, le=240)
    pause_minutes: int = Field(default=5, ge=0, le=240)
    tables: int = Field(ge=1, le=500)
    min_meetings: int = Field(default=2, ge=0, le=48)
    opens_at: LocalDateTime | None = None
    closes_at: LocalDateTime
    modalities: list[Modality] = Field(default=[], max_length=12)
    is_regional: bool = False
    skips_partners: bool = False

    def changes(self) -> dict[str, Any]:
        """Values by field of the fair's row."""
        return dict(self)


class RegistrationInput(BaseModel):
    """Who comes, what for, and when; slots are counted from 1."""

    contact: str = Field(min_length=2, max_length=60)
    interests: list[Modality] = Field(min_length=1, max_length=12)
    jobs: TypedWords = Field(default=[], max_length=20)
    wishes: TypedWords = Field(default=[], max_length=20)
    away: list[SlotNumber] = Field(default=[], max_length=48)
    max_meetings: int = Field(default=8, ge=1, le=48)
    statement: str = Field(default="", max_length=2000)


class BlockInput(BaseModel):
    """Two parties kept apart, by the numbers of their organisations, and why."""

    buyer: str = Field(min_length=1, max_length=20)
    supplier: str = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=2, max_length=300)


class FairReasonInput(BaseModel):
    """Why a fair is cancelled; everybody registered reads it."""

    reason: str = Field(min_length=5, max_length=1000)


class MeetingInput(BaseModel):
    """What came of a meeting; a deal names the contract or the job it became."""

    attendance: Attendance | None = None
    outcome: Outcome = Outcome.OPEN
    intent_fen: Annotated[YuanAsFen, Field(ge=0, le=10**15)] = 0
    job: str = Field(default="", max_length=20)
    contract: str = Field(default="", max_length=20)
    note: str = Field(default="", max_length=2000)
