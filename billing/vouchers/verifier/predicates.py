"""The closed vocabulary of conditions again."""

import operator
from typing import Any

Json = dict[str, Any]
OPERATORS = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def _at(path: str, facts: Json) -> Any:
    value: Any = facts
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def is_true(test: Json, facts: Json) -> bool:
    """Whether the test holds; an absent fact proves nothing."""
    [(word, body)] = test.items()
    if word in ("all", "any"):
        results = [is_true(part, facts) for part in body]
        return all(results) if word == "all" else any(results)
    if word == "not":
        return not is_true(body, facts)
    fact = _at(body["path"], facts)
    if word == "exists":
        return fact is not None
    if word == "in":
        items = fact if isinstance(fact, list) else [fact]
        return any(type(x) is type(y) and x == y for x in items for y in body["values"])
    if word != "compare":
        raise ValueError(f"unknown word {word}")
    return type(fact) is type(body["value"]) and OPERATORS[body["op"]](fact, body["value"])


def read_values(test: Json, facts: Json) -> Json:
    """Each path the test reads, with the value found there."""
    [(word, body)] = test.items()
    if word not in ("all", "any", "not"):
        return {body["path"]: _at(body["path"], facts)}
    parts = [body] if word == "not" else body
    return {path: value for part in parts for path, value in read_values(part, facts).items()}


def is_stated(test: Json, facts: Json) -> bool:
    """Whether any fact the test reads is stated at all."""
    return any(value is not None for value in read_values(test, facts).values())
