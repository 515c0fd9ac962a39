"""Industries as the policy documents name them, and the sections of GB/T 4754-2017."""

from __future__ import annotations

import re
from dataclasses import dataclass

from market.vocabulary.terms import Term, load


@dataclass(frozen=True)
class Industry(Term):
    """`sections` are the GB/T 4754 sections its statistics roll up to, the main one first."""

    sections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section(Term):
    """`divisions` are the first and the last two-digit division of the section."""

    divisions: tuple[int, int] = (0, 0)


INDUSTRIES = load("industries", "industries", Industry)
SECTIONS = load("industries", "sections", Section)

_CODE = re.compile(r"([A-T]?)(\d{0,4})", re.ASCII)


def section_of(code: str) -> Section | None:
    """The section of a GB/T 4754 code: Q, Q84, 84 and 8411 are all section Q.

    None when the code is none, or its letter and its division disagree.
    """
    parts = _CODE.fullmatch(code.strip().upper())
    if parts is None or not code.strip() or len(parts[2]) == 1:
        return None
    letter, digits = parts.groups()
    if not digits:
        return SECTIONS[letter]
    division = int(digits[:2])
    for section in SECTIONS.values():
        if section.divisions[0] <= division <= section.divisions[1]:
            return section if letter in ("", section.code) else None
    return None
