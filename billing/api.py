"""JSON operations of billing."""

from market.kit.api import Operation

operations: list[Operation] = []
