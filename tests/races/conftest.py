"""Committed data: each module of races has a database of its own, so that nothing else sees its rows."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from market.kit import db
from tests import postgres
from tests.schema import create_tables


@pytest.fixture(scope="module")
def committed_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an empty database for this module, of the kind the run uses."""
    name = Path(str(request.path)).stem
    if os.environ.get("TEST_DATABASE") == "postgres":
        return postgres.database_of(f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    # Processes are killed here, machines are not: what was written need not be flushed to the disk.
    return f"sqlite://{tmp_path_factory.mktemp(name) / 'market.sqlite3'}?synchronous=OFF"


@pytest.fixture(scope="module")
async def committed(database: None, committed_url: str) -> AsyncIterator[str]:
    """The module's own database, connected; the run's database is connected again afterwards."""
    await db.disconnect()
    await db.connect(committed_url)
    await create_tables()
    yield committed_url
    await db.disconnect()
    await db.connect()
