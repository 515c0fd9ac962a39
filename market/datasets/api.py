"""JSON operations of datasets."""

from market.kit.api import Operation

operations: list[Operation] = []
