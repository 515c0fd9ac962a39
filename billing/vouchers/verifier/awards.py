"""The tier's figure again: eligible base, threshold, amount, split."""

from typing import Any

from billing.vouchers.verifier.predicates import is_true
from billing.vouchers.verifier.spans import within

Json = dict[str, Any]


def counted(rule: Json, line: Json) -> int | None:
    """What a line adds to the eligible base, None when its category does not count."""
    wanted = rule["spend"]["categories"]
    if line["category"] in rule["spend"]["excluded"]:
        return None
    if wanted is not None and line["category"] not in wanted:
        return None
    amounts = (line["amount_fen"], line.get(str(rule["base"]) + "_fen"))
    least = min(int(amount) for amount in amounts if amount is not None)
    return max(0, least - int(line["refunded_fen"]))


def is_undone(line: Json) -> bool:
    """Whether a sale was refunded in full."""
    return bool(line["refunded_fen"] == line["amount_fen"] != 0)


def award_of(rule: Json, sheet: Json, past: list[Json]) -> Json:
    """The figure of the first tier that applies, with the base it stands on."""
    if rule["base"] == "event":
        return _event_award(rule, sheet, past)
    own = sum(counted(rule, line) or 0 for line in sheet["lines"])
    award: Json = {
        "own": own, "base": 0, "tier": None, "amount": 0, "total": None,
        "retroactive": [], "blocked": "calc.tier", "objects": {},
    }  # fmt: skip
    for index, tier in enumerate(rule["tiers"] or []):
        if tier["when"] is not None and not is_true(tier["when"], sheet):
            continue
        base: int | None = own
        waiting: list[int] = []
        award["total"] = None
        if tier["threshold"]:
            base, award["total"], waiting = _through(tier["threshold"], own, sheet, past)
        amount = _tier_amount(tier, base, rule["rounding"]) if base is not None else None
        if base is None or amount is None:
            award["blocked"] = "threshold"
            continue
        award |= {"base": base, "tier": index, "amount": amount, "blocked": None}
        return award | {"retroactive": waiting, "objects": _objects(rule, sheet, amount)}
    return award


def _through(
    threshold: Json, own: int, sheet: Json, past: list[Json]
) -> tuple[int | None, int, list[int]]:
    """The base a threshold lets through (None: not reached), its total, the spend brought in."""
    on, least = threshold["on"], threshold["min_fen"]
    inside = [i for i, one in enumerate(past) if on != "contract" and within(on, one, sheet)]
    before = sum(past[i]["base"] for i in inside)
    total = before + own
    if threshold["effect"] == "excess":
        above = max(0, total - least) - max(0, before - least)
        return (above if total > least else None), total, []
    if total < least:
        return None, total, []
    waiting = [i for i in inside if past[i]["waits"] and threshold["retroactive"]]
    return own + sum(past[i]["base"] for i in waiting), total, waiting


def _tier_amount(tier: Json, base: int, rounding: str) -> int | None:
    if tier["rate_bp"] is not None:
        half = 5000 if rounding == "half_up" else 0
        return int((base * tier["rate_bp"] + half) // 10000)
    if tier["steps"] is not None:
        return max(
            (step["fen"] for step in tier["steps"] if step["from_fen"] <= base), default=None
        )
    return base if tier["full"] else tier["flat_fen"]


def _objects(rule: Json, sheet: Json, amount: int) -> dict[str, int]:
    weights: dict[str, int] = {}
    for line in sheet["lines"]:
        name = line["object_id"] or ""
        weights[name] = weights.get(name, 0) + (counted(rule, line) or 0)
    if not any(weights.values()):
        return {}
    return dict(zip(weights, share(amount, list(weights.values())), strict=True))


def _event_award(rule: Json, sheet: Json, past: list[Json]) -> Json:
    seen = {name for one in past for name in one["objects"]}
    objects: dict[str, int] = {}
    first = None
    for line in sheet["lines"]:
        if counted(rule, line) is None or is_undone(line):
            continue
        name = line["object_id"] or ""
        nth = "later" if name in seen or name in objects else "first"
        for index, tier in enumerate(rule["tiers"] or []):
            named = tier["event"] == line["event"]
            fits = named if line["event"] else tier["occurrence"] in (nth, None)
            if fits and (tier["when"] is None or is_true(tier["when"], sheet)):
                first = index if first is None else first
                objects[name] = objects.get(name, 0) + tier["flat_fen"]
                break
    total = sum(objects.values())
    return {
        "own": total, "base": total, "tier": first, "amount": total, "total": None,
        "retroactive": [], "blocked": None if objects else "calc.tier", "objects": objects,
    }  # fmt: skip


def share(total: int, weights: list[int]) -> list[int]:
    """Largest remainder, the earlier weight first among equals."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    rests = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in rests[: total - sum(parts)]:
        parts[index] += 1
    return parts
