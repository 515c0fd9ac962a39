"""JSON operations of orders."""

from market.kit.api import Operation

operations: list[Operation] = []
