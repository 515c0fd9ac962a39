"""The order of a parallel run: every worker begins with something long and ends with something short."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# The longest modules, the longest first, as processor time was measured; what is not named is short.
LONGEST = (
    "browser/test_deal.py", "browser/test_pages.py", "matrix/test_roles.py",
    "matrix/test_schemathesis.py", "matrix/test_exports.py", "journeys/test_sealed.py",
    "races/test_search_kill.py", "races/test_kill.py", "market/tendering/test_panel.py",
    "browser/test_bureau.py", "races/test_billing_races.py", "search/test_commands.py",
    "search/test_engine_conformance.py", "journeys/test_deal_over_api.py", "machines/test_tables.py",
    "billing/test_reductions.py", "market/orders/test_pages.py", "market/kit/test_migrations.py",
)  # fmt: skip
_RANKS = {TESTS / name: rank for rank, name in enumerate(LONGEST)}


def dealt(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The items in as many runs as there are workers, the long modules dealt among their beginnings.

    `--dist worksteal` gives each worker an equal run of this list, and who is done takes from the end of
    another's: the long ones are under way by then, and what is left to share is short.
    """
    if workers == 1:
        return list(items)
    long = sorted((i for i in items if i.path in _RANKS), key=lambda item: _RANKS[item.path])
    heads: list[list[pytest.Item]] = [[] for _worker in range(workers)]
    for number, (_path, group) in enumerate(groupby(long, key=lambda item: item.path)):
        heads[number % workers].extend(group)
    rest = [item for item in items if item.path not in _RANKS]
    order: list[pytest.Item] = []
    for number, head in enumerate(heads):
        size = (len(items) - len(order)) // (workers - number)
        short = max(0, size - len(head))
        order += head + rest[:short]
        del rest[:short]
    return order + rest
