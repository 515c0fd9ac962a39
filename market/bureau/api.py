"""JSON operations of bureau."""

from market.kit.api import Operation

operations: list[Operation] = []
