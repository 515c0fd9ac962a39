"""A market with rows of every kind in a database of its own, built once by each worker, copied for each module."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from market.kit import clock, db
from tests.matrix.world import MOMENT, World, build
from tests.schema import create_tables


@pytest.fixture(scope="session")
async def built(database: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The database of the market of two hospitals, two firms, two bureaus and the operator."""
    file = tmp_path_factory.mktemp("matrix") / "market.sqlite3"
    await db.disconnect()
    await db.connect(f"sqlite://{file}?synchronous=OFF")
    await create_tables()
    with clock.frozen_at(MOMENT):
        world = await build()
    await db.disconnect()
    await db.connect()
    return file, world


@pytest.fixture(scope="module")
async def world(
    built: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The market, in a database of this module."""
    file, market = built
    own = Path(shutil.copy(file, tmp_path_factory.mktemp("matrix")))
    await db.disconnect()
    await db.connect(f"sqlite://{own}?synchronous=OFF")
    yield market
    await db.disconnect()
    await db.connect()
