"""The Meilisearch engine: the official client in threads, every task awaited, every failure raised."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

import httpx
import meilisearch
from meilisearch.errors import MeilisearchApiError, MeilisearchError
from meilisearch.models.task import TaskInfo
from pydantic_core import from_json, to_json

from search.engine import (
    IndexDocument,
    IndexSettings,
    Query,
    RecordsRefused,
    Results,
    SearchError,
    UnknownField,
    UnknownIndex,
)
from search.meilisearch_plans import Answer, Frequencies, Plan, plan
from search.meilisearch_queries import Request, key_of, listed, record_of, server_settings

_PATIENCE_MS, _LOOK_EVERY_MS = 120_000, 5
_LOAD_PATIENCE_MS, _LOAD_LOOK_EVERY_MS = 6 * 3600 * 1000, 200
"""What is queued together ends together, an hour later where a server is slow; it must still answer."""
_UNKNOWN_FIELD = ("invalid_search_filter", "invalid_search_facets", "invalid_search_sort")
_T = TypeVar("_T")


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
        self._known = Frequencies()

    async def configure(self, index: str, settings: IndexSettings) -> bool:
        """Create the index and bring its settings up to date; True when it holds no record of today's form."""
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
                await self._run(self._await, task, ids, _LOAD_PATIENCE_MS, _LOAD_LOOK_EVERY_MS)
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
        """Answer one query."""
        (results,) = await self.multi_search([(index, query)])
        return results

    async def multi_search(self, queries: Sequence[tuple[str, Query]]) -> list[Results]:
        """Answer the queries together: one request for what their words need, one for the records."""
        return await self._run(self._search, queries)

    async def scan(self, index: str, *, offset: int, limit: int) -> dict[str, Mapping[str, Any]]:
        """Records in the server's order."""

        def read() -> dict[str, Mapping[str, Any]]:
            asked = {"offset": offset, "limit": limit, "fields": ["id", "source"]}
            found = self._client.index(index).get_documents(asked).results
            return {document.id: from_json(document.source) for document in found}

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

    async def _run(self, call: Callable[..., _T], *args: Any) -> _T:
        try:
            return await asyncio.to_thread(call, *args)
        except MeilisearchApiError as error:
            raise _translated(error.code, str(error)) from error
        except (MeilisearchError, httpx.TransportError) as error:
            raise SearchError(str(error) or type(error).__name__) from error

    def _await(
        self, task: TaskInfo, ids: Sequence[str] = (),
        patience_ms: int = _PATIENCE_MS, every_ms: int = _LOOK_EVERY_MS,
    ) -> None:  # fmt: skip
        done = self._client.wait_for_task(task.task_uid, patience_ms, every_ms)
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
        stats = index.get_stats()
        fields = dict(stats.field_distribution)
        return not stats.number_of_documents or "text" not in fields

    def _upsert(self, name: str, documents: Sequence[IndexDocument]) -> None:
        last = {document.id: document for document in documents}
        self._await(self._add(name, [*last.values()]), [*last])

    def _add(self, name: str, documents: Sequence[IndexDocument]) -> TaskInfo:
        return self._client.index(name).add_documents([*map(record_of, documents)])

    def _delete(self, name: str, ids: Sequence[str]) -> None:
        keys = f"key IN {listed(map(key_of, ids))}"
        self._await(self._client.index(name).delete_documents(filter=keys))

    def _search(self, queries: Sequence[tuple[str, Query]]) -> list[Results]:
        """Run the plans of all queries in step: what they ask next is one request."""
        started = time.perf_counter()
        answered = self._in_step([plan(name, query, self._known) for name, query in queries])
        took = (time.perf_counter() - started) * 1000 / max(len(queries), 1)
        return [replace(results, took_ms=took) for results in answered]

    def _in_step(self, plans: Sequence[Plan]) -> list[Results]:
        done: dict[int, Results] = {}
        sent: dict[int, list[Answer] | None] = dict.fromkeys(range(len(plans)))
        while sent:
            asked: dict[int, list[Request]] = {}
            for number, answers in sent.items():
                one = plans[number]
                try:
                    asked[number] = next(one) if answers is None else one.send(answers)
                except StopIteration as end:
                    done[number] = end.value
            if not asked:
                break
            found = iter(self._multi([one for each in asked.values() for one in each]))
            sent = {number: [*islice(found, len(each))] for number, each in asked.items()}
        return [done[number] for number in range(len(plans))]

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
