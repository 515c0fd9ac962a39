"""What the API says of search: hits, recognised constraints, match lists."""

import datetime as dt
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, Field

from market.kit.forms import UnitPrice
from market.kit.i18n import gettext as _
from market.prices.models import PriceCell
from search.estimates import Estimate, Prices
from search.results import MAX_TEXT
from search.suggestions import SuggestionKind

Target = Literal["suppliers", "jobs", "talents", "datasets"]


class SearchParams(BaseModel):
    """A search as people type it; `without` are tokens of constraints to ignore, separated by commas."""

    q: str = Field(default="", max_length=MAX_TEXT)
    kind: Target = "suppliers"
    without: str = Field(default="", max_length=400)
    page: int = Field(default=1, ge=1, le=500)
    limit: int = Field(default=20, ge=1, le=100)


class ConstraintOut(BaseModel):
    """A requirement read out of the text; pass its token in `without` to ignore it."""

    kind: str
    token: str
    label: str


class HitOut(BaseModel):
    """A record found; the score is the share of the words' weight it covers, 0 to about 1."""

    number: str
    external_id: str | None
    title: str
    summary: str
    region_code: str
    status: str
    score: float
    reasons: list[str]


class SearchOut(BaseModel):
    """A page of hits; `is_degraded` says that the built-in index stood in for the search server.

    `did_you_mean` is a query to try instead, where an unknown word is near a known one.
    """

    hits: list[HitOut]
    total: int
    constraints: list[ConstraintOut]
    took_ms: float
    is_degraded: bool
    did_you_mean: str | None = None


class MatchParams(BaseModel):
    """How many eligible records to return at most."""

    limit: int = Field(default=20, ge=1, le=100)


class MatchOut(BaseModel):
    """An eligible record: its score is the weighted mean of its parts, all 0 to 1."""

    number: str
    external_id: str | None
    title: str
    score: float
    parts: dict[str, float]
    reasons: list[str]


class RefusalOut(BaseModel):
    """A record refused, with every requirement it does not meet."""

    number: str
    external_id: str | None
    title: str
    reasons: list[str]


class MatchesOut(BaseModel):
    """A match list, made with the named version of the disclosed weights."""

    eligible: list[MatchOut]
    refused: list[RefusalOut]
    weights_version: str
    is_degraded: bool


class SuggestParams(BaseModel):
    """What has been typed so far."""

    q: str = Field(default="", max_length=MAX_TEXT)


class SuggestionOut(BaseModel):
    """A text to search for, and where it comes from."""

    text: str
    kind: SuggestionKind


class SuggestionsOut(BaseModel):
    """At most eight suggestions, nearest first."""

    items: list[SuggestionOut]


class SimilarHitOut(BaseModel):
    """A record like the one asked about, with what they share."""

    number: str
    title: str
    reasons: list[str]


class SimilarOut(BaseModel):
    """The records most like one, best first."""

    items: list[SimilarHitOut]
    is_degraded: bool


class PricesOut(BaseModel):
    """Yuan for one unit, fen for the whole volume (0 while there is none)."""

    low: UnitPrice
    median: UnitPrice
    high: UnitPrice
    low_fen: int
    median_fen: int
    high_fen: int

    @classmethod
    def of(cls, prices: Prices | None) -> Self | None:
        """From figures, if there are any."""
        return None if prices is None else cls.model_validate(prices, from_attributes=True)


class StepOut(BaseModel):
    """A widening tried, and how many awards it found."""

    label: str
    n: int


class PublishedOut(BaseModel):
    """A month of the published price index: the median of `n` contracts, yuan."""

    month: str
    median: Decimal
    n: int

    @classmethod
    def of(cls, cell: PriceCell | None) -> Self | None:
        """From a cell of the index."""
        return cls(month=cell.month, median=cell.median, n=cell.n) if cell else None


class EstimateOut(BaseModel):
    """First decile, median and ninth decile of `n` awards; below five null, and the band of quotes instead.

    Without a quote `of_band` is what the trade at large is said to pay: low confidence. `published` is
    the newest published median of the price index, in its month.
    """

    unit: str
    n: int
    widened: str
    steps: list[StepOut]
    of_awards: PricesOut | None
    of_quotes: PricesOut | None
    quoting: int
    first: dt.date | None
    last: dt.date | None
    evidence: list[str] = Field(description="Numbers of the newest awards, all public.")
    of_band: PricesOut | None
    published: PublishedOut | None

    @classmethod
    def of(cls, found: Estimate) -> Self:
        """From an estimate."""
        return cls(
            unit=found.unit, n=found.n, widened=_(found.widened), quoting=found.quoting,
            steps=[StepOut(label=_(step.label), n=step.n) for step in found.steps],
            of_awards=PricesOut.of(found.of_awards), of_quotes=PricesOut.of(found.of_quotes),
            first=found.first, last=found.last, evidence=[one.number for one in found.evidence],
            of_band=PricesOut.of(found.of_band), published=PublishedOut.of(found.published),
        )  # fmt: skip
