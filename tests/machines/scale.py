"""How many examples a broad walk takes: MARKET_TEST_SCALE multiplies the default."""

import os

SCALE = int(os.environ.get("MARKET_TEST_SCALE", "1"))


def scaled(examples: int) -> int:
    """The number of examples of this run."""
    return examples * SCALE
