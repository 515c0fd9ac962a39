"""A second program for claims, written from the published terms alone; it shares nothing with the engine."""

import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]
PUBLISHED = Path(__file__).parent / "data" / "published_programmes.json"
TERMS: dict[str, Facts] = {
    one["id"]: one for one in json.loads(PUBLISHED.read_text(encoding="utf-8"))["programmes"]
}
MEASURED = {"verified": "verified_fen", "actually_paid": "paid_fen", "metered_usage": "metered_fen"}


def decide(claim: Facts, others_fen: int = 0) -> tuple[int, bool]:
    """What a claim is granted, and whether it is one the terms support; fen. `others_fen`: what
    other programmes pay for the contract. Sales of data sets are not worked out here."""
    terms = TERMS[claim["programme"]]
    if not terms["tiers"]:
        return 0, False
    past: list[dict[str, Any]] = []
    for item in claim["history"]:
        if item.get("programme", terms["id"]) == terms["id"]:
            whole = {**claim, **item}
            fen, is_one, base, paid_up = _granted(terms, whole, past, 0)
            for at in paid_up or ():
                past[at]["waits"] = False
            base, waits = (base, paid_up is None) if is_one else (0, False)
            past.append({"day": _day(whole), "fen": fen, "base": base, "waits": waits})
    fen, is_one, _base, _paid_up = _granted(terms, claim, past, others_fen)
    return fen, is_one


def _granted(
    terms: Facts, claim: Facts, past: Sequence[Facts], others_fen: int
) -> tuple[int, bool, int, list[int] | None]:
    """Fen, whether it is one of the supported, its base, and the earlier ones it brings in: None
    while a threshold keeps it waiting."""
    lines = [line for line in claim["lines"] if _counts(terms, line)]
    base = sum(_worth(terms, line) for line in lines)
    if not lines or not _supports(terms, claim, past):
        return 0, False, base, []
    tier = next(one for one in terms["tiers"] if _has(claim, one.get("when")))
    paid_up: list[int] = []
    owed = sum(line["amount_fen"] - line.get("refunded_fen", 0) for line in lines)
    whole = base
    if limit := tier.get("threshold"):
        inside = [
            n for n, one in enumerate(past) if _together(limit["on"], one["day"], _day(claim))
        ]
        if base + sum(past[n]["base"] for n in inside) < limit["min_fen"]:
            return 0, True, base, None
        paid_up = [n for n in inside if past[n]["waits"]]
        before = sum(past[n]["base"] for n in paid_up)
        whole, owed = base + before, owed + before
    this_year = [one["fen"] for one in past if one["day"].year == _day(claim).year]
    left = [whole * tier["rate_bp"] // 10000, max(0, owed - others_fen)]
    for cap in terms.get("caps", ()):
        if cap["scope"] == "subject_lifetime":
            left.append(cap["fen"] - sum(one["fen"] for one in past))
        elif cap["scope"] == "subject_year" and not _is_waived(cap, claim):
            raised = "raised_to_fen" in cap and _has(claim, {cap["when"]: True})
            if "when" not in cap or "raised_to_fen" in cap or _has(claim, {cap["when"]: True}):
                left.append((cap["raised_to_fen"] if raised else cap["fen"]) - sum(this_year))
                break
    if "pool_year_fen" in terms:
        left.append(terms["pool_year_fen"] - sum(this_year))
    if "pool_total_fen" in terms:
        left.append(terms["pool_total_fen"] - sum(one["fen"] for one in past))
    return max(0, min(left)), True, base, paid_up


def _supports(terms: Facts, claim: Facts, past: Sequence[Facts]) -> bool:
    subject, other = claim["subject"], claim["counterparty"]
    kinds, sizes, tags = (terms.get(name) for name in ("eligible_org_types", "size", "tags_any"))
    asked = dict(terms.get("counterparty", {}))
    if asked.pop("must_be_unrelated", False) and other.get("related"):
        return False
    if (kinds and subject.get("org_type") not in kinds) or (
        sizes and subject.get("size") not in sizes
    ):
        return False
    if tags and not any(_has(claim, {tag: True}) for tag in tags):
        return False
    if any(other.get(name) is not True for name in asked):
        return False
    if terms.get("first_case_only") and any(one["fen"] for one in past):
        return False
    years = {one["day"].year for one in past if one["fen"]} | {_day(claim).year}
    if len(years) > terms.get("max_years", 99):
        return False
    region = subject.get("region_code")
    if region and region not in _within(terms["region_code"], region):
        return False
    opens, closes = terms.get("window", "..").split("..")
    closes = closes or terms.get("valid_until", "")[:10]
    day = _day(claim).isoformat()
    return (not opens or day >= opens) and (not closes or day <= closes)


def _within(area: str, region: str) -> set[str]:
    """The region itself where it lies in the area, whose trailing zeros stand for any."""
    stem = area.removesuffix("00").removesuffix("00")
    return {region} if region.startswith(stem) else set()


def _counts(terms: Facts, line: Facts) -> bool:
    if line["category"] in terms.get("spend_out", ()):
        return False
    return "spend_in" not in terms or line["category"] in terms["spend_in"]


def _worth(terms: Facts, line: Facts) -> int:
    measured = line.get(MEASURED.get(terms["base"], ""))
    amount = line["amount_fen"] if measured is None else min(measured, line["amount_fen"])
    return int(max(0, amount - line.get("refunded_fen", 0)))


def _is_waived(cap: Facts, claim: Facts) -> bool:
    return "waived_when" in cap and _has(claim, {cap["waived_when"]: True})


def _has(claim: Facts, wanted: Any) -> bool:
    if not wanted:
        return True
    names = wanted["any"] if "any" in wanted else list(wanted)
    subject = claim["subject"]
    stated = {f"{name}={value}" for name, value in subject.items() if isinstance(value, str)}
    true = {name for name, value in subject.items() if value is True} | set(subject.get("tags", ()))
    return any(name in true | stated for name in names)


def _day(claim: Facts) -> date:
    return date.fromisoformat(claim["as_of"])


def _together(on: str, one: date, day: date) -> bool:
    if on == "spend_year":
        return one.year == day.year
    year, month = (day.year, day.month - 3) if day.month > 3 else (day.year - 1, day.month + 9)
    before = date(year, month, min(day.day, monthrange(year, month)[1]))
    return before < one <= day
