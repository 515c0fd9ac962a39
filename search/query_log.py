"""What people search for, kept without them: no person, no address, no session, no name and no number in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rjieba
from starlette.requests import Request
from tortoise.expressions import F
from tortoise.functions import Max, Sum

from market.kit import clock, web
from market.kit.db import atomic
from market.kit.limiting import client_address
from market.settings import settings
from market.vocabulary.regions import lookup
from search import engines
from search.lexicon import lexicon
from search.normalisation import has_han, normalise
from search.query_models import QueryDay

MAX_TEXT = 200
MAX_CHIPS = 400
MARKS = 256
_UNTOLD = (
    re.compile(r"\S+@\S+"),  # e-mail
    re.compile(r"(?:https?://|www\.)\S+"),
    re.compile(r"\b(?=[a-z0-9]*\d)[a-z0-9]{15,}\b"),  # identity and credit codes
    re.compile(r"\+?\d(?:-?\d){6,}"),  # telephones and other numbers
    re.compile(r"\d(?:[ -]?\d){9,}"),
)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_LONGEST_NAME = 3
"""Characters of a name with a surname of one; longer runs are words of the trade."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as it is counted; `chips` are the tokens of the constraints recognised."""

    text: str
    target: str
    chips: Sequence[str]
    engine: str
    hits: int
    took_ms: float


def kept_text(text: str) -> str:
    """The normalised words of a search without what may name somebody; empty when nothing is left.

    Addresses, long numbers and codes go, and Chinese words that read like a person's name unless
    the vocabulary or the dictionary knows them.
    """
    words = normalise("".join(filter(str.isprintable, text)))
    for pattern in _UNTOLD:
        words = pattern.sub(" ", words)
    known = lexicon().surfaces
    for word, tag in rjieba.tag(words):
        if tag.startswith("nr") and word not in known and not lookup(word):
            words = words.replace(word, " ")
    return " ".join(part for part in words.split() if not _reads_like_a_name(part))[:MAX_TEXT]


def _reads_like_a_name(word: str) -> bool:
    return (
        1 < len(word) <= _LONGEST_NAME
        and word[0] in _SURNAMES
        and has_han(word[1])
        and word not in lexicon().surfaces
        and not rjieba.has_word(word)
        and not lookup(word)
    )


def asker_of(request: Request) -> str:
    """Who asks, only to be told apart from others on the same day: the organisation, else the address."""
    actor = web.actor_of(request)
    return str(actor.organisation_id or actor.person_id or client_address(request))


def engine_name(*, is_degraded: bool) -> str:
    """The engine that has answered."""
    has_server = engines.server() is not None
    return engines.SERVER if has_server and not is_degraded else engines.EMBEDDED


async def note(asked: Asked, asker: str) -> None:
    """Count a search of today; one without words left is not kept."""
    text = kept_text(asked.text)
    if not text:
        return
    day = clock.today()
    key: dict[str, Any] = {
        "day": day, "text": text, "target": asked.target, "engine": asked.engine,
        "chips": " ".join(sorted(asked.chips))[:MAX_CHIPS],
    }  # fmt: skip
    await _count(key, asked, _mark(day, text, asker))


@atomic()
async def _count(key: dict[str, Any], asked: Asked, mark: int) -> None:
    await QueryDay.bulk_create(
        [QueryDay(**key)], on_conflict=["day", "text", "target", "chips", "engine"],
        ignore_conflicts=True,
    )  # fmt: skip
    row = await QueryDay.select_for_update().get(**key)
    marks = int(row.marks, 16) | 1 << mark
    await QueryDay.filter(id=row.id).update(
        asked=F("asked") + 1, took_ms=F("took_ms") + round(asked.took_ms), hits=asked.hits,
        marks=f"{marks:064x}", askers=marks.bit_count(),
    )  # fmt: skip


def _mark(day: dt.date, text: str, asker: str) -> int:
    """One of 256 places, another one for each day and text, so that marks cannot be joined."""
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, f"{day}:{text}:{asker}".encode(), hashlib.sha256).digest()[0]


async def forget_old() -> int:
    """Delete the days before the retention of SEARCH_LOG_DAYS; for the clock. How many rows."""
    first = clock.today() - dt.timedelta(days=settings.search_log_days)
    return await QueryDay.filter(day__lt=first).delete()


@dataclass(frozen=True, slots=True)
class QueryLine:
    """One question over a span of days: how often asked, by how many at least on one day, how fast."""

    text: str
    target: str
    asked: int
    askers: int
    hits: int
    took_ms: int
    last: dt.date


async def lines(*, since: dt.date, without_hits: bool, limit: int) -> list[QueryLine]:
    """The questions most asked since a day; only those whose last answer was empty with `without_hits`."""
    rows = QueryDay.filter(day__gte=since)
    if without_hits:
        rows = rows.filter(hits=0)
    found = (
        await rows.annotate(
            n=Sum("asked"), most=Max("askers"), best=Max("hits"), ms=Sum("took_ms"), last=Max("day")
        )
        .group_by("text", "target")
        .order_by("-n", "text", "target")
        .limit(limit)
        .values("text", "target", "n", "most", "best", "ms", "last")
    )
    return [
        QueryLine(row["text"], row["target"], row["n"], row["most"], row["best"],
                  round(row["ms"] / row["n"]), _day(row["last"]))
        for row in found
    ]  # fmt: skip


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])


async def popular(typed: str, *, askers: int, days: int, limit: int) -> list[str]:
    """Questions with an answer that hold what is typed and that so many different ones asked on one day."""
    since = clock.today() - dt.timedelta(days=days)
    found = (
        await QueryDay.filter(text__contains=typed, askers__gte=askers, hits__gt=0, day__gte=since)
        .annotate(n=Sum("asked"))
        .group_by("text")
        .order_by("-n", "text")
        .limit(limit)
        .values_list("text", flat=True)
    )
    return [str(text) for text in found]
