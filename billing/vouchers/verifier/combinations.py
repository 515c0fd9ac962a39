"""The best combination again: every choice in its turn, the rules of stacking, and that nothing beats it."""

from typing import Any

from billing.vouchers.verifier.awards import counted
from billing.vouchers.verifier.decisions import recompute

Json = dict[str, Any]
Chosen = list[tuple[Json, int]]


def check_combination(data: Json) -> list[str]:
    """What in a certificate of a combination is wrong; an empty list is a proof.

    An exact one is searched again in full; one with an upper bound is held below it.
    """
    stated, candidates = data["combination"], data["candidates"]
    wrong: list[str] = []
    chosen: Chosen = []
    for one in stated["chosen"]:
        candidate = candidates[one["candidate"]]
        if candidate not in _allowed(candidates, candidate["order"], chosen):
            wrong.append(f"{_name(candidate)}: excluded by what was chosen before it")
        inputs = _inputs(candidate, chosen)
        if one["trace"]["inputs"] != inputs:
            wrong.append(f"{_name(candidate)}: decided on other facts")
        grant = _grant(candidate, inputs)
        if grant != one["grant_fen"]:
            wrong.append(f"{_name(candidate)}: {one['grant_fen']} but the rule gives {grant}")
        chosen.append((candidate, grant))
    total = sum(fen for _candidate, fen in chosen)
    if total != stated["total_fen"]:
        wrong.append(f"total: {stated['total_fen']} but the choices give {total}")
    orders = list(dict.fromkeys(candidate["order"] for candidate in candidates))
    if stated["is_exact"]:
        best = _best(candidates, orders, [], total)
        if best > total or stated["upper_bound_fen"] != total:
            wrong.append(f"not the best: {max(best, total)} can be granted")
    elif not total <= stated["upper_bound_fen"] == _ceiling(candidates, orders, []):
        wrong.append("upper bound: the rules give another")
    return wrong


def _best(candidates: list[Json], orders: list[str], chosen: Chosen, floor: int) -> int:
    """The largest total of any legal sequence, or `floor` when none is larger."""
    total = sum(fen for _one, fen in chosen)
    floor = max(floor, total)
    if not orders or total + _ceiling(candidates, orders, chosen) <= floor:
        return floor
    for candidate in _allowed(candidates, orders[0], chosen):
        grant = _grant(candidate, _inputs(candidate, chosen))
        if grant > 0:
            floor = _best(candidates, orders, [*chosen, (candidate, grant)], floor)
    return _best(candidates, orders[1:], chosen, floor)


def _ceiling(candidates: list[Json], orders: list[str], chosen: Chosen) -> int:
    """No sequence on these orders grants more: of one group of an order the largest counts."""
    most: dict[Any, int] = {}
    for order in orders:
        for place, candidate in enumerate(candidates):
            if candidate in _allowed(candidates, order, chosen):
                key = (order, tuple(sorted(_groups(candidate["programme"]))) or place)
                most[key] = max(most.get(key, 0), _most(candidate))
    return sum(most.values())


def _allowed(candidates: list[Json], order: str, chosen: Chosen) -> list[Json]:
    """A programme once a contract, one voucher of an exclusive group."""
    rules = [one["programme"] for one, _fen in chosen if one["order"] == order]
    taken = {group for rule in rules for group in _groups(rule)}
    used = {rule["id"] for rule in rules}
    return [
        one
        for one in candidates
        if one["order"] == order
        and one["programme"]["id"] not in used
        and not taken & _groups(one["programme"])
    ]


def _groups(rule: Json) -> set[str]:
    stated = set(rule["stacking"]["exclusive_groups"])
    return stated or ({"ai_voucher"} if rule["kind"] in ("compute", "data", "algorithm") else set())


def _inputs(candidate: Json, chosen: Chosen) -> Json:
    """What the rule reads once the others have been granted."""
    here = [(one, fen) for one, fen in chosen if one["order"] == candidate["order"]]
    claim = dict(candidate["claim"])
    claim["other_grants_fen"] += sum(fen for _one, fen in here)
    levels = {_level(one["programme"]["region_code"]) for one, _fen in here}
    claim["other_grant_levels"] = sorted(levels | set(claim["other_grant_levels"]))
    history = list(candidate["history"])
    for one, fen in chosen:
        none = {"other_grants_fen": 0, "other_grant_levels": []}
        history.append({**one["claim"], **none, "granted_fen": fen})
    ours = candidate["programme"]["id"]
    spent = sum(fen for one, fen in chosen if one["programme"]["id"] == ours)
    left = {
        key: max(0, value - spent) if key.startswith("pool:") else value
        for key, value in candidate["remaining"].items()
    }
    return {"claim": claim, "history": history, "remaining": left}


def _level(region: str) -> str:
    return {True: "province"}.get(
        region[2:] == "0000", "city" if region[4:] == "00" else "district"
    )


def _grant(candidate: Json, inputs: Json) -> int:
    decision = recompute(candidate["programme"], inputs)["decision"]
    return int(decision["grant_fen"]) if decision["eligible"] else 0


def _most(candidate: Json) -> int:
    """A figure no decision on the candidate exceeds."""
    rule, claim = candidate["programme"], candidate["claim"]
    sheets = [claim]
    if any(tier["threshold"] for tier in rule["tiers"] or []):
        sheets += [one for one in candidate["history"] if one["programme"] == rule["id"]]
    base = sum(counted(rule, line) or 0 for sheet in sheets for line in sheet["lines"])
    figures: list[int] = [0]
    for tier in rule["tiers"] or []:
        if tier["rate_bp"] is not None:
            figures.append((base * tier["rate_bp"] + 9999) // 10000)
        elif tier["steps"] is not None:
            figures.append(max(step["fen"] for step in tier["steps"]))
        else:
            figures.append(base if tier["full"] else tier["flat_fen"] * len(claim["lines"]))
    pools: list[int] = [
        left for key, left in candidate["remaining"].items() if key.startswith("pool:")
    ]
    return min([max(figures), *pools])


def _name(candidate: Json) -> str:
    return f"{candidate['order']} {candidate['programme']['id']}"
