"""What the JSON API says of rewards and claims."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.rewards.eligibility import Finding
from market.rewards.models import RewardClaim
from market.rewards.records import Reward
from market.rewards.states import ClaimStatus
from market.rewards.words import sentence


class CriterionOut(BaseModel):
    """A condition: met, unmet, or missing its evidence, in a sentence."""

    path: str
    standing: str
    text: str


class RewardOut(BaseModel):
    """A published reward; `standing` is null where it is not for the asking organisation."""

    code: str
    version: int
    source: str
    clause: str
    quote: str
    max_fen: int | None
    classes: dict[str, int]
    first_day: dt.date
    last_day: dt.date
    standing: str | None
    criteria: list[CriterionOut]

    @classmethod
    def of(cls, reward: Reward, found: Finding | None) -> Self:
        """A reward and how it stands."""
        shared = ("code", "version", "source", "clause", "quote", "max_fen", "classes")
        return cls(
            **{name: getattr(reward, name) for name in shared},
            first_day=reward.first_day, last_day=reward.last_day,
            standing=found.standing.value if found else None,
            criteria=[
                CriterionOut(path=one.path, standing=one.standing.value, text=sentence(one))
                for one in (found.criteria if found else ())
            ],
        )  # fmt: skip


class RewardsOut(BaseModel):
    """Every published reward."""

    rewards: list[RewardOut]


class RewardClaimOut(BaseModel):
    """A claim; amounts in fen."""

    number: str
    reward: str
    year: int
    talent_class: str
    status: ClaimStatus
    asked_fen: int
    granted_fen: int
    reasons: str
    digest: str
    content: dict[str, Any]
    submitted_at: dt.datetime | None
    decided_at: dt.datetime | None

    @classmethod
    def of(cls, row: RewardClaim) -> Self:
        """As it stands."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})
