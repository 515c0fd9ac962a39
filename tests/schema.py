"""The tables of an empty database: their statements are composed once in a process."""

from tortoise.utils import get_schema_sql

from market.kit import db

_composed: list[str] = []


async def create_tables() -> None:
    """Today's tables in the database that is connected."""
    if not _composed:
        _composed.append(get_schema_sql(db.connection(), safe=False))
    await db.connection().execute_script(_composed[0])
