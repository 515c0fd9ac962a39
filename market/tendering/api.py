"""JSON operations of tendering."""

from market.kit.api import Operation

operations: list[Operation] = []
