"""Fixtures of the billing tests."""

from collections.abc import Iterator

import pytest

from billing.twin import Knobs, Twin, twin


@pytest.fixture
def processor() -> Iterator[Twin]:
    """The payment twin with nothing waiting and no faults."""
    found = twin()
    found.take_deliveries()
    found.knobs = Knobs()
    yield found
    found.knobs = Knobs()
