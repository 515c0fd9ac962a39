"""What the JSON API says of training."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.training.models import TalentCredential, TrainingModule, TrainingRecord


class ModuleOut(BaseModel):
    """A module; its questions come without the right answers."""

    number: str
    owner: str
    title: str
    text: str
    questions: list[dict[str, Any]]
    pass_percent: int
    valid_days: int
    retired_at: dt.datetime | None

    @classmethod
    def of(cls, module: TrainingModule) -> Self:
        """From a row with its owner."""
        same = ("number", "title", "text", "pass_percent", "valid_days", "retired_at")
        return cls(
            **{name: getattr(module, name) for name in same}, owner=module.owner.number,
            questions=[
                {"question": row["question"], "options": row["options"]} for row in module.questions
            ],
        )  # fmt: skip


class RecordOut(BaseModel):
    """An attempt at a quiz."""

    module: str
    percent: int
    is_passed: bool
    taken_at: dt.datetime
    valid_until: dt.datetime | None

    @classmethod
    def of(cls, record: TrainingRecord, module: TrainingModule) -> Self:
        """From a row and its module."""
        same = ("percent", "is_passed", "taken_at", "valid_until")
        return cls(module=module.number, **{name: getattr(record, name) for name in same})


class CredentialOut(BaseModel):
    """What an annotator holds, until when."""

    kind: str
    reference: str
    valid_until: dt.date
    data_grade: str
    health_level: int | None

    @classmethod
    def of(cls, credential: TalentCredential) -> Self:
        """From a row."""
        same = ("reference", "valid_until", "data_grade", "health_level")
        return cls(kind=credential.kind.value, **{name: getattr(credential, name) for name in same})
