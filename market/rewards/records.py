"""The rewards that were published, each with its source, thresholds and amounts, versioned as data."""

import datetime as dt
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter

from billing.vouchers.predicates import Predicate
from market.accounts.states import OrganisationKind
from market.vocabulary import regions

DATA = Path(__file__).parent / "data" / "rewards.json"


class Reward(BaseModel):
    """A reward as its document publishes it. `max_fen` is none where the amount is not published.

    `title` is a msgid; `quote` and `source` are the document's own Chinese. `when` is the condition in
    the predicate language of voucher programmes: 达到 and 以上 are "ge", 超过 is "gt", 以下 is "le".
    A reward that is not claimed here is a hint.
    """

    code: str
    version: int
    title: str
    region: str
    subjects: tuple[OrganisationKind, ...]
    first_day: dt.date = Field(alias="from")
    last_day: dt.date = Field(alias="until")
    source: str
    clause: str
    quote: str
    max_fen: int | None
    is_claimed: bool
    classes: dict[str, int] = {}
    when: Predicate

    def applies_to(self, kind: str, region_code: str) -> bool:
        """Whether the reward is for organisations of this kind and region."""
        return kind in self.subjects and regions.is_within(region_code, self.region)

    def covers(self, year: int) -> bool:
        """Whether the reward holds in a calendar year, in part or whole."""
        return self.first_day.year <= year <= self.last_day.year


@cache
def rewards() -> tuple[Reward, ...]:
    """Every version of every reward, in the order of the file."""
    return TypeAdapter(tuple[Reward, ...]).validate_json(DATA.read_bytes())


def reward_of(code: str, year: int | None = None) -> Reward | None:
    """The newest version of a reward (that covers the year); None when there is none."""
    found = [one for one in rewards() if one.code == code and (year is None or one.covers(year))]
    return max(found, key=lambda one: one.version, default=None)
