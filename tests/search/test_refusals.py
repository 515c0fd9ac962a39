"""A record the search server refuses holds up no other, is told to the operator, and is cleared once it is taken."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from market.directory.models import SupplierProfile
from market.kit import clock, outbox
from market.kit.outbox import OutboxMessage
from market.settings import settings
from search import consistency, engines, indexing, meilisearch_queries, refusals
from search.embedded_engine import EmbeddedEngine
from search.engine import IndexDocument, Query, RecordsRefused, SearchEngine
from search.entries import SETTINGS
from search.meilisearch_engine import MeilisearchEngine
from search.refusal_models import RefusedRecord
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier

BAD = "bad"


class Picky(EmbeddedEngine):
    """A server that refuses any batch with a record named in `refused`, as Meilisearch does."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: set[str] = set()
        self.is_broken = False
        self.tasks = 0
        self.failed_task = 0

    async def upsert(self, index: str, documents: Sequence[IndexDocument]) -> None:
        self.tasks += 1
        ids = [document.id for document in documents]
        if self.is_broken or self.refused.intersection(ids):
            self.failed_task = self.tasks
            raise RecordsRefused(
                "no space left on device" if self.is_broken else "the value is malformed",
                task=self.tasks, code="internal" if self.is_broken else "invalid_document_fields",
                ids=ids, is_about_records=not self.is_broken,
            )  # fmt: skip
        await super().upsert(index, documents)


@pytest.fixture
async def server(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Picky]:
    """The search server, before anything is indexed."""
    picky = Picky()
    monkeypatch.setattr(engines, "server", lambda: picky)
    monkeypatch.setattr(engines, "_resting_until", 0.0)
    await indexing.prepare(picky)
    yield picky
    indexing._prepared.discard(picky)


async def drain(*, tries: int = 0) -> None:
    """Hand what the outbox holds to the indexes, what has failed so often before included."""
    later = outbox.back_off(tries) if tries else outbox.back_off(0) * 0
    with clock.frozen_at(clock.now() + later):
        await outbox.drain(dict.fromkeys(indexing.TOPICS, indexing.HANDLERS))


async def three(server: Picky) -> list[SupplierProfile]:
    """Three suppliers, the second of which the server refuses."""
    profiles = [await make_supplier() for _ in range(3)]
    server.refused = {str(profiles[1].organisation_id)}
    return profiles


async def test_one_refused_record_holds_up_no_other(server: Picky) -> None:
    _first, bad, _third = await three(server)
    await drain()
    assert (await server.count("suppliers"), await engines.embedded().count("suppliers")) == (2, 3)
    row = await RefusedRecord.get()
    assert (row.kind, row.record_id) == ("suppliers", str(bad.organisation_id))
    assert (row.code, row.error) == ("invalid_document_fields", "the value is malformed")
    assert row.task == server.failed_task
    before = row.tries
    waiting = await OutboxMessage.filter(topic="supplier.changed", done_at=None)
    assert {message.payload["organisation"] for message in waiting} == {row.record_id}
    assert row.record_id in waiting[0].last_error

    await drain(tries=1)
    await row.refresh_from_db()
    assert row.tries > before > 0
    server.refused.clear()
    await drain(tries=outbox.MAX_ATTEMPTS)
    assert not await RefusedRecord.exists()
    assert not await OutboxMessage.filter(topic="supplier.changed", done_at=None).exists()
    assert await consistency.differences(server) == []


async def test_a_broken_server_is_noted_and_every_message_waits(server: Picky) -> None:
    await three(server)
    server.is_broken = True
    await drain()
    assert await refusals.open_count("suppliers") == 3
    assert {row.code for row in await RefusedRecord.all()} == {"internal"}
    messages = await OutboxMessage.filter(topic="supplier.changed")
    assert {message.done_at for message in messages} == {None}
    server.is_broken, server.refused = False, set()
    await drain(tries=1)
    assert await refusals.open_count() == 0
    assert await server.count("suppliers") == 3


