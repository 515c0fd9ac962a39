"""Similar to this: the records of the same kind that share most with one, by the words of its work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from search import engines, sources
from search.cards import Card, card_of, heading_of, url_of
from search.discovery import Discovery
from search.documents import KINDS, Kind
from search.engine import In, Query
from search.entries import OPEN_JOBS
from search.matching import text_of

SHOWN = 10
"""Records on the page."""
BESIDE = 3
"""Records beside the record itself."""
ALIKE = 0.3
"""The least share of the record's words that another one covers to be called similar."""


@dataclass(frozen=True, slots=True)
class Similar:
    """A record, the kind it is of, and the ones like it, best first."""

    kind: Kind
    number: str
    title: str
    url: str
    cards: Sequence[Card]
    is_degraded: bool


async def similar_to(kind: str, number: str) -> Similar:
    """Findable records like a findable one; of jobs those that still take offers. Raises NotFound."""
    if kind not in KINDS:
        raise NotFound(_("There is no such entry"))
    document = await sources.document_numbered(kind, number)
    if document is None:
        raise NotFound(_("There is no such entry"))
    words = text_of(document)
    filters = (In("status", OPEN_JOBS),) if kind == "jobs" else ()
    found, is_degraded = await engines.ask(
        lambda engine: engine.search(kind, Query(words, filters, per_page=SHOWN + 1))
    )
    hits = [hit for hit in found.hits if hit.id != document["id"] and hit.score >= ALIKE][:SHOWN]
    discovery = Discovery(tuple(hits), len(hits), (), {}, found.took_ms, words)
    row = cast(Mapping[str, Any], document)
    return Similar(
        kind, number, row[heading_of(row)], url_of(row),
        [card_of(hit, discovery) for hit in hits], is_degraded,
    )  # fmt: skip
