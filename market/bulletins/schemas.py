"""What the JSON API says of bulletins."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.bulletins.models import Bulletin
from market.bulletins.packing import Packed
from market.bulletins.states import BulletinKind, BulletinStatus


class BulletinOut(BaseModel):
    """An edition without its tables."""

    number: str
    kind: BulletinKind
    region_code: str
    period: str
    edition: int
    status: BulletinStatus
    reason: str
    issued_at: dt.datetime | None

    @classmethod
    def of(cls, row: Bulletin, **more: Any) -> Self:
        """As it stands."""
        own = BulletinOut.model_fields
        return cls(**{name: getattr(row, name) for name in own}, **more)


class BulletinTable(BaseModel):
    """A table: columns as [title, kind], rows in their order; amounts in fen, shares in basis points."""

    name: str
    title: str
    note: str
    columns: list[tuple[str, str]]
    rows: list[list[str | int | None]]


class WholeBulletinOut(BulletinOut):
    """An edition with the tables that the asker may see and their digest."""

    digest: str
    tables: list[BulletinTable]

    @classmethod
    def with_tables(cls, row: Bulletin, tables: Packed, digest: str) -> Self:
        """From a face of the bulletin."""
        return cls.of(row, digest=digest, tables=[BulletinTable(**table) for table in tables])
