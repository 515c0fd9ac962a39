"""Quotes for claim files: what `market quote CLAIM.json` prints, and the file a verifier reads."""

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from billing.vouchers import sentences
from billing.vouchers.claims import InvalidClaim, read_claim
from billing.vouchers.evaluation import quote
from billing.vouchers.programmes import UnknownProgramme, find_programme, load_programmes
from billing.vouchers.requirements import Reason
from billing.vouchers.rules import Programme
from billing.vouchers.traces import Quote
from market.kit.i18n import gettext

INVALID = "claim.invalid"
MOST_DIGITS = 100  # of a number in a file; no amount has as many


def quote_file(path: str | Path) -> list[dict[str, Any]]:
    """Decide every claim of a file that holds one claim or `{"claims": [...]}`.

    A claim that cannot be read gets a row too, refused as "claim.invalid", its trace naming each
    wrong field. Raises InvalidClaim when the file itself is no such JSON.
    """
    return [quote_data(claim) for claim in claims_in(path)]


def claims_in(path: str | Path) -> list[Any]:
    """The claims of a file as JSON data. Raises InvalidClaim.

    Money is never decided on a file that states a field twice.
    """
    try:
        data = json.loads(
            Path(path).read_text("utf-8-sig"), object_pairs_hook=_stated_once, parse_int=_whole
        )
    except RecursionError:
        raise InvalidClaim({"file": "is not JSON of a claim: nested too deeply"}) from None
    except UnicodeDecodeError:
        raise InvalidClaim({"file": "is not text in UTF-8"}) from None
    except ValueError as error:
        raise InvalidClaim({"file": f"is not JSON: {error}"}) from None
    claims = data.get("claims", [data]) if isinstance(data, dict) else data
    if not isinstance(claims, list):
        raise InvalidClaim({"claims": "must be a list"})
    return claims


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _stated_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} is stated twice in one object")
    return found


def quote_data(data: object) -> dict[str, Any]:
    """Decide one claim given as JSON data; amounts in fen."""
    try:
        claim = read_claim(data)
        programme = find_programme(claim.programme)
        return as_row(claim.id, programme, quote(programme, claim))
    except InvalidClaim as error:
        return _refused(data, error.fields)
    except UnknownProgramme as error:
        return _refused(data, {"programme": f"there is no programme {error}{_near(str(error))}"})


def _near(name: str) -> str:
    meant = get_close_matches(name.strip().lower(), load_programmes(), 1)
    return f": {meant[0]!r} is near" if meant else ""


def as_row(claim_id: str, programme: Programme, decided: Quote) -> dict[str, Any]:
    """A quote as the row the command line prints; its trace also says why, in sentences with their source."""
    why = [
        {"sentence": sentences.render(reason, gettext), "source": _source(programme, reason)}
        for reason in decided.reasons
    ]
    return {
        "id": claim_id,
        "eligible": decided.eligible,
        "grant_fen": decided.grant_fen,
        "binding": decided.binding,
        "ineligible": decided.ineligible,
        "split": dict(decided.split),
        "trace": {"reasons": why, **decided.trace},
    }


def _source(programme: Programme, reason: Reason) -> str:
    named = f"{programme.issuer}《{programme.title}》{programme.document or ''}"
    return f"{named} {programme.reference} {reason.place}"


def certificate(programme: Programme, decided: Quote) -> dict[str, Any]:
    """The decision with the pinned rule: what `python -m billing.vouchers.verifier` recomputes."""
    return {"programme": programme.pinned(), "trace": dict(decided.trace)}


def _refused(data: object, fields: dict[str, str]) -> dict[str, Any]:
    return {
        "id": data.get("id") if isinstance(data, dict) else None,
        "eligible": False,
        "grant_fen": 0,
        "binding": INVALID,
        "ineligible": INVALID,
        "split": {},
        "trace": {"errors": fields},
    }
