"""What every command does before it does its own work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_a_database_without_tables_is_said_in_a_sentence(tmp_path: Path) -> None:
    place = {
        "MARKET_DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "market", "verify", "audit"],
        env={**os.environ, **place}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "数据库缺少本版本的数据表，请先运行 `market migrate`。\n"


@pytest.mark.once
@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("market.__main__", {"tortoise", "market.settings", "pydantic", "babel", "numpy"}),
        ("billing.vouchers.quotes", {"tortoise", "market.settings", "cn2an"}),
    ],
)
def test_help_and_quotes_load_no_database(module: str, heavy: set[str]) -> None:
    found = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", found], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "[]\n"
