"""The two ways to today's tables agree: at once for a new database, by the history for an old one."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from market.settings import ROOT
from tests.machines.scale import scaled

REPLAY = """
import asyncio, sys
from tortoise import Tortoise
from tortoise.migrations.api import migrate
from market.kit import db

async def main():
    await migrate(config=db.tortoise_config(sys.argv[1]))
    await Tortoise.close_connections()

asyncio.run(main())
"""
AT_ONCE = "import asyncio, sys; from market.kit import db; asyncio.run(db.migrate(sys.argv[1]))"


def run(program: str, path: Path) -> Path:
    """A database made by the program in a process of its own."""
    url = f"sqlite://{path}"
    subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, check=True)
    return path


def schema(path: Path) -> dict[str, Any]:
    """Columns, keys and indexes of every table, whatever their order and spelling."""
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: _table(database, name) for (name,) in rows if not name.startswith("sqlite_")}


def _table(database: sqlite3.Connection, name: str) -> list[Any]:
    def pragma(kind: str, of: str) -> list[tuple[Any, ...]]:
        return database.execute(f"PRAGMA {kind}('{of}')").fetchall()

    columns = sorted((column, *rest) for _position, column, *rest in pragma("table_info", name))
    keys = sorted(tuple(rest) for _id, _seq, *rest in pragma("foreign_key_list", name))
    indexes = sorted(
        (is_unique, [column for _s, _c, column in pragma("index_info", index)])
        for _position, index, is_unique, *_rest in pragma("index_list", name)
    )
    return [columns, keys, indexes]


def test_a_new_database_gets_todays_tables_and_a_history(tmp_path: Path) -> None:
    path = run(AT_ONCE, tmp_path / "new.sqlite3")
    made = schema(path)
    with sqlite3.connect(path) as database:
        history = database.execute("SELECT name FROM tortoise_migrations").fetchall()
        database.execute("DELETE FROM tortoise_migrations")  # as if it had crashed in between
    names = {file.stem for file in (ROOT / "market" / "migrations").glob("0*.py")}
    assert {name for (name,) in history} == names
    assert schema(run(AT_ONCE, path)) == made


@pytest.mark.skipif(scaled(1) == 1, reason="a minute long: MARKET_TEST_SCALE=10")
def test_the_history_makes_the_same_tables(tmp_path: Path) -> None:
    at_once = schema(run(AT_ONCE, tmp_path / "new.sqlite3"))
    assert schema(run(REPLAY, tmp_path / "old.sqlite3")) == at_once
