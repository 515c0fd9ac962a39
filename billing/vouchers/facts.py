"""The facts of a claim in one plain normal form: what rules read and what a trace pins."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from billing.vouchers.claims import Claim, Counterparty, EarlierClaim, Line, Record, Subject

FactSheet = dict[str, Any]


def claim_facts(claim: Claim) -> FactSheet:
    """The fact sheet of a claim: everything a rule may read, JSON only."""
    sheet = _sheet(claim, claim.subject, claim.counterparty)
    stated = sum(grant.fen for grant in claim.other_grants)
    return sheet | {
        "programme": claim.programme,
        "as_of": claim.as_of,
        "as_of_date": claim.as_of[:10],
        "other_grants_fen": max(stated, _granted_elsewhere(claim)),
        "other_grant_levels": sorted({grant.level or "unknown" for grant in claim.other_grants}),
        "granted_fen": None,
    }


def _granted_elsewhere(claim: Claim) -> int:
    """What other programmes have granted the same contract, in fen, as far as the history shows it;
    `other_grants` states all of it, so that neither is counted twice."""
    if claim.contract_id is None:
        return 0
    return sum(
        item.stated_grant_fen or 0
        for item in claim.history
        if item.contract_id == claim.contract_id and item.programme not in (None, claim.programme)
    )


def history_facts(claim: Claim) -> list[FactSheet]:
    """The fact sheets of the earlier claims, oldest first, filled up from the claim itself."""
    return [_earlier(item, claim) for item in claim.history]


def day_of(sheet: Mapping[str, Any]) -> date:
    """The calendar day in Shanghai a claim counts for."""
    return date.fromisoformat(sheet["as_of_date"])


def _earlier(item: EarlierClaim, claim: Claim) -> FactSheet:
    as_of = item.as_of or claim.as_of
    sheet = _sheet(item, item.subject or claim.subject, item.counterparty or claim.counterparty)
    return sheet | {
        "programme": item.programme or claim.programme,
        "as_of": as_of,
        "as_of_date": as_of[:10],
        "other_grants_fen": 0,
        "other_grant_levels": [],
        "granted_fen": item.stated_grant_fen,
    }


def _sheet(record: Record, subject: Subject, counterparty: Counterparty) -> FactSheet:
    lines = [_line(line, record) for line in record.lines]
    shared = set.intersection(*(set(line["flags"]) for line in lines)) if lines else set()
    signed = record.contract_signed_on
    flags = {*subject.tags, *_flags(subject), *_flags(record), *shared}
    return {
        "subject": _known(subject) | {"regions": _regions(subject.region_code)},
        "counterparty": _known(counterparty),
        "claimant": record.claimant,
        "contract_id": record.contract_id,
        "contract_signed_on": signed and signed.isoformat(),
        "batch": record.batch,
        "flags": sorted(flags),
        "lines": lines,
    }


def _line(line: Line, record: Record) -> FactSheet:
    return {
        "category": line.category,
        "amount_fen": line.amount_fen or 0,
        "verified_fen": line.verified_fen,
        "invoiced_gross_fen": line.invoiced_fen,
        "invoiced_net_fen": line.invoiced_net_fen,
        "actually_paid_fen": line.paid_fen,
        "metered_usage_fen": line.metered_fen,
        "refunded_fen": line.refunded_fen,
        "event": line.event or record.event,
        "object_id": line.object_id or record.object_id,
        "flags": sorted(_flags(line)),
    }


def _known(model: BaseModel) -> FactSheet:
    """The declared facts of a party; its further facts are flags."""
    return model.model_dump(mode="json", include=set(type(model).model_fields))


def _regions(code: str | None) -> list[str] | None:
    """A GB/T 2260 code with its city, its province and the country; None when it is not stated."""
    if code is None:
        return None
    return list(dict.fromkeys([code, f"{code[:4]}00", f"{code[:2]}0000", "100000"]))


def _flags(model: BaseModel) -> Iterable[str]:
    """The further facts as flags: `startup: true` -> "startup", a text -> "level=national"."""
    for name, value in (model.model_extra or {}).items():
        if value is True:
            yield name
        elif value is False:
            yield f"{name}=false"
        elif isinstance(value, str) and name != "note":
            yield f"{name}={value}"
