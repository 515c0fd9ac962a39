"""What every command does before it does its own work."""

import os
import subprocess
import sys
from pathlib import Path


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
