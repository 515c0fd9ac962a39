"""The best legal combination of vouchers over one order or many, with a certificate of being the best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing.vouchers.calculation import base_fen
from billing.vouchers.claims import Claim
from billing.vouchers.evaluation import quote_sheets
from billing.vouchers.facts import FactSheet, claim_facts, history_facts
from billing.vouchers.rules import Programme, Tier
from billing.vouchers.traces import Quote

# One of these on a contract, unless a programme states its own groups.
_AI_VOUCHERS = ("compute", "data", "algorithm")
MAX_NODES = 2000


def exclusive_groups(rule: Programme) -> frozenset[str]:
    """The groups of which a contract may use one voucher."""
    stated = rule.stacking.exclusive_groups
    implied = ("ai_voucher",) if rule.kind in _AI_VOUCHERS else ()
    return frozenset(stated or implied)


def level_of(region_code: str) -> str:
    """Whose money a programme of this region spends."""
    if region_code.endswith("0000"):
        return "province"
    return "city" if region_code.endswith("00") else "district"


@dataclass(frozen=True)
class Candidate:
    """One programme for one order: the claim as it stands before anything is combined."""

    order: str
    rule: Programme
    sheet: FactSheet
    history: Sequence[FactSheet]
    remaining: Mapping[str, int]

    @classmethod
    def of(
        cls, order: str, rule: Programme, claim: Claim, *, remaining: Mapping[str, int]
    ) -> "Candidate":
        """The candidate a claim makes."""
        left = {**claim.remaining, **remaining}
        return cls(order, rule, claim_facts(claim), history_facts(claim), left)


@dataclass(frozen=True)
class Choice:
    """A voucher of the combination, decided knowing the ones before it."""

    candidate: int
    decided: Quote


@dataclass(frozen=True)
class Combination:
    """The vouchers to apply, in this sequence; nothing legal grants more when `is_exact`."""

    choices: tuple[Choice, ...]
    total_fen: int
    upper_bound_fen: int
    is_exact: bool
    nodes: int


@dataclass
class _Search:
    candidates: Sequence[Candidate]
    orders: list[str]
    bounds: list[int]
    max_nodes: int
    nodes: int = 0
    best: tuple[Choice, ...] = ()
    best_fen: int = 0
    path: list[Choice] = field(default_factory=list)


def best_combination(candidates: Sequence[Candidate], *, max_nodes: int = MAX_NODES) -> Combination:
    """Search every sequence of legal applications, order by order, by branch and bound; fen.

    Legal is what each programme grants at its turn, above zero: once a contract, one voucher of an
    exclusive group, caps and pools less what was chosen before, the residual less other grants.
    Beyond `max_nodes` decisions the best found stands with an upper bound.
    """
    bounds = [_bound(candidate) for candidate in candidates]
    orders = list(dict.fromkeys(candidate.order for candidate in candidates))
    search = _Search(candidates, orders, bounds, max_nodes)
    root = sum(_order_bound(search, order, ()) for order in orders)
    _explore(search, 0, 0)
    is_exact = search.nodes <= max_nodes
    upper = search.best_fen if is_exact else root
    return Combination(search.best, search.best_fen, upper, is_exact, min(search.nodes, max_nodes))


def _explore(search: _Search, at: int, total: int) -> None:
    if total > search.best_fen:
        search.best, search.best_fen = tuple(search.path), total
    if at == len(search.orders):
        return
    order = search.orders[at]
    here = [c.candidate for c in search.path if search.candidates[c.candidate].order == order]
    later = sum(_order_bound(search, name, ()) for name in search.orders[at + 1 :])
    if total + _order_bound(search, order, here) + later <= search.best_fen:
        return
    for index in _open_to(search, order, here):
        search.nodes += 1
        if search.nodes > search.max_nodes:
            return
        decided = _decide(search, index)
        if decided.eligible and decided.grant_fen > 0:
            search.path.append(Choice(index, decided))
            _explore(search, at, total + decided.grant_fen)
            search.path.pop()
    _explore(search, at + 1, total)


def _open_to(search: _Search, order: str, taken: Sequence[int]) -> list[int]:
    """The candidates an order may still use, the largest bound first."""
    rules = [search.candidates[index].rule for index in taken]
    used = {rule.id for rule in rules}
    groups = {group for rule in rules for group in exclusive_groups(rule)}
    found = [
        index
        for index, candidate in enumerate(search.candidates)
        if candidate.order == order
        and candidate.rule.id not in used
        and not groups & exclusive_groups(candidate.rule)
    ]
    return sorted(found, key=lambda index: (-search.bounds[index], index))


def _decide(search: _Search, index: int) -> Quote:
    """A candidate decided after everything chosen so far."""
    candidate = search.candidates[index]
    chosen = [(search.candidates[one.candidate], one.decided.grant_fen) for one in search.path]
    sheet, history, remaining = inputs_after(candidate, chosen)
    return quote_sheets(candidate.rule, sheet, history, remaining)


def inputs_after(
    candidate: Candidate, chosen: Sequence[tuple[Candidate, int]]
) -> tuple[FactSheet, list[FactSheet], dict[str, int]]:
    """The claim, its history and the limits once other vouchers have been granted before it."""
    same = [(one, fen) for one, fen in chosen if one.order == candidate.order]
    levels = {level_of(one.rule.region_code) for one, _fen in same}
    sheet = candidate.sheet | {
        "other_grants_fen": candidate.sheet["other_grants_fen"] + sum(fen for _one, fen in same),
        "other_grant_levels": sorted({*candidate.sheet["other_grant_levels"], *levels}),
    }
    earlier = {"other_grants_fen": 0, "other_grant_levels": []}
    history = [*candidate.history]
    history += [one.sheet | earlier | {"granted_fen": fen} for one, fen in chosen]
    spent = sum(fen for one, fen in chosen if one.rule.id == candidate.rule.id)
    remaining = {
        key: max(0, left - spent) if key.startswith("pool:") else left
        for key, left in candidate.remaining.items()
    }
    return sheet, history, remaining


def _order_bound(search: _Search, order: str, taken: Sequence[int]) -> int:
    """At most what an order may still be granted: of one and the same group only the largest."""
    best: dict[Any, int] = {}
    for index in _open_to(search, order, taken):
        key = exclusive_groups(search.candidates[index].rule) or index
        best[key] = max(best.get(key, 0), search.bounds[index])
    return sum(best.values())


def _bound(candidate: Candidate) -> int:
    """More than a candidate can ever be granted, whatever was chosen before it; fen."""
    rule = candidate.rule
    bases = [base_fen(rule, candidate.sheet)]
    if any(tier.threshold for tier in rule.tiers or ()):
        bases += [base_fen(rule, one) for one in candidate.history if one["programme"] == rule.id]
    lines = len(candidate.sheet["lines"])
    most = max((_most(tier, sum(bases), lines) for tier in rule.tiers or ()), default=0)
    pools = [left for key, left in candidate.remaining.items() if key.startswith("pool:")]
    return min([most, *pools])


def _most(tier: Tier, base: int, lines: int) -> int:
    if tier.rate_bp is not None:
        return -(-base * tier.rate_bp // 10000)
    if tier.steps is not None:
        return max(step.fen for step in tier.steps)
    return base if tier.full else (tier.flat_fen or 0) * lines


def certificate_of(candidates: Sequence[Candidate], found: Combination) -> dict[str, Any]:
    """Everything the standalone verifier needs to find the same best combination again."""
    return {
        "combination": {
            "total_fen": found.total_fen,
            "upper_bound_fen": found.upper_bound_fen,
            "is_exact": found.is_exact,
            "nodes": found.nodes,
            "chosen": [
                {
                    "candidate": one.candidate,
                    "grant_fen": one.decided.grant_fen,
                    "trace": dict(one.decided.trace),
                }
                for one in found.choices
            ],
        },
        "candidates": [
            {
                "order": one.order,
                "programme": one.rule.pinned(),
                "claim": one.sheet,
                "history": list(one.history),
                "remaining": dict(one.remaining),
            }
            for one in candidates
        ],
    }
