"""JSON operations of directory."""

from market.kit.api import Operation

operations: list[Operation] = []
