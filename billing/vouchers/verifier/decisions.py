"""The decision again, from the inputs a trace pins."""

from typing import Any

from billing.vouchers.verifier.awards import award_of, counted, share
from billing.vouchers.verifier.eligibility import readable, requirements
from billing.vouchers.verifier.limits import limits_of
from billing.vouchers.verifier.predicates import is_stated, is_true, read_values

Json = dict[str, Any]


def recompute(rule: Json, inputs: Json) -> Json:
    """The decision on a claim and all the steps to it."""
    past: list[Json] = []
    history = inputs["history"]
    for index, sheet in enumerate(history):
        if sheet["programme"] == rule["id"]:
            _remember(rule, sheet, history[:index], past)
    return _decide(rule, inputs["claim"], history, past, inputs["remaining"])


def _remember(rule: Json, sheet: Json, before: list[Json], past: list[Json]) -> None:
    """Append an earlier claim with its grant, and settle the spend it brought in."""
    outcome = _decide(rule, sheet, before, past, {})
    award = award_of(rule, sheet, past)
    stated = sheet["granted_fen"]
    granted = outcome["decision"]["grant_fen"] if stated is None else stated
    counts = outcome["decision"]["eligible"] or bool(stated)
    for index in award["retroactive"] if counts else []:
        past[index]["waits"] = False
    objects = award["objects"]
    shares = share(granted, list(objects.values())) if any(objects.values()) else [0] * len(objects)
    past.append(
        {
            "sheet": sheet,
            "base": award["own"] if counts else 0,
            "granted": granted,
            "waits": counts and award["blocked"] == "threshold" and granted == 0,
            "objects": dict(zip(objects, shares, strict=True)),
        }
    )


def _decide(rule: Json, sheet: Json, history: list[Json], past: list[Json], left: Json) -> Json:
    if rule["status"] == "draft":
        return _result(rule, [], sheet, past, None, [], (0, "terms_incomplete", False))
    facts = readable(rule, sheet, history, past)
    checks: list[Json] = [
        {
            "code": code,
            "test": test,
            "values": read_values(test, facts),
            "holds": is_true(test, facts),
        }
        for code, test in requirements(rule)
    ]
    failed = [check for check in checks if not check["holds"]]
    if failed:
        code = next((x for x in failed if is_stated(x["test"], facts)), failed[0])["code"]
        return _result(rule, checks, sheet, past, None, [], (0, code, False))
    award = award_of(rule, sheet, past)
    if award["blocked"]:
        refused = award["blocked"] != "threshold"
        return _result(rule, checks, sheet, past, award, [], (0, award["blocked"], not refused))
    limits = limits_of(rule, sheet, past, award, left)
    grant, binding = award["amount"], "rate"
    for limit in limits:
        if limit["allows_fen"] is not None and limit["allows_fen"] < grant:
            grant, binding = limit["allows_fen"], limit["key"].split(":")[0]
            binding = limit["key"] if binding == "cap" else binding
    return _result(rule, checks, sheet, past, award, limits, (grant, binding, True))


def _result(
    rule: Json,
    checks: list[Json],
    sheet: Json,
    past: list[Json],
    award: Json | None,
    limits: list[Json],
    verdict: tuple[int, str, bool],
) -> Json:
    grant, binding, eligible = verdict
    funders = rule["funding"]["funders"]
    parts = share(grant, [funder["weight"] for funder in funders])
    return {
        "predicates": checks,
        "lines": [{"counted_fen": counted(rule, x)} for x in sheet["lines"]] if award else [],
        "past": [
            {"base_fen": p["base"], "granted_fen": p["granted"], "waits": p["waits"]} for p in past
        ]
        if award
        else [],
        "calculation": award
        and {
            "own_base_fen": award["own"],
            "base_fen": award["base"],
            "tier": award["tier"],
            "amount_fen": award["amount"],
            "period_total_fen": award["total"],
            "retroactive": award["retroactive"],
        },
        "limits": limits,
        "decision": {
            "eligible": eligible,
            "grant_fen": grant,
            "binding": binding,
            "ineligible": None if eligible else binding,
            "split": {f["funder"]: part for f, part in zip(funders, parts, strict=True)},
        },
    }
