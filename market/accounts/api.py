"""JSON operations of accounts."""

from market.kit.api import Operation

operations: list[Operation] = []
