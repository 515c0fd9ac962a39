"""The short code a buyer writes into a bank transfer, with a check digit so that a slip is noticed."""

import re
from uuid import UUID

from stdnum.iso7064 import mod_37_36

from market.kit.ids import uuid7

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_LENGTH = 8
_CODE = re.compile(r"PT[\s-]*((?:[0-9A-Z][\s-]*){9})(?![0-9A-Z])")


def new_reference(seed: UUID | None = None) -> str:
    """A fresh code, "PT" and nine characters, the last one the check (ISO 7064 mod 37, 36)."""
    value = (seed or uuid7()).int % 32**_LENGTH
    body = ""
    for _position in range(_LENGTH):
        value, digit = divmod(value, 32)
        body = _ALPHABET[digit] + body
    return f"PT{body}{mod_37_36.calc_check_digit(body)}"


def is_reference(code: str) -> bool:
    """Whether the check character is right."""
    return code.startswith("PT") and len(code) == _LENGTH + 3 and mod_37_36.is_valid(code[2:])


def find_references(narrative: str) -> list[str]:
    """The valid codes in a transfer's narrative, however it was spaced or cased."""
    found = ("PT" + re.sub(r"[\s-]", "", match) for match in _CODE.findall(narrative.upper()))
    return list(dict.fromkeys(code for code in found if is_reference(code)))
