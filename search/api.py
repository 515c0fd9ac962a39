"""JSON operations of search."""

from market.kit.api import Operation

operations: list[Operation] = []
