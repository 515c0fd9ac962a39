"""Which engine answers: Meilisearch where SEARCH_URL names one, and always the embedded one behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import structlog

from market.kit.errors import AppError
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.settings import settings
from search.embedded_engine import EmbeddedEngine
from search.engine import SearchEngine, SearchError, UnknownField, UnknownIndex
from search.meilisearch_engine import MeilisearchEngine

log = structlog.get_logger(__name__)
EMBEDDED, SERVER = "embedded", "meilisearch"
PATIENCE = 0.8
"""Seconds a question waits for the server before the embedded engine answers it."""
REST = 10.0
"""Seconds the server is left alone after it failed to answer."""
_T = TypeVar("_T")
_resting_until = 0.0


class IndexNotReady(AppError):
    """The worker has not built the index yet, or not with today's fields."""

    status_code = 503
    title = N_("Search is being prepared")


@cache
def _embedded(directory: Path) -> EmbeddedEngine:
    return EmbeddedEngine(directory)


@cache
def _server(url: str, key: str) -> MeilisearchEngine:
    return MeilisearchEngine(url, key)


def embedded() -> EmbeddedEngine:
    """The engine in MARKET_DATA_DIR; it is kept up to date also while Meilisearch serves."""
    return _embedded(settings.market_data_dir / "search")


def server() -> SearchEngine | None:
    """Meilisearch, where SEARCH_URL names one."""
    url = settings.search_url
    return _server(url, settings.search_key.get_secret_value()) if url else None


def primary() -> SearchEngine:
    """The engine the site is meant to search with."""
    return server() or embedded()


def named(name: str) -> SearchEngine:
    """The engine of a command's `--engine`; empty means the one the site uses. Raises SearchError."""
    if name in ("", EMBEDDED):
        return embedded() if name else primary()
    engine = server() if name == SERVER else None
    if engine is None:
        raise SearchError(f"no such engine: {name} (embedded, or meilisearch with SEARCH_URL set)")
    return engine


async def ask(question: Callable[[SearchEngine], Awaitable[_T]]) -> tuple[_T, bool]:
    """The answer, and whether the embedded engine had to give it in Meilisearch's place."""
    global _resting_until
    engine = server()
    if engine is None:
        return await ask_built_in(question), False
    if time.monotonic() >= _resting_until:
        try:
            async with asyncio.timeout(PATIENCE):
                return await question(engine), False
        except (SearchError, TimeoutError) as error:
            log.warning("search server does not answer", error=str(error) or "timeout")
            _resting_until = time.monotonic() + REST
    return await ask_built_in(question), True


async def ask_built_in(question: Callable[[SearchEngine], Awaitable[_T]]) -> _T:
    """The answer of the index that lacks no record, whatever a server has refused. Raises IndexNotReady."""
    try:
        return await question(embedded())
    except (UnknownIndex, UnknownField) as error:
        raise IndexNotReady(_("The index is being built; please try again in a moment")) from error