async def test_a_record_that_leaves_the_market_is_no_longer_refused(server: Picky) -> None:
    _first, bad, _third = await three(server)
    await drain()
    await SupplierProfile.filter(id=bad.id).update(published_at=None)
    await drain(tries=1)
    assert not await RefusedRecord.exists()


async def test_commands_and_rounds_go_on_beside_a_refused_record(server: Picky) -> None:
    _first, bad, _third = await three(server)
    await indexing.catch_up(server, engines.SERVER)
    assert await server.count("suppliers") == 2
    (row,) = await RefusedRecord.all()
    await OutboxMessage.filter(topic="supplier.changed").update(
        handled=list(indexing._HANDLER_NAMES.values())
    )
    tasks = server.tasks
    await indexing.keep_ready()
    assert server.tasks == tasks, "what is refused is no reason to build the index anew"
    assert row.record_id == str(bad.organisation_id)


async def test_the_operator_and_the_probe_see_it(server: Picky) -> None:
    http_operator = await actor(await make_organisation(kind="operator"))
    _first, bad, _third = await three(server)
    await drain()
    async with _client() as http:
        body = await http.get("/readyz")
        assert (body.status_code, body.json()["search"]) == (200, "degraded")
        assert (body.json()["search_refused"], body.json()["ready"]) == (1, True)
        await signed_in_client(http, http_operator.person_id)
        page = (await http.get("/operator/search-refused")).text
        firm = await bad.organisation
        assert firm.name in page
        assert f"/suppliers/{firm.number}" in page
        assert "the value is malformed" in page
        rows = (await http.get("/operator/search-refused?format=json")).json()["rows"]
        assert [(one["索引"], one["任务"]) for one in rows] == [("供给方", server.failed_task)]
        server.refused.clear()
        await drain(tries=1)
        assert "没有被拒收的记录" in (await http.get("/operator/search-refused")).text
        assert (await http.get("/readyz")).json()["search"] == "ok"


def _client() -> httpx.AsyncClient:
    from market.app import create_app

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app()), base_url="http://testserver"
    )


@pytest.fixture
async def meilisearch(
    http: httpx.AsyncClient, meilisearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SearchEngine]:
    """A real server whose primary key one record lacks: its tasks fail."""
    plain = meilisearch_queries.key_of
    monkeypatch.setattr(settings, "search_url", meilisearch_url)
    monkeypatch.setattr(
        meilisearch_queries, "key_of", lambda key: "not a key!" if key == BAD else plain(key)
    )
    engine = MeilisearchEngine(meilisearch_url)
    monkeypatch.setattr(engines, "server", lambda: engine)
    await engine.drop("suppliers")
    await engine.configure("suppliers", SETTINGS["suppliers"])
    yield engine
    await engine.drop("suppliers")
    await engine.close()


def record(key: str) -> IndexDocument:
    return IndexDocument(key, ("煤矿",), source={"id": key, "name": key})


async def test_a_real_server_refuses_a_record_and_takes_it_later(
    meilisearch: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [*map(record, "abc"), record(BAD), *map(record, "de")]
    assert await refusals.write(meilisearch, "suppliers", entries) == {BAD}
    found = await meilisearch.search("suppliers", Query("煤矿"))
    assert sorted(hit.id for hit in found.hits) == ["a", "b", "c", "d", "e"]
    row: Any = await RefusedRecord.get(record_id=BAD)
    assert row.code == "invalid_document_id"
    assert row.task > 0
    assert "not a key!" in row.error
    monkeypatch.undo()
    assert engines.server() is None
    monkeypatch.setattr(engines, "server", lambda: meilisearch)
    assert await refusals.write(meilisearch, "suppliers", [record(BAD)]) == set()
    assert not await RefusedRecord.exists()


async def test_loading_names_the_records_of_the_batches_that_failed(
    meilisearch: SearchEngine,
) -> None:
    async def batches() -> AsyncIterator[list[IndexDocument]]:
        yield [record("a"), record("b")]
        yield [record("c"), record(BAD)]

    with pytest.raises(RecordsRefused) as refused:
        await meilisearch.load("suppliers", batches())
    assert (refused.value.ids, refused.value.is_about_records) == (("c", BAD), True)
    assert await meilisearch.count("suppliers") == 2
