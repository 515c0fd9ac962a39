"""The decision on a voucher claim: eligible or why not, how much, what bound it, with its proof."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from billing.vouchers.calculation import Award, Past, compute_award, counted_fen, is_undone
from billing.vouchers.claims import Claim, InvalidClaim
from billing.vouchers.facts import FactSheet, claim_facts, day_of, history_facts
from billing.vouchers.limits import limit_keys, limits_of
from billing.vouchers.requirements import check_requirements, leading_failure
from billing.vouchers.rules import Programme
from billing.vouchers.traces import TERMS_INCOMPLETE, Outcome, Quote, write_quote
from market.kit.money import allocate


def quote(
    programme: Programme, claim: Claim, *, remaining: Mapping[str, int] | None = None
) -> Quote:
    """Decide a claim: `floor(min(tier, each cap remaining, pool remaining, payable residual))`.

    `remaining` (fen, or claims for a counting cap) replaces what the history shows, by limit key:
    "cap:subject_year", "pool:year". Raises InvalidClaim for a key the programme does not have.
    """
    left = {**claim.remaining, **(remaining or {})}
    if unknown := sorted(left.keys() - limit_keys(programme)):
        raise InvalidClaim(
            {f"remaining.{key}": "the programme has no such limit" for key in unknown}
        )
    return quote_sheets(programme, claim_facts(claim), history_facts(claim), left)


def quote_sheets(
    programme: Programme,
    sheet: FactSheet,
    history: Sequence[FactSheet],
    remaining: Mapping[str, int],
) -> Quote:
    """Decide a claim given as fact sheets, its own and those of its history."""
    pasts = replay(programme, history)
    outcome = _decide(programme, sheet, history, pasts, remaining)
    return write_quote(programme, outcome, sheet, history, pasts, remaining)


def replay(programme: Programme, history: Sequence[FactSheet]) -> list[Past]:
    """What each earlier claim under this programme was granted, as stated or decided again."""
    pasts: list[Past] = []
    for index, sheet in enumerate(history):
        if sheet["programme"] != programme.id:
            continue
        stated = sheet["granted_fen"]
        # What was granted counts, whatever would be decided today.
        known = Outcome(stated, "stated") if stated else None
        outcome = known or _decide(programme, sheet, history[:index], pasts, {})
        granted = outcome.grant_fen if stated is None else stated
        award = outcome.award or compute_award(programme, sheet, pasts)
        counts = outcome.ineligible is None
        for earlier in award.reach.retroactive if award.reach and counts else ():
            pasts[earlier] = replace(pasts[earlier], waits=False)
        pasts.append(
            Past(
                sheet,
                base_fen=award.own_base_fen if counts else 0,
                granted_fen=granted,
                waits=counts and award.blocked == "threshold" and granted == 0,
                by_object=_shares(award, granted),
            )
        )
    return pasts


def _shares(award: Award, granted: int) -> dict[str, int]:
    if not any(award.by_object.values()):
        return dict.fromkeys(award.by_object, 0)
    parts = allocate(granted, list(award.by_object.values()))
    return dict(zip(award.by_object, parts, strict=True))


def _decide(
    programme: Programme,
    sheet: FactSheet,
    history: Sequence[FactSheet],
    pasts: Sequence[Past],
    remaining: Mapping[str, int],
) -> Outcome:
    if programme.status == "draft":
        return Outcome(0, TERMS_INCOMPLETE, TERMS_INCOMPLETE)
    checks = tuple(check_requirements(programme, _readable(programme, sheet, history, pasts)))
    if failure := leading_failure(list(checks)):
        return Outcome(0, failure.code, failure.code, checks)
    award = compute_award(programme, sheet, pasts)
    if award.blocked is not None:
        refused = award.blocked if award.blocked != "threshold" else None
        return Outcome(0, award.blocked, refused, checks, award)
    limits = tuple(limits_of(programme, sheet, pasts, award, remaining))
    grant, binding = award.amount_fen, "rate"
    for limit in limits:
        if limit.allows_fen is not None and limit.allows_fen < grant:
            grant, binding = limit.allows_fen, limit.binding
    return Outcome(grant, binding, None, checks, award, limits)


def _readable(
    programme: Programme,
    sheet: FactSheet,
    history: Sequence[FactSheet],
    pasts: Sequence[Past],
) -> dict[str, Any]:
    """The fact sheet with what follows from the lines and from the earlier claims."""
    lines = sheet["lines"]
    granted = [past for past in pasts if past.granted_fen > 0]
    contract = [
        other
        for other in history
        if sheet["contract_id"] is not None
        and other["contract_id"] == sheet["contract_id"]
        and other["granted_fen"] != 0
    ]
    return sheet | {
        "spend": {
            "categories": sorted(
                {line["category"] for line in lines} - set(programme.spend.excluded)
            ),
            "counted_lines": sum(counted_fen(programme, line) is not None for line in lines),
            "events": sorted(
                {line["event"] or "unstated" for line in lines if not is_undone(line)}
            ),
        },
        "history": {
            "claims": len(granted),
            "years": len({day_of(past.sheet).year for past in granted} | {day_of(sheet).year}),
            "same_contract": len(contract),
            "same_contract_elsewhere": sum(o["programme"] != programme.id for o in contract),
            "same_contract_other_claimant": sum(
                o["claimant"] != sheet["claimant"] for o in contract
            ),
        },
    }
