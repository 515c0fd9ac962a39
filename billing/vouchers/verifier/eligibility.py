"""Eligibility again: the requirements of a rule and the facts they read."""

from typing import Any

from billing.vouchers.verifier.awards import counted, is_undone

Json = dict[str, Any]


def requirements(rule: Json) -> list[tuple[str, Json]]:
    """The conditions of eligibility in the order a decision lists them."""
    found: list[tuple[str, Json]] = []
    other = {"buyer": "supplier", "supplier": "buyer"}.get(rule["subject"]["claimant"])
    if other:
        found.append(("subject.claimant", {"not": {"in": {"path": "claimant", "values": [other]}}}))
    unknown = {"not": {"exists": {"path": "subject.regions"}}}
    inside = {"in": {"path": "subject.regions", "values": [rule["region_code"]]}}
    found += [*_stated(rule["subject"]), ("subject.region", {"any": [unknown, inside]})]
    found += _stated(rule["counterparty"])
    wanted, excluded = rule["spend"]["categories"], rule["spend"]["excluded"]
    if wanted is None:
        test: Json = {"compare": {"path": "spend.counted_lines", "op": "ge", "value": 1}}
    else:
        names = [name for name in wanted if name not in excluded]
        test = {"in": {"path": "spend.categories", "values": names}}
    found.append(("spend.category", test))
    if rule["base"] == "event":
        events = [tier["event"] for tier in rule["tiers"] or []]
        known = {"in": {"path": "spend.events", "values": [*events, "unstated"]}}
        found.append(("spend.event", known))
    bounds = []
    for op, moment in (("ge", rule["validity"]["opens"]), ("le", rule["validity"]["closes"])):
        if moment is not None:
            path = "as_of_date" if "T" not in moment else "as_of"
            bounds.append({"compare": {"path": path, "op": op, "value": moment}})
    if bounds:
        found.append(("validity.window", {"all": bounds}))
    return found + _stated(rule["spend"]) + _stated(rule["stacking"])


def _stated(section: Json) -> list[tuple[str, Json]]:
    return [(one["code"], one["test"]) for one in section["requires"]]


def readable(rule: Json, sheet: Json, history: list[Json], past: list[Json]) -> Json:
    """The fact sheet with what follows from its lines and the history."""
    lines, contract = sheet["lines"], sheet["contract_id"]
    excluded = rule["spend"]["excluded"]
    paid = [one for one in past if one["granted"] > 0]
    same = [
        one
        for one in history
        if contract is not None and one["contract_id"] == contract and one["granted_fen"] != 0
    ]
    facts = dict(sheet)
    facts["spend"] = {
        "categories": sorted({x["category"] for x in lines} - set(excluded)),
        "counted_lines": sum(counted(rule, x) is not None for x in lines),
        "events": sorted({x["event"] or "unstated" for x in lines if not is_undone(x)}),
    }
    facts["history"] = {
        "claims": len(paid),
        "years": len({one["sheet"]["as_of"][:4] for one in paid} | {sheet["as_of"][:4]}),
        "same_contract": len(same),
        "same_contract_elsewhere": sum(one["programme"] != rule["id"] for one in same),
        "same_contract_other_claimant": sum(x["claimant"] != sheet["claimant"] for x in same),
    }
    return facts
