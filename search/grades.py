"""Ordered grades of documents as ranks; compared by position, never by wording or digit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from market.vocabulary.annotation import UNITS, parse_unit
from market.vocabulary.credentials import CREDENTIAL_KINDS, Credential, parse_credential
from market.vocabulary.people import SKILL_LEVELS
from market.vocabulary.security import DATA_GRADES
from market.vocabulary.terms import Term, Vocabulary

DEGREES = ("大专", "本科", "硕士", "博士")
UNIT_NAMES = tuple(unit.zh for unit in UNITS.values())
ANY_LEVEL = 0.5
"""Index rank of a certificate held without a stated level: it has one, below every named level."""


def _rank(vocabulary: Vocabulary[Term], text: str | None) -> int:
    term = vocabulary.find(text) if text else None
    return vocabulary.rank(term.code) if term else 0


def data_grade_rank(text: str | None) -> int:
    """1 一般数据, 2 重要数据, 3 核心数据; 0 for none."""
    return _rank(DATA_GRADES, text)


def skill_rank(text: str | None) -> int:
    """1 for 五级/初级工 up to 5 for 一级/高级技师; 0 for none."""
    term = SKILL_LEVELS.find(text) if text else None
    return SKILL_LEVELS.rank(term.code) if term else 0


def degree_rank(text: str | None) -> int:
    """1 大专 up to 4 博士; 0 for none."""
    return DEGREES.index(text) + 1 if text in DEGREES else 0


def held_credentials(certificates: Iterable[str], mlps: str | None = None) -> dict[str, Credential]:
    """The best credential of each kind; `mlps` is a bare level such as 三级."""
    named = [*certificates, *([f"等保{mlps}"] if mlps else [])]
    best: dict[str, Credential] = {}
    for text in named:
        found = _credential(text)
        if found is not None and (found.kind not in best or found.rank > best[found.kind].rank):
            best[found.kind] = found
    return best


@lru_cache(maxsize=4_096)
def _credential(text: str) -> Credential | None:
    """What a certificate is; the same few names stand on most records."""
    return parse_credential(text)


def credential_field(kind: str) -> str:
    """The number field in which an index holds the rank of a kind of credential."""
    return f"cert_{kind}"


def skilled_field(rank: int) -> str:
    """The number field in which an index holds how many annotators have this skill rank or a higher one."""
    return f"skilled_{rank}"


SKILLED_FIELDS = tuple(map(skilled_field, range(1, 6)))
CREDENTIAL_FIELDS = tuple(map(credential_field, CREDENTIAL_KINDS))


def split_unit(text: str) -> tuple[str, str]:
    """A unit as suppliers write it: 帧点云 is 帧 of 点云; unknown units stay whole."""
    found = parse_unit(text)
    return (found[0].zh, found[1]) if found else (text, "")


def unit_factor(of: str, into: str) -> float | None:
    """How many of one unit make another: 60 分钟 make an hour; None where they measure different things."""
    if of == into:
        return 1.0
    small, large = UNITS.exact(of), UNITS.exact(into)
    if small is None or large is None or not small.raw or small.raw != large.raw:
        return None
    return large.scale / small.scale
