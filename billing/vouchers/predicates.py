"""The closed vocabulary of conditions a programme may state about a claim, and their evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | bool
Facts = Mapping[str, Any]


class Frozen(BaseModel):
    """An immutable piece of rule data that accepts no unknown field and converts no value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=True, serialize_by_alias=True
    )


class Comparison(Frozen):
    """One fact against one constant; a fact of another type, or absent, never compares."""

    path: str
    op: Literal["eq", "ne", "lt", "le", "gt", "ge"]
    value: Scalar


class Membership(Frozen):
    """A fact that is one of the values, or a list of facts that shares one with them."""

    path: str
    values: tuple[Scalar, ...]


class Presence(Frozen):
    """A fact that is stated at all."""

    path: str


class All(Frozen):
    """Every condition holds."""

    all: tuple[Predicate, ...]


class Any_(Frozen):
    """At least one condition holds."""

    any: tuple[Predicate, ...]


class Not(Frozen):
    """The condition does not hold."""

    negated: Predicate = Field(alias="not")


class Compare(Frozen):
    """`{"compare": {"path", "op", "value"}}`."""

    compare: Comparison


class In(Frozen):
    """`{"in": {"path", "values"}}`."""

    membership: Membership = Field(alias="in")


class Exists(Frozen):
    """`{"exists": {"path"}}`."""

    exists: Presence


Predicate = All | Any_ | Not | Compare | In | Exists

for _model in (All, Any_, Not):
    _model.model_rebuild()


def lookup(path: str, facts: Facts) -> Any:
    """The fact at a dotted path, None when any step is absent."""
    value: Any = facts
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def holds(predicate: Predicate, facts: Facts) -> bool:
    """Whether the predicate is true of the facts; absence is never proof."""
    match predicate:
        case All(all=parts):
            return all(holds(part, facts) for part in parts)
        case Any_(any=parts):
            return any(holds(part, facts) for part in parts)
        case Not(negated=part):
            return not holds(part, facts)
        case Compare(compare=comparison):
            return _compares(comparison, lookup(comparison.path, facts))
        case In(membership=membership):
            return _is_member(membership, lookup(membership.path, facts))
        case Exists(exists=presence):
            return lookup(presence.path, facts) is not None


def leaves(predicate: Predicate) -> tuple[Comparison | Membership | Presence, ...]:
    """The conditions on single facts inside a predicate, in the order they are written."""
    match predicate:
        case All(all=parts) | Any_(any=parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case Not(negated=part):
            return leaves(part)
        case Compare(compare=comparison):
            return (comparison,)
        case In(membership=membership):
            return (membership,)
        case Exists(exists=presence):
            return (presence,)


def readings(predicate: Predicate, facts: Facts) -> dict[str, Any]:
    """Each path the predicate reads, with the value found there."""
    return {leaf.path: lookup(leaf.path, facts) for leaf in leaves(predicate)}


def _compares(comparison: Comparison, fact: Any) -> bool:
    value: Any = comparison.value
    if type(fact) is not type(value):
        return False
    return bool(
        {
            "eq": fact == value,
            "ne": fact != value,
            "lt": fact < value,
            "le": fact <= value,
            "gt": fact > value,
            "ge": fact >= value,
        }[comparison.op]
    )


def _is_member(membership: Membership, fact: Any) -> bool:
    facts = fact if isinstance(fact, list | tuple) else [fact]
    wanted = {(type(value), value) for value in membership.values}
    return any((type(item), item) in wanted for item in facts)
