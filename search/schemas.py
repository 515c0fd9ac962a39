"""What the API says of search: hits, recognised constraints, match lists."""

from typing import Literal

from pydantic import BaseModel, Field

from search.results import MAX_TEXT

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
    """A page of hits; `is_degraded` says that the built-in index stood in for the search server."""

    hits: list[HitOut]
    total: int
    constraints: list[ConstraintOut]
    took_ms: float
    is_degraded: bool


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
