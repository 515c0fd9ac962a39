"""Fixtures of the whole suite: one database per worker, rolled back after every test."""

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import compiled, order, postgres

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_SCRATCH = Path(tempfile.mkdtemp(prefix=f"market-{_WORKER}-"))
for _name in ("DATABASE_URL", "SEARCH_URL", "SMTP_URL", "FILES_URL", "STRIPE_SECRET_KEY"):
    os.environ.pop(_name, None)
os.environ["MARKET_DATA_DIR"] = str(_SCRATCH)
os.environ["SECRET_KEY"] = "a-test-secret-of-more-than-thirty-two-characters"
os.environ["BASE_URL"] = "http://testserver"
os.environ["RATE_LIMITS"] = "false"
compiled.keep_modules()
_POSTGRES = os.environ.get("TEST_DATABASE") == "postgres"
if _POSTGRES:
    os.environ["DATABASE_URL"] = postgres.database_of(_WORKER)

import httpx
from hypothesis import settings as hypothesis_settings
from tortoise.queryset import QuerySet

from market.kit import db
from tests.schema import create_tables
from tests.undone import undone

# The same examples on every run, and no clock: a loaded machine must not decide.
hypothesis_settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis_settings.load_profile("suite")
compiled.keep_templates()


_join_related = QuerySet._join_select_related


def _join_nameable(query: QuerySet[Any], path: str) -> Any:
    """As Tortoise joins; PostgreSQL would cut a longer name, and two that are cut alike are one column."""
    model, table = _join_related(query, path)
    longest = max(len(f"{table.get_table_name()}.{column}") for column in model._meta.db_fields)
    assert longest <= NAME_BYTES, f"{path}: names of {longest} bytes; read it by itself"
    return model, table


QuerySet._join_select_related = _join_nameable  # type: ignore[method-assign]
NAME_BYTES = 63


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays: looking for garbage in it would take a third of the time.

    Nor is it looked for often afterwards: a test leaves little, and what it leaves is nobody's for long.
    """
    gc.disable()
    collected = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return collected


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run need not repeat; begin with what takes longest."""
    if _POSTGRES:
        _leave_out_what_runs_once(config, items)
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    items[:] = order.dealt(items, workers)


def _leave_out_what_runs_once(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What no database decides has run on SQLite."""
    needing = {"database", "committed_url"}
    kept = [
        item
        for item in items
        if needing & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("once")
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def pytest_report_header() -> str:
    """Say which database this run uses."""
    return f"database: {'PostgreSQL' if _POSTGRES else 'SQLite'}"


@pytest.fixture(scope="session", autouse=True)
def _scratch() -> Iterator[Path]:
    yield _SCRATCH
    shutil.rmtree(_SCRATCH, ignore_errors=True)


@pytest.fixture(scope="session")
async def database() -> AsyncIterator[None]:
    """The worker's own database with the newest schema."""
    await db.connect()
    await create_tables()
    yield
    await db.disconnect()


@pytest.fixture
async def rollback(database: None) -> AsyncIterator[None]:
    """A transaction around the test."""
    async with undone():
        yield


@pytest.fixture
async def client(rollback: None) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the application, in the test's transaction."""
    from market.app import create_app

    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        yield http
