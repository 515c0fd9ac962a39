"""What the indicators read of a release, forgiving of anything that is not shaped as OCDS says."""

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

Release = dict[str, Any]
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
SUBMITTED_NOT = ("invited", "withdrawn")
FINAL = ("active", "cancelled", "unsuccessful")


def member(value: Any, *names: str) -> dict[str, Any]:
    """The object at a path; empty when anything on the way is not an object."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]] | None:
    """The objects of an array; None when it is not an array."""
    if not isinstance(value, list):
        return None
    return [entry for entry in value if isinstance(entry, dict)]


def text(value: Any) -> str | None:
    """A string, or None."""
    return value if isinstance(value, str) else None


def moment(value: Any) -> datetime | None:
    """An RFC 3339 date-time with its offset, or None; a leap second is the one after :59."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        return None
    is_leap = value[17:19] == "60"
    written = f"{value[:17]}59{value[19:]}" if is_leap else value
    try:
        return datetime.fromisoformat(written.upper()) + timedelta(seconds=is_leap)
    except (ValueError, OverflowError):
        return None


def ids(parties: Any) -> list[str]:
    """The identifiers of tenderers or suppliers that have one."""
    return [party["id"] for party in objects(parties) or [] if isinstance(party.get("id"), str)]


def only_id(parties: Any) -> str | None:
    """The identifier of the one party; None for several, none or one without identifier."""
    if not isinstance(parties, list) or len(parties) != 1:
        return None
    return next(iter(ids(parties)), None)


def price(bid: dict[str, Any]) -> tuple[float, str] | None:
    """Amount and currency of a bid."""
    value = member(bid, "value")
    amount, currency = value.get("amount"), value.get("currency")
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return None
    if not isinstance(currency, str) or not abs(amount) <= sys.float_info.max:
        return None
    return float(amount), currency


def bids(release: Release) -> list[dict[str, Any]] | None:
    """The bids with a status; None when the release publishes none."""
    details = objects(member(release, "bids").get("details"))
    return None if details is None else [bid for bid in details if text(bid.get("status"))]


def submitted_bids(release: Release) -> list[dict[str, Any]]:
    """Pending, valid and disqualified bids: all but invitations and withdrawals."""
    return [bid for bid in bids(release) or [] if bid["status"] not in SUBMITTED_NOT]


def active_awards(release: Release) -> list[dict[str, Any]]:
    """The awards in force."""
    return [
        award for award in objects(release.get("awards")) or [] if award.get("status") == "active"
    ]


def decided(release: Release) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
    """Active awards and bids; None while an award is pending, or when either is not published."""
    awards, details = objects(release.get("awards")), bids(release)
    if awards is None or details is None:
        return None
    statuses = {award["status"] for award in awards if text(award.get("status"))}
    return None if statuses - set(FINAL) else (active_awards(release), details)


def sole_winner(release: Release) -> tuple[str, list[dict[str, Any]]] | None:
    """The one supplier of the one active award, and the bids; None in any other case."""
    found = decided(release)
    if found is None or len(found[0]) != 1:
        return None
    winner = only_id(found[0][0].get("suppliers"))
    return None if winner is None else (winner, found[1])


def valid_offers(details: list[dict[str, Any]]) -> Iterator[tuple[str, float, str]]:
    """Tenderer, amount and currency of every valid bid of a single tenderer."""
    for bid in details:
        offered, tenderer = price(bid), only_id(bid.get("tenderers"))
        if bid["status"] == "valid" and offered is not None and tenderer is not None:
            yield tenderer, *offered
