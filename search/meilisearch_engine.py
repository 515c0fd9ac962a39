"""The Meilisearch engine: the official client in threads, every task awaited, every failure raised."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import httpx
import meilisearch
from meilisearch.errors import MeilisearchApiError, MeilisearchError
from meilisearch.models.task import TaskInfo
from pydantic_core import from_json, to_json

from search.analysis import TermGroup, highlight_spans, query_groups
from search.engine import (
    Hit,
    IndexDocument,
    IndexSettings,
    Query,
    RecordsRefused,
    Results,
    SearchError,
    UnknownField,
    UnknownIndex,
)
from search.meilisearch_queries import (
    any_term,
    coded,
    filter_of,
    key_of,
    listed,
    record_of,
    request_of,
    server_settings,
)
from search.relevance import SOUND_WEIGHT, WEAK_WEIGHT, prior_factor, rarity

_TASK_TIMEOUT_MS = 120_000
_WINDOW = 100
_LED_GROUPS = 8
_WEIGHED = ("id", "strong", "weak", "prior")
_UNKNOWN_FIELD = ("invalid_search_filter", "invalid_search_facets", "invalid_search_sort")
_Answer = TypeVar("_Answer")


class MeilisearchEngine:
    """A `SearchEngine` on a Meilisearch server.

    The server stores our own terms, each coded as one Latin word, and ranks by how many it
    matches; the first hundred are then scored by the same coverage the embedded engine uses, so
    both engines order alike. Its own segmentation, typo tolerance and prefix search stay off.
    """

    def __init__(self, url: str, key: str = "", *, timeout: int = 10) -> None:
        self._client = meilisearch.Client(url, key or None, timeout=timeout)
        self._http = httpx.Client(  # the official client opens a connection for every request
            base_url=url.rstrip("/"), timeout=timeout, trust_env=False,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )  # fmt: skip

    async def configure(self, index: str, settings: IndexSettings) -> bool:
        """Create the index and bring its settings up to date; True when it holds no record."""
        return await self._run(self._configure, index, settings)

    async def upsert(self, index: str, documents: Sequence[IndexDocument]) -> None:
        """Analyse and write the records in one task."""
        if documents:
            await self._run(self._upsert, index, documents)

    async def load(self, index: str, batches: AsyncIterable[Sequence[IndexDocument]]) -> None:
        """Queue every batch before any is awaited: the server takes what waits together."""
        tasks = [
            (await self._run(self._add, index, documents), [document.id for document in documents])
            async for documents in batches
            if documents
        ]
        refused: list[RecordsRefused] = []
        for task, ids in tasks:
            try:
                await self._run(self._await, task, ids)
            except RecordsRefused as refusal:
                refused.append(refusal)
        if refused:
            raise RecordsRefused(
                str(refused[0]), task=refused[0].task, code=refused[0].code,
                ids=[key for one in refused for key in one.ids],
                is_about_records=all(one.is_about_records for one in refused),
            )  # fmt: skip

    async def delete(self, index: str, ids: Sequence[str]) -> None:
        """Remove the records in one task."""
        if ids:
            await self._run(self._delete, index, ids)

    async def search(self, index: str, query: Query) -> Results:
        """Answer one query: two requests with text (frequencies, then candidates), else one."""
        return await self._run(self._search, index, query)

    async def multi_search(self, queries: Sequence[tuple[str, Query]]) -> list[Results]:
        """Answer the queries in their order."""
        return list(await asyncio.gather(*(self.search(index, query) for index, query in queries)))

    async def scan(self, index: str, *, offset: int, limit: int) -> dict[str, Mapping[str, Any]]:
        """Records in the server's order."""

        def read() -> dict[str, Mapping[str, Any]]:
            asked = {"offset": offset, "limit": limit, "fields": ["id", "source"]}
            found = self._client.index(index).get_documents(asked).results
            return {document.id: document.source for document in found}

        return await self._run(read)

    async def count(self, index: str) -> int:
        """The number of records the server reports."""
        return await self._run(
            lambda: int(self._client.index(index).get_stats().number_of_documents)
        )

    async def swap(self, index: str, other: str) -> None:
        """Exchange two indexes."""
        await self._run(
            lambda: self._await(self._client.swap_indexes([{"indexes": [index, other]}]))
        )

    async def drop(self, index: str) -> None:
        """Delete an index."""
        try:
            await self._run(lambda: self._await(self._client.delete_index(index)))
        except UnknownIndex:
            return

    async def health(self) -> bool:
        """Whether the server says it is available."""
        return bool(await asyncio.to_thread(self._client.is_healthy))

    async def close(self) -> None:
        """Let go of the connections."""
        await asyncio.to_thread(self._http.close)

    async def _run(self, call: Callable[..., _Answer], *args: Any) -> _Answer:
        try:
            return await asyncio.to_thread(call, *args)
        except MeilisearchApiError as error:
            raise _translated(error.code, str(error)) from error
        except (MeilisearchError, httpx.TransportError) as error:
            raise SearchError(str(error) or type(error).__name__) from error

    def _await(self, task: TaskInfo, ids: Sequence[str] = ()) -> None:
        done = self._client.wait_for_task(task.task_uid, _TASK_TIMEOUT_MS, 5)
        if done.status == "succeeded":
            return
        error = done.error or {}
        code, message = str(error.get("code") or ""), error.get("message") or done.status
        if not ids:
            raise _translated(code, message)
        is_theirs = error.get("type") == "invalid_request"
        raise RecordsRefused(
            message, task=task.task_uid, code=code, ids=ids, is_about_records=is_theirs
        )

    def _configure(self, name: str, settings: IndexSettings) -> bool:
        try:
            self._client.get_raw_index(name)
        except MeilisearchApiError as error:
            if error.code != "index_not_found":
                raise
            self._await(self._client.create_index(name, {"primaryKey": "key"}))
        index = self._client.index(name)
        self._await(index.update_settings(server_settings(settings)))
        return bool(index.get_stats().number_of_documents == 0)

    def _upsert(self, name: str, documents: Sequence[IndexDocument]) -> None:
        last = {document.id: document for document in documents}
        self._await(self._add(name, [*last.values()]), [*last])

    def _add(self, name: str, documents: Sequence[IndexDocument]) -> TaskInfo:
        return self._client.index(name).add_documents([*map(record_of, documents)])

    def _delete(self, name: str, ids: Sequence[str]) -> None:
        keys = f"key IN {listed(map(key_of, ids))}"
        self._await(self._client.index(name).delete_documents(filter=keys))

    def _search(self, name: str, query: Query) -> Results:
        started = time.perf_counter()
        groups = query_groups(query.text) if query.text else ()
        base = [filter_of(one) for one in query.filters]
        if not groups:
            results = self._listed(name, query, base, groups)
        else:
            weighed = self._weighed(name, groups)
            wanted = [term for group, _ in weighed for term, _ in group.terms]
            spoken = [sound for group, _ in weighed for sound in group.fallbacks]
            base.append(any_term(wanted, spoken))
            if query.sort is not None:
                results = self._listed(name, query, base, groups)
            else:
                results = self._ranked(name, query, base, weighed)
        took = (time.perf_counter() - started) * 1000
        return Results(results.hits, results.total, results.facets, took)

    def _listed(
        self, name: str, query: Query, base: list[str], groups: Sequence[TermGroup]
    ) -> Results:
        """Every record the filters admit, by the asked order or by prior."""
        asked: dict[str, Any] = {
            **request_of(name, base), "page": query.page, "hitsPerPage": query.per_page,
            "facets": list(query.facets), "attributesToRetrieve": ["id", "source"],
        }  # fmt: skip
        if query.sort is not None:
            asked["sort"] = [f"{query.sort.field}:{'desc' if query.sort.descending else 'asc'}"]
        (answer,) = self._multi([asked])
        hits = tuple(_hit(raw["id"], raw["source"], 0.0, query, groups) for raw in answer["hits"])
        return Results(hits, answer["totalHits"], _facets(answer))

    def _weighed(self, name: str, groups: Sequence[TermGroup]) -> list[tuple[TermGroup, float]]:
        """The groups with the weight of their rarity; pinyin only where the words do not occur."""
        asked = [request_of(name, [], limit=0)]
        for group in groups:
            exact = [term for term, weight in group.terms if weight == 1]
            asked.append(request_of(name, [any_term(exact, ())], limit=0))
            asked.append(request_of(name, [any_term((), group.fallbacks)], limit=0))
        records, *counts = (answer["estimatedTotalHits"] for answer in self._multi(asked))
        weighed = []
        for group, words, sounds in zip(groups, counts[::2], counts[1::2], strict=True):
            heard = sounds if group.fallbacks and not words else 0
            kept = group if heard else TermGroup(group.surface, group.terms, (), group.importance)
            weighed.append((kept, group.importance * rarity(words or heard, records)))
        return weighed

    def _ranked(
        self, name: str, query: Query, base: list[str], weighed: list[tuple[TermGroup, float]]
    ) -> Results:
        """The best by coverage: each weighty group leads one request, the union is scored here."""
        limit = max(_WINDOW, query.page * query.per_page)
        ordered = sorted(weighed, key=lambda pair: -pair[1])
        words = [coded(group.terms[0][0]) for group, _ in ordered]
        counted = request_of(name, base, limit=0) | {
            "facets": list(query.facets), "page": 1, "hitsPerPage": 1,
        }  # fmt: skip
        counted.pop("limit")
        heard = any(group.fallbacks for group, _ in weighed)
        asked = [counted, request_of(name, base, limit=limit)]
        for lead in words[:_LED_GROUPS]:
            text = " ".join((lead, *(word for word in words if word != lead)))
            asked.append(request_of(name, base, text=text, limit=limit))
        for one in asked[1:]:
            one["attributesToRetrieve"] = [*_WEIGHED, "sounds"] if heard else list(_WEIGHED)
        total, *answers = self._multi(asked)
        found = {raw["id"]: raw for answer in answers for raw in answer["hits"]}
        full = sum(weight for _, weight in weighed)
        scored = sorted(
            ((_coverage(raw, weighed) / full, raw["id"]) for raw in found.values()),
            key=lambda pair: (-pair[0], pair[1]),
        )
        start = (query.page - 1) * query.per_page
        shown = scored[start : start + query.per_page]
        sources = self._sources(name, [record_id for _, record_id in shown])
        groups = [group for group, _ in weighed]
        hits = tuple(
            _hit(record_id, sources[record_id], score, query, groups)
            for score, record_id in shown
            if record_id in sources  # deleted since it was ranked
        )
        return Results(hits, total["totalHits"], _facets(total))

    def _sources(self, name: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """What the hits of one page return; the many that were only weighed are not transferred."""
        if not ids:
            return {}
        keys = f"key IN {listed(map(key_of, ids))}"
        asked = request_of(name, [keys], limit=len(ids)) | {
            "attributesToRetrieve": ["id", "source"]
        }
        (answer,) = self._multi([asked])
        return {raw["id"]: raw["source"] for raw in answer["hits"]}

    def _multi(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answer = self._post(to_json({"queries": asked}))
        found = from_json(answer.content)
        if answer.status_code >= 400:
            raise _translated(found.get("code"), found.get("message", str(answer.status_code)))
        results: list[dict[str, Any]] = found["results"]
        return results

    def _post(self, asked: bytes) -> httpx.Response:
        """One multi-search on a connection that is kept."""
        return self._http.post(
            "/multi-search", content=asked, headers={"Content-Type": "application/json"}
        )


def _translated(code: str | None, message: str) -> SearchError:
    if code in _UNKNOWN_FIELD:
        return UnknownField(message)
    return UnknownIndex(message) if code == "index_not_found" else SearchError(message)


def _coverage(raw: Mapping[str, Any], weighed: Iterable[tuple[TermGroup, float]]) -> float:
    strong, weak, sounds = set(raw["strong"]), set(raw["weak"]), set(raw.get("sounds", ()))
    gained = 0.0
    for group, weight in weighed:
        best = max(
            (w if term in strong else w * WEAK_WEIGHT if term in weak else 0.0)
            for term, w in group.terms
        )
        heard = SOUND_WEIGHT if sounds.intersection(group.fallbacks) else 0.0
        gained += weight * max(best, heard)
    return gained * prior_factor(raw["prior"])


def _hit(
    record_id: str, source: Mapping[str, Any], score: float, query: Query,
    groups: Sequence[TermGroup],
) -> Hit:  # fmt: skip
    marks = {name: highlight_spans(str(source.get(name) or ""), groups)
             for name in query.highlight}  # fmt: skip
    return Hit(record_id, round(score, 6), source, marks)


def _facets(answer: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    return dict(answer.get("facetDistribution") or {})
