"""Credentials of suppliers: kinds, ordered levels, and reading them out of what people write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

from market.vocabulary.terms import Term, load


@dataclass(frozen=True)
class CredentialKind(Term):
    """`levels` run from low to high and are empty for a certificate without levels.

    `stems` name it only beside a level: 甲级测绘, but not 测绘 alone.
    """

    short: str = ""
    aliases: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Credential:
    """A kind and a rank from 1; rank 0 is any level, or a kind without levels."""

    kind: str
    rank: int = 0

    def label(self, language: str = "zh") -> str:
        """等保三级, 乙级测绘资质, ISO/IEC 27001; in English the short name and the rank."""
        kind = CREDENTIAL_KINDS[self.kind]
        if not self.rank:
            return kind.short
        if language.startswith("zh"):
            return f"{kind.short}{kind.levels[self.rank - 1]}"
        return f"{kind.code.upper() if kind.code == 'mlps' else kind.en} level {self.rank}"

    def satisfies(self, required: Credential) -> bool:
        """Same kind, and at least the rank required."""
        return self.kind == required.kind and self.rank >= required.rank


@dataclass(frozen=True)
class Mention:
    """A credential found in a text, with the half-open span of characters it takes."""

    credential: Credential
    start: int
    end: int


CREDENTIAL_KINDS = load("credentials", "credentials", CredentialKind)

_OWN_NUMBERS = ("27001", "27701", "27018", "42001")
"""Standards whose number alone says enough; 9001 and 20000 may count something."""
_NUMBERS = {
    char: rank
    for rank, chars in enumerate(("一1Ⅰ", "二2Ⅱ", "三3Ⅲ", "四4Ⅳ", "五5Ⅴ"), 1)
    for char in chars
}


def find_credentials(text: str) -> tuple[Mention, ...]:
    """Every credential a text names, in order: 等保3级, 三级等保, DCMM 稳健级, 乙级测绘资质.

    A version is not a level: 等保2.0三级 is rank 3, 等保2.0 any rank.
    """
    found: list[Mention] = []
    for kind in CREDENTIAL_KINDS.values():
        for match in _pattern(kind).finditer(text):
            levels = match.groupdict()
            rank = _rank(kind, levels.get("before") or levels.get("after") or "")
            found.append(Mention(Credential(kind.code, rank), *match.span()))
    return tuple(sorted(found, key=lambda mention: mention.start))


def parse_credential(text: str) -> Credential | None:
    """The first credential a text names; None when it names none."""
    mentions = find_credentials(text)
    return mentions[0].credential if mentions else None


def _rank(kind: CredentialKind, level: str) -> int:
    if level in kind.names:
        return kind.names.index(level) + 1
    if level in kind.levels:
        return kind.levels.index(level) + 1
    return _NUMBERS[level] if level else 0


@cache
def _pattern(kind: CredentialKind) -> re.Pattern[str]:
    names = [_alias(text) for text in sorted(kind.aliases, key=len, reverse=True)]
    for stem, level in product(kind.stems, kind.levels):
        names += [f"(?<={level}){stem}", f"{stem}(?={level})"]
    alias = "|".join(names)
    if not kind.levels:
        return re.compile(alias, re.IGNORECASE)
    if kind.levels[0][0] in _NUMBERS:
        number = f"[{''.join(_NUMBERS)}]"
        before = f"第?(?P<before>{number})级"
        after = f"第?(?P<after>{'|'.join((*kind.names, number))})(?![0-9.])级?"
    else:
        before = f"(?P<before>{'|'.join(kind.levels)})"
        after = f"(?P<after>{'|'.join(kind.levels)})"
    between = r"\s*(?:2\.0)?\s*(?:测评|备案|认证|资质|证书|level|[-:：（(])*\s*"
    return re.compile(
        rf"(?:{before}(?:及?以上)?的?\s*)?(?:{alias})(?:{between}{after})?", re.IGNORECASE
    )


def _alias(text: str) -> str:
    if not text.startswith("ISO"):
        return re.escape(text)
    number = text.split()[-1]
    bare = (
        rf"|(?<![\d.]){number}(?![\d.]|\s*[张条框帧例页小元块人篇份件对])"
        if number in _OWN_NUMBERS
        else ""
    )
    return (
        rf"ISO\s*(?:[/／-]?\s*IEC)?\s*[-:]?\s*{number}(?!\d)"
        rf"|(?<![\d.]){number}(?=\s*(?:认证|体系|证书|质量|信息安全))" + bare
    )
