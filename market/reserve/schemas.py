"""What the JSON API says of the project reserve."""

import datetime as dt
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from market.reserve.models import ReserveProject, TierMove
from market.reserve.states import ProjectStatus, Tier, TierMoveStatus


class ProjectOut(BaseModel):
    """A project; investment in fen."""

    number: str
    owner: str
    status: ProjectStatus
    tier: Tier
    title: str
    industry: str
    region_code: str
    summary: str
    goal: str
    investment_fen: int
    starts_on: dt.date
    ends_on: dt.date
    opinion: str
    reviewed_at: dt.datetime | None

    @classmethod
    def of(cls, row: ReserveProject) -> Self:
        """As it stands; the owner must be loaded."""
        names = set(cls.model_fields) - {"owner"}
        return cls(owner=row.owner.number, **{name: getattr(row, name) for name in names})


class MoveOut(BaseModel):
    """A move; an empty `to_tier` takes the project out."""

    id: UUID
    project: str
    from_tier: Tier
    to_tier: str
    reason: str
    status: TierMoveStatus
    opinion: str

    @classmethod
    def of(cls, number: str, row: TierMove) -> Self:
        """As it stands."""
        names = set(cls.model_fields) - {"project"}
        return cls(project=number, **{name: getattr(row, name) for name in names})
