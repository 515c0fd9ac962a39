"""Two versions of a programme over past claims: who gains, who loses, and how much in all."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from billing.vouchers.claims import Claim
from billing.vouchers.evaluation import quote
from billing.vouchers.rules import Programme


@dataclass(frozen=True)
class ClaimChange:
    """One past claim under the old and under the new version; amounts in fen."""

    claim: str
    who: str
    before_fen: int
    after_fen: int
    before_binding: str
    after_binding: str

    @property
    def change_fen(self) -> int:
        """What the claimant gains, below zero what it loses."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class VersionDiff:
    """What a new version would have done to past claims, and which terms it changes."""

    terms: tuple[tuple[str, Any, Any], ...]
    changes: tuple[ClaimChange, ...]

    @property
    def gainers(self) -> tuple[ClaimChange, ...]:
        """Who would have been granted more, the largest gain first."""
        rows = (one for one in self.changes if one.change_fen > 0)
        return tuple(sorted(rows, key=lambda one: (-one.change_fen, one.claim)))

    @property
    def losers(self) -> tuple[ClaimChange, ...]:
        """Who would have been granted less, the largest loss first."""
        rows = (one for one in self.changes if one.change_fen < 0)
        return tuple(sorted(rows, key=lambda one: (one.change_fen, one.claim)))

    @property
    def before_fen(self) -> int:
        """All grants under the old version."""
        return sum(one.before_fen for one in self.changes)

    @property
    def after_fen(self) -> int:
        """All grants under the new version."""
        return sum(one.after_fen for one in self.changes)

    def as_data(self) -> dict[str, Any]:
        """The comparison as JSON data."""
        return {
            "terms": [{"term": term, "old": old, "new": new} for term, old, new in self.terms],
            "claims": len(self.changes),
            "before_fen": self.before_fen,
            "after_fen": self.after_fen,
            "change_fen": self.after_fen - self.before_fen,
            "gain": [asdict(one) | {"change_fen": one.change_fen} for one in self.gainers],
            "lose": [asdict(one) | {"change_fen": one.change_fen} for one in self.losers],
        }


def diff_versions(
    old: Programme, new: Programme, claims: Iterable[tuple[str, Claim]]
) -> VersionDiff:
    """Decide every past claim (with its claimant's name) under both versions, each on its own past.

    A draft is decided as if it were published, unless terms are missing: then it grants nothing.
    """
    rules = [_as_published(old), _as_published(new)]
    changes = []
    for who, claim in claims:
        before, after = (
            quote(rule, claim.model_copy(update={"remaining": {}, "programme": rule.id}))
            for rule in rules
        )
        changes.append(
            ClaimChange(
                claim.id, who, before.grant_fen, after.grant_fen, before.binding, after.binding
            )
        )
    return VersionDiff(tuple(changed_terms(old, new)), tuple(changes))


def _as_published(rule: Programme) -> Programme:
    if rule.status != "draft" or rule.missing_terms():
        return rule
    return rule.model_copy(update={"status": "active"})


def changed_terms(old: Programme, new: Programme) -> list[tuple[str, Any, Any]]:
    """Every term the versions state differently, by its place in the rule, version and status aside."""
    before, after = dict(_flat(old.pinned())), dict(_flat(new.pinned()))
    places = dict.fromkeys([*before, *after])
    return [
        (place, before.get(place), after.get(place))
        for place in places
        if place not in ("version", "status") and before.get(place) != after.get(place)
    ]


def _flat(value: Any, place: str = "") -> Iterable[tuple[str, Any]]:
    """The rule as places and plain values; a condition stays whole."""
    if isinstance(value, Mapping) and place.rpartition(".")[2] not in ("test", "when"):
        for key, part in value.items():
            yield from _flat(part, f"{place}.{key}" if place else key)
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for index, part in enumerate(value):
            yield from _flat(part, f"{place}[{index}]")
    else:
        yield place, value
