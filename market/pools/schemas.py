"""What the JSON API of pools answers."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.directory.requirements import sentence
from market.pools.models import Pool, PoolMembership


class PoolOut(BaseModel):
    """A pool with what a supplier must have and the rules of its competitions."""

    number: str
    title: str
    summary: str
    owner: str
    status: str
    region_code: str
    modalities: list[str]
    required_certs: list[str]
    annotator_type: str
    min_level: str
    min_staff: int
    data_grade: str
    health_level: int | None
    place: str
    place_region_code: str
    languages: list[str]
    requirements: dict[str, Any]
    apply_until: dt.datetime | None
    valid_until: dt.date
    membership_months: int
    competition: dict[str, Any]
    published_at: dt.datetime | None
    closing_reason: str

    @classmethod
    def of(cls, pool: Pool) -> Self:
        """From a row whose owner has been fetched."""
        names = [name for name in cls.model_fields if name != "owner"]
        return cls(owner=pool.owner.name, **{name: getattr(pool, name) for name in names})


class PoolMemberOut(BaseModel):
    """A supplier in a pool, as everyone may read it."""

    number: str
    name: str
    valid_until: dt.date | None


class PoolMembersOut(BaseModel):
    """The suppliers in a pool."""

    items: list[PoolMemberOut]


class PlaceOut(BaseModel):
    """An application or a place, for the pool's owner and its supplier."""

    id: str
    pool: str
    supplier: str
    status: str
    statement: str
    checks: list[dict[str, Any]]
    applied_at: dt.datetime
    decided_at: dt.datetime | None
    note: str
    valid_until: dt.date | None

    @classmethod
    def of(cls, place: PoolMembership) -> Self:
        """From a row whose pool and supplier have been fetched."""
        names = ("statement", "applied_at", "decided_at", "note", "valid_until")
        checks = [{**check, "text": sentence(check)} for check in place.checks]
        return cls(
            id=str(place.id), pool=place.pool.number, supplier=place.organisation.number,
            status=place.status.value, checks=checks, **{name: getattr(place, name) for name in names},
        )  # fmt: skip


class PlacesOut(BaseModel):
    """Applications to a pool, the undecided first."""

    items: list[PlaceOut]
