"""Every invariant of the money has a test that names it, and its row in the documentation."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "machine-tests.md"
CODES = [
    *(f"L{n}" for n in range(1, 7)), *(f"V{n}" for n in range(1, 9)),
    *(f"P{n}" for n in range(1, 6)), *(f"W{n}" for n in range(1, 5)), "B1", "T1", "C1",
]  # fmt: skip
NAMED = {
    code.upper()
    for path in TESTS.rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    for code in name.split("_")
}


@pytest.mark.parametrize("code", CODES)
def test_the_name_of_a_test_has_the_invariant(code: str) -> None:
    assert code in NAMED


@pytest.mark.parametrize("code", CODES)
def test_the_documentation_states_the_invariant(code: str) -> None:
    assert f"| {code} |" in TABLE.read_text("utf-8")
