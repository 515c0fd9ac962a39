"""The unified social credit code (GB 32100-2015), checked to the last digit."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

from stdnum import numdb
from stdnum.cn import uscc as registry

from market.vocabulary.regions import REGISTRATION_ZONES, region
from market.vocabulary.terms import read

Fault = Literal[
    "length", "alphabet", "department", "category", "region", "organisation_digit", "check_digit"
]

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class InvalidUscc(ValueError):
    """A code that breaks GB 32100.

    `fault` names the rule, `position` the first character concerned (from 1), `expected` the
    character that would be right where only one would.
    """

    def __init__(self, fault: Fault, code: str, *, position: int, expected: str = "") -> None:
        super().__init__(f"{code}: {fault} at {position}")
        self.fault = fault
        self.code = code
        self.position = position
        self.expected = expected


@dataclass(frozen=True)
class Category:
    """A legal pair of registering department and category, and the organisation it means."""

    pair: str
    department: str
    category: str
    org_type: str


@dataclass(frozen=True)
class Uscc:
    """A valid code and its parts; `region_listed` is False for a zone GB/T 2260 does not know."""

    code: str
    category: Category
    region_code: str
    organisation_code: str
    region_listed: bool

    @property
    def org_type(self) -> str:
        """The code of market.vocabulary.trade.ORG_TYPES that the prefix proposes."""
        return self.category.org_type


CATEGORIES = {row["pair"]: Category(**row) for row in read("uscc")["pairs"]}


def compact(text: str) -> str:
    """The 18 characters as the register writes them: half-width, upper case, no separators."""
    return registry.compact(unicodedata.normalize("NFKC", text))


def check_digit(first: str) -> str:
    """Character 18 for the first 17: GB 32100 mod 31; a sum divisible by 31 gives 0."""
    return registry.calc_check_digit(first[:17])


def organisation_digit(subject: str) -> str:
    """Character 17 for the eight before it: GB 11714 mod 11; 10 is written X, 11 is 0."""
    total = sum(
        int(char, 36) * weight for char, weight in zip(subject, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def compose(pair: str, region_code: str, subject: str) -> str:
    """A whole code from department and category, region and the eight-character subject part."""
    first = f"{pair}{region_code}{subject}{organisation_digit(subject)}"
    return first + check_digit(first)


def parse(text: str) -> Uscc:
    """The code in a text, or InvalidUscc naming the first rule broken.

    In order: 18 characters; the alphabet without I O S V Z; a department GB 32100 knows; a
    category it has; six digits of region in a province and prefecture that exist or existed
    (an organisation keeps the code of its registration), or a zone that registers by itself;
    the inner digit of GB 11714; the check digit.
    """
    code = compact(text)
    if len(code) != 18:
        raise InvalidUscc("length", code, position=min(len(code), 18) + 1)
    for position, char in enumerate(code, 1):
        if char not in ALPHABET:
            raise InvalidUscc("alphabet", code, position=position)
    if not any(pair[0] == code[0] for pair in CATEGORIES):
        raise InvalidUscc("department", code, position=1)
    if code[:2] not in CATEGORIES:
        raise InvalidUscc("category", code, position=2)
    region_code = code[2:8]
    if not region_code.isdigit() or not _prefecture_exists(region_code):
        raise InvalidUscc("region", code, position=3)
    if code[16] != (inner := organisation_digit(code[8:16])):
        raise InvalidUscc("organisation_digit", code, position=17, expected=inner)
    if code[17] != (check := check_digit(code)):
        raise InvalidUscc("check_digit", code, position=18, expected=check)
    return Uscc(code, CATEGORIES[code[:2]], region_code, code[8:17], _is_listed(region_code))


def is_valid(text: str) -> bool:
    """Whether a text is a valid code."""
    try:
        parse(text)
    except InvalidUscc:
        return False
    return True


def _prefecture_exists(code: str) -> bool:
    return _is_listed(code) or _is_listed(f"{code[:4]}00")


@cache
def _is_listed(code: str) -> bool:
    """In force, a zone that registers, or once in GB/T 2260 (python-stdnum keeps the history)."""
    if region(code) is not None or code in REGISTRATION_ZONES:
        return True
    parts = numdb.get("cn/loc").info(code)
    return len(parts) == 2 and "county" in parts[1][1]
