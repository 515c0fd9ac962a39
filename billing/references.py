"""The short code a buyer writes into a bank transfer, with a check digit so that a slip is noticed."""

import re
import unicodedata
from uuid import UUID

from stdnum.iso7064 import mod_37_36

from market.kit.ids import uuid7

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_LENGTH = 8
_HEAD = re.compile(r"P[^0-9A-Z]{0,3}T")
_REACH = 60  # how far behind the head a code's characters may be scattered
_ALIKE = str.maketrans("OIL", "011")  # what tellers and print confuse


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
    """The valid codes in a transfer's narrative, each once, as they were issued.

    Width, case, spaces, punctuation and Chinese words among the characters do not matter, nor O for 0,
    I or L for 1. A tenth letter or digit close behind makes it no code: its end is not certain.
    """
    text = unicodedata.normalize("NFKC", narrative).upper()
    found = (_code_behind(text[head.end() : head.end() + _REACH]) for head in _HEAD.finditer(text))
    return list(dict.fromkeys(code for code in found if code))


def _code_behind(text: str) -> str:
    places = [at for at, char in enumerate(text) if char.isascii() and char.isalnum()]
    if len(places) <= _LENGTH:
        return ""
    end = places[_LENGTH] + 1
    if text[end : end + 1].isascii() and text[end : end + 1].isalnum():
        return ""
    chars = "".join(text[at] for at in places[: _LENGTH + 1]).translate(_ALIKE)
    body = chars[:_LENGTH]
    if any(char not in _ALPHABET for char in body):
        return ""
    check: str = mod_37_36.calc_check_digit(body)
    return f"PT{body}{check}" if check.translate(_ALIKE) == chars[_LENGTH] else ""
