"""The conditions of eligibility of a programme as one ordered list, and how a claim meets them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing.vouchers.predicates import (
    All,
    Any_,
    Compare,
    Comparison,
    Exists,
    Facts,
    In,
    Membership,
    Not,
    Predicate,
    Presence,
    holds,
    leaves,
    readings,
)
from billing.vouchers.rules import Programme, Requirement


@dataclass(frozen=True)
class Reason:
    """A structured reason, and the place of the rule it follows from: `sentences.render` makes it a sentence."""

    code: str
    params: Mapping[str, Any]
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class Checked:
    """A requirement with its outcome and every value it read."""

    code: str
    source: str
    test: Predicate
    written: Mapping[str, Any]  # the test as JSON data
    holds: bool
    values: Mapping[str, Any]

    @property
    def is_contradicted(self) -> bool:
        """Whether a stated fact fails the requirement, rather than a missing one."""
        return not self.holds and any(value is not None for value in self.values.values())

    def reason(self) -> Reason:
        """Why the requirement fails: what was found and what is allowed."""
        conditions = leaves(self.test)
        members = [leaf for leaf in conditions if isinstance(leaf, Membership)]
        bounds = [leaf for leaf in conditions if isinstance(leaf, Comparison)]
        return Reason(
            self.code,
            {
                "found": dict(self.values),
                "allowed": [value for leaf in members for value in leaf.values],
                "bounds": {leaf.op: leaf.value for leaf in bounds},
            },
            self.source,
        )

    def as_trace(self) -> dict[str, Any]:
        """The outcome as JSON data."""
        return {
            "code": self.code,
            "source": self.source,
            "test": self.written,
            "values": dict(self.values),
            "holds": self.holds,
        }


def requirements_of(programme: Programme) -> Iterator[tuple[str, Requirement]]:
    """Every requirement with the place of the rule it comes from, in the order they are judged."""
    yield from _claimant(programme)
    yield from _stated(programme, "subject")
    yield "region_code", Requirement(code="subject.region", test=_region(programme))
    yield from _stated(programme, "counterparty")
    yield "spend.categories", Requirement(code="spend.category", test=_category(programme))
    if programme.base == "event":
        yield "tiers", Requirement(code="spend.event", test=_event(programme))
    yield from _window(programme)
    yield from _stated(programme, "spend")
    yield from _stated(programme, "stacking")


def _stated(programme: Programme, section: str) -> Iterator[tuple[str, Requirement]]:
    for index, requirement in enumerate(getattr(programme, section).requires):
        yield f"{section}.requires[{index}]", requirement


def check_requirements(programme: Programme, facts: Facts) -> list[Checked]:
    """Judge every requirement on the facts; none is skipped, so the trace is complete."""
    return [
        Checked(
            one.code, place, one.test, written, holds(one.test, facts), readings(one.test, facts)
        )
        for place, one, written in _written(programme)
    ]


def _written(programme: Programme) -> Sequence[tuple[str, Requirement, Mapping[str, Any]]]:
    """The requirements of a rule, each with its test as JSON data; made once."""
    if "requirements" not in programme.derived:
        programme.derived["requirements"] = tuple(
            (place, one, one.test.model_dump(mode="json"))
            for place, one in requirements_of(programme)
        )
    found: Sequence[tuple[str, Requirement, Mapping[str, Any]]] = programme.derived["requirements"]
    return found


def leading_failure(checks: list[Checked]) -> Checked | None:
    """The failure a refusal is known by: one a stated fact contradicts before one not stated."""
    failures = [check for check in checks if not check.holds]
    return next((check for check in failures if check.is_contradicted), next(iter(failures), None))


def _claimant(programme: Programme) -> Iterator[tuple[str, Requirement]]:
    """A claim that names its claimant names the one the rule pays."""
    wanted = programme.subject.claimant
    if wanted == "either_exclusive":
        return
    other = "supplier" if wanted == "buyer" else "buyer"
    test = Not(negated=In(membership=Membership(path="claimant", values=(other,))))
    yield "subject.claimant", Requirement(code="subject.claimant", test=test)


def _region(programme: Programme) -> Predicate:
    """A treasury supports its own region: a subject known to be elsewhere is not among its subjects."""
    unknown = Not(negated=Exists(exists=Presence(path="subject.regions")))
    inside = In(membership=Membership(path="subject.regions", values=(programme.region_code,)))
    return Any_(any=(unknown, inside))


def _category(programme: Programme) -> Predicate:
    if programme.spend.categories is None:
        least = Comparison(path="spend.counted_lines", op="ge", value=1)
        return Compare(compare=least)
    categories = tuple(c for c in programme.spend.categories if c not in programme.spend.excluded)
    return In(membership=Membership(path="spend.categories", values=categories))


def _event(programme: Programme) -> Predicate:
    """A stated event is one the rule pays; an event not stated follows from the object's past."""
    named = tuple(tier.event for tier in programme.tiers or () if tier.event)
    return In(membership=Membership(path="spend.events", values=(*named, "unstated")))


def _window(programme: Programme) -> Iterator[tuple[str, Requirement]]:
    bounds = (("ge", programme.validity.opens), ("le", programme.validity.closes))
    tests = tuple(
        Compare(
            compare=Comparison.model_validate(
                {"path": "as_of_date" if len(bound) == 10 else "as_of", "op": op, "value": bound}
            )
        )
        for op, bound in bounds
        if bound is not None
    )
    if tests:
        yield "validity", Requirement(code="validity.window", test=All(all=tests))
