"""Whether an organisation fulfils a reward's conditions: met, unmet, or missing its evidence. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from billing.vouchers.predicates import All, Any_, Compare, Comparison, Predicate, holds
from market.rewards.records import Reward


class Standing(StrEnum):
    """What is known of a condition, or of a whole reward."""

    MET = "met"
    UNMET = "unmet"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the platform proves of an organisation, and what the organisation declares of itself.

    A path that is in neither is unknown. Declared figures prove nothing: where only they fulfil a
    condition its evidence is missing.
    """

    proved: Mapping[str, Any]
    declared: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition with its threshold, the value found, and whether that is proved."""

    path: str
    op: str
    threshold: int | bool | str
    standing: Standing
    proved: Any
    declared: Any

    def stored(self) -> dict[str, Any]:
        """As a claim keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """A reward looked at for one organisation. `is_any`: one met condition is enough."""

    reward: Reward
    standing: Standing
    criteria: Sequence[Criterion]
    is_any: bool

    @property
    def missing(self) -> list[Criterion]:
        """The conditions whose evidence is missing."""
        return [one for one in self.criteria if one.standing is Standing.MISSING]


def find(reward: Reward, facts: Facts) -> Finding:
    """Every condition of a reward with its standing, and the standing of the whole."""
    criteria: list[Criterion] = []
    standing = _walk(reward.when, facts, criteria)
    return Finding(reward, standing, criteria, isinstance(reward.when, Any_))


def _walk(predicate: Predicate, facts: Facts, criteria: list[Criterion]) -> Standing:
    """Kleene's three values: of `all` the worst, of `any` the best; missing lies between."""
    match predicate:
        case Compare(compare=comparison):
            criteria.append(_judge(comparison, facts))
            return criteria[-1].standing
        case All(all=parts):
            found = [_walk(part, facts, criteria) for part in parts]
            order = (Standing.UNMET, Standing.MISSING, Standing.MET)
        case Any_(any=parts):
            found = [_walk(part, facts, criteria) for part in parts]
            order = (Standing.MET, Standing.MISSING, Standing.UNMET)
        case _:
            raise TypeError(f"a reward states no such condition: {predicate!r}")
    return next(standing for standing in order if standing in found)


def _judge(comparison: Comparison, facts: Facts) -> Criterion:
    proved, declared = facts.proved.get(comparison.path), facts.declared.get(comparison.path)
    predicate = Compare(compare=comparison)
    if proved is not None and holds(predicate, {comparison.path: proved}):
        standing = Standing.MET
    elif declared is not None and holds(predicate, {comparison.path: declared}):
        standing = Standing.MISSING
    else:
        standing = Standing.MISSING if proved is None and declared is None else Standing.UNMET
    return Criterion(comparison.path, comparison.op, comparison.value, standing, proved, declared)
