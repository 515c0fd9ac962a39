"""The limits on a grant as they stood before it: caps of each scope, pools, what is left to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing.vouchers.calculation import Award, Past, payable_fen
from billing.vouchers.facts import FactSheet, day_of
from billing.vouchers.periods import shares_period
from billing.vouchers.predicates import holds
from billing.vouchers.rules import Cap, Pool, Programme


@dataclass(frozen=True)
class Limit:
    """One limit as it stood before the decision, and the grant it allows (None: any).

    `binding` is its name in decisions; `key` tells pools of several periods apart. `source` says
    whether the remainder was given by the caller, or counted from the claim's history.
    """

    key: str
    binding: str
    limit: int
    used: int
    remaining_before: int
    allows_fen: int | None
    source: str
    unit: str = "fen"


def limits_of(
    programme: Programme,
    sheet: FactSheet,
    pasts: Sequence[Past],
    award: Award,
    remaining: Mapping[str, int],
) -> list[Limit]:
    """Every limit in the order ties are named: caps as written, pools, then the residual."""
    caps = [_cap(cap, sheet, pasts, award, remaining) for cap in programme.caps]
    pools = [_pool(pool, sheet, pasts, remaining) for pool in programme.funding.pools]
    residual = [_residual(programme, sheet, pasts, award)] if programme.base != "event" else []
    return [limit for limit in caps if limit is not None] + pools + residual


def limit_keys(programme: Programme) -> set[str]:
    """The names under which a caller may state what remains."""
    pools = {f"pool:{pool.period}" for pool in programme.funding.pools}
    return {f"cap:{cap.name}" for cap in programme.caps} | pools


def _cap(
    cap: Cap, sheet: FactSheet, pasts: Sequence[Past], award: Award, remaining: Mapping[str, int]
) -> Limit | None:
    """The cap at its first level that applies; None when waived or not concerned."""
    applying = (one.limit for one in cap.levels if one.when is None or holds(one.when, sheet))
    limit = next(applying, None)
    if limit is None or not _touches(cap, sheet):
        return None
    key = f"cap:{cap.name}"
    inside = [past for past in pasts if _in_scope(cap, past.sheet, sheet)]
    if cap.unit == "count":
        used = sum(past.granted_fen > 0 and _touches(cap, past.sheet) for past in inside)
    elif cap.of == "object":
        used = sum(past.by_object.get(name, 0) for past in inside for name in award.by_object)
    else:
        used = sum(past.granted_fen for past in inside)
    left = remaining.get(key, max(0, limit - used))
    allows: int | None = left
    if cap.unit == "count":
        allows = None if left > 0 else 0
    elif cap.of == "object" and key not in remaining:
        free = {
            name: max(0, limit - sum(past.by_object.get(name, 0) for past in inside))
            for name in award.by_object
        }
        left = sum(free.values())
        allows = sum(min(amount, free[name]) for name, amount in award.by_object.items())
    return Limit(key, key, limit, used, left, allows, _source(key, remaining), cap.unit)


def _in_scope(cap: Cap, past: FactSheet, sheet: FactSheet) -> bool:
    supplier = past["counterparty"]["id"], sheet["counterparty"]["id"]
    owner = {
        "subject": True,
        "object": True,
        "supplier": None in supplier or supplier[0] == supplier[1],
        "group": past["subject"]["group"] == sheet["subject"]["group"],
        "contract": sheet["contract_id"] is not None
        and past["contract_id"] == sheet["contract_id"],
    }[cap.of]
    return owner and _in_period(cap.period, past, sheet)


def _in_period(period: str, past: FactSheet, sheet: FactSheet) -> bool:
    if period in ("lifetime", "total"):
        return True
    if period == "batch":
        return bool(past["batch"] == sheet["batch"])
    return shares_period(period, day_of(past), of=day_of(sheet))


def _touches(cap: Cap, sheet: FactSheet) -> bool:
    return not cap.categories or any(line["category"] in cap.categories for line in sheet["lines"])


def _pool(
    pool: Pool, sheet: FactSheet, pasts: Sequence[Past], remaining: Mapping[str, int]
) -> Limit:
    """The pool; without the caller's figure only this subject's own grants are known."""
    key = f"pool:{pool.period}"
    used = sum(past.granted_fen for past in pasts if _in_period(pool.period, past.sheet, sheet))
    left = remaining.get(key, max(0, pool.fen - used))
    return Limit(key, "pool", pool.fen, used, left, left, _source(key, remaining))


def _residual(programme: Programme, sheet: FactSheet, pasts: Sequence[Past], award: Award) -> Limit:
    """What is left to pay for the counted spend once other public money is taken off."""
    earlier = award.reach.retroactive if award.reach else ()
    payable = payable_fen(programme, sheet) + sum(pasts[index].base_fen for index in earlier)
    other = sheet["other_grants_fen"] if programme.stacking.base_effect == "residual" else 0
    left = max(0, payable - other)
    return Limit("residual", "residual", payable, other, left, left, "claim")


def _source(key: str, remaining: Mapping[str, int]) -> str:
    return "given" if key in remaining else "history"
