"""A market with rows of every kind in a database of its own, built once for the module."""

import pytest

from market.kit import clock
from tests.matrix.world import MOMENT, World, build
from tests.races.conftest import committed, committed_url

__all__ = ["committed", "committed_url"]


@pytest.fixture(scope="module")
async def world(committed: str) -> World:
    """The market of two hospitals, two firms, two bureaus and the operator."""
    with clock.frozen_at(MOMENT):
        return await build()
