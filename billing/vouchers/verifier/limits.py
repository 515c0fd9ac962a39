"""The limits again: caps, pools and the residual, with what remained before."""

from typing import Any

from billing.vouchers.verifier.awards import counted
from billing.vouchers.verifier.predicates import is_true
from billing.vouchers.verifier.spans import within

Json = dict[str, Any]


def limits_of(rule: Json, sheet: Json, past: list[Json], award: Json, left: Json) -> list[Json]:
    """Caps as written, pools, then what is left to pay."""
    found = [x for cap in rule["caps"] if (x := _cap(cap, sheet, past, award, left))]
    for pool in rule["funding"]["pools"]:
        used = sum(one["granted"] for one in past if within(pool["period"], one, sheet))
        key = "pool:" + pool["period"]
        rest = left.get(key, max(0, pool["fen"] - used))
        found.append(_limit(key, pool["fen"], used, rest, rest))
    if rule["base"] != "event":
        lines = [x for x in sheet["lines"] if counted(rule, x) is not None]
        payable = sum(line["amount_fen"] - line["refunded_fen"] for line in lines)
        payable += sum(past[index]["base"] for index in award["retroactive"])
        effect = rule["stacking"]["base_effect"]
        other = sheet["other_grants_fen"] if effect == "residual" else 0
        rest = max(0, payable - other)
        found.append(_limit("residual", payable, other, rest, rest))
    return found


def _cap(cap: Json, sheet: Json, past: list[Json], award: Json, left: Json) -> Json | None:
    levels = [x for x in cap["levels"] if x["when"] is None or is_true(x["when"], sheet)]
    limit = levels[0]["limit"] if levels else None
    if limit is None or not _touches(cap, sheet):
        return None
    key = "cap:" + cap["name"]
    inside = [x for x in past if _owned(cap["of"], x, sheet) and within(cap["period"], x, sheet)]
    if cap["unit"] == "count":
        used = sum(one["granted"] > 0 and _touches(cap, one["sheet"]) for one in inside)
        rest = left.get(key, max(0, limit - used))
        return _limit(key, limit, used, rest, None if rest else 0)
    if cap["of"] != "object":
        used = sum(one["granted"] for one in inside)
        rest = left.get(key, max(0, limit - used))
        return _limit(key, limit, used, rest, rest)
    spent = {name: sum(one["objects"].get(name, 0) for one in inside) for name in award["objects"]}
    used = sum(spent.values())
    if key in left:
        return _limit(key, limit, used, left[key], left[key])
    free = {name: max(0, limit - fen) for name, fen in spent.items()}
    allowed = sum(min(fen, free[name]) for name, fen in award["objects"].items())
    return _limit(key, limit, used, sum(free.values()), allowed)


def _limit(key: str, limit: int, used: int, rest: int, allows: int | None) -> Json:
    return {
        "key": key, "limit": limit, "used": used, "remaining_before": rest, "allows_fen": allows,
    }  # fmt: skip


def _touches(cap: Json, sheet: Json) -> bool:
    return not cap["categories"] or any(x["category"] in cap["categories"] for x in sheet["lines"])


def _owned(owner: str, one: Json, sheet: Json) -> bool:
    if owner == "supplier":
        ids = [one["sheet"]["counterparty"]["id"], sheet["counterparty"]["id"]]
        return None in ids or ids[0] == ids[1]
    if owner == "contract":
        return (
            sheet["contract_id"] is not None and one["sheet"]["contract_id"] == sheet["contract_id"]
        )
    return owner != "group" or one["sheet"]["subject"]["group"] == sheet["subject"]["group"]
