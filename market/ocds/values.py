"""Small OCDS values: money, moments, parties."""

import datetime as dt
from decimal import Decimal
from typing import Any

from market.accounts.models import Organisation
from market.ocds import codes
from market.vocabulary import regions


def amount(fen: int) -> int | float:
    """Yuan as a JSON number; written back with two decimals it is the same fen (up to 2^53)."""
    return fen // 100 if fen % 100 == 0 else float(Decimal(fen) / 100)


def number(value: Decimal) -> int | float:
    """A quantity or unit price as a JSON number."""
    return int(value) if value == value.to_integral_value() else float(value)


def value(fen: int) -> dict[str, Any]:
    """An amount of money."""
    return {"amount": amount(fen), "currency": codes.CURRENCY}


def price(unit_price: Decimal) -> dict[str, Any]:
    """A price of one unit, up to four decimals."""
    return {"amount": number(unit_price), "currency": codes.CURRENCY}


def moment(at: dt.datetime) -> str:
    """A date-time in UTC; the microseconds always stand, so that texts sort as times do."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def period(start: dt.datetime | None, end: dt.datetime | None) -> dict[str, Any]:
    """What is known of a period."""
    known = {"startDate": start, "endDate": end}
    return {name: moment(at) for name, at in known.items() if at is not None}


def present(**members: Any) -> dict[str, Any]:
    """The members that hold something; OCDS leaves out what is empty."""
    return {name: held for name, held in members.items() if held not in (None, "", [], {})}


def party_id(organisation: Organisation) -> str:
    """Stable across processes: by the social credit code, or our number of one without."""
    if organisation.uscc:
        return f"{codes.SCHEME_ORGANISATION}-{organisation.uscc}"
    return f"{codes.SCHEME_PLATFORM}-{organisation.number}"


def reference(organisation: Organisation) -> dict[str, Any]:
    """A party where another part of the release names it."""
    return {"id": party_id(organisation), "name": organisation.name}


def party(organisation: Organisation, roles: list[str]) -> dict[str, Any]:
    """A party with what its public page shows."""
    scheme = codes.SCHEME_ORGANISATION if organisation.uscc else codes.SCHEME_PLATFORM
    region = regions.region(organisation.region_code)
    return present(
        **reference(organisation),
        identifier={
            "scheme": scheme,
            "id": organisation.uscc or organisation.number,
            "legalName": organisation.name,
        },
        address=present(region=region.name if region else "", countryName=codes.COUNTRY),
        roles=roles,
    )
