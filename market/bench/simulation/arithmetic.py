"""What a statement computes of rows: sums of a group, and a column's new value from its old."""

from collections.abc import Callable
from typing import Any

from tortoise.expressions import CombinedExpression, Connector, F, Function, Value
from tortoise.functions import Count

from market.bench.simulation.tables import Values


def total(function: Function, part: list[Values]) -> int:
    """A count or a sum over the rows of a group."""
    found = [row[str(function.field)] for row in part]
    if isinstance(function, Count):
        return len(set(found) if function.distinct else found)
    return sum(found)


_ARITHMETIC: dict[Connector, Callable[[Any, Any], Any]] = {
    Connector.add: lambda left, right: left + right,
    Connector.sub: lambda left, right: left - right,
}


def evaluate(change: Any, values: Values) -> Any:
    """A column's new value: a constant, or an expression of the row as it is."""
    if isinstance(change, CombinedExpression):
        left, right = evaluate(change.left, values), evaluate(change.right, values)
        return _ARITHMETIC[change.connector](left, right)
    if isinstance(change, F):
        return values[change.name]
    return change.value if isinstance(change, Value) else change
