"""The outbox keeps both indexes equal to what may be found, and nothing hidden is ever in them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from market.accounts import verification
from market.datasets import needs
from market.datasets.models import DatasetNeed
from market.directory import profiles, talents
from market.directory.models import SupplierProfile
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.outbox import Message, OutboxMessage
from market.settings import settings
from market.tendering import jobs
from market.tendering.states import CancelReason
from market.worker import HANDLERS, PERIODIC
from search import consistency, engines, indexing, sources
from search.documents import KINDS, Kind
from search.embedded_engine import EmbeddedEngine
from search.engine import Query, SearchError
from tests.factories import actor, make_organisation
from tests.factories.directory import make_supplier, make_talent
from tests.factories.tendering import make_job, owner_of, publish, published_job

SYSTEM = Actor.system("test")


@pytest.fixture
async def engine(
    rollback: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[EmbeddedEngine]:
    """The embedded engine of a data directory of its own."""
    monkeypatch.setattr(settings, "market_data_dir", tmp_path)
    monkeypatch.setattr(settings, "search_url", "")
    yield engines.embedded()
    await engines.embedded().close()


class DeadServer(EmbeddedEngine):
    """A search server that is away until `is_up`."""

    is_up = False

    async def search(self, index: str, query: Query) -> Any:
        self._insist()
        return await super().search(index, query)

    async def configure(self, index: str, settings: Any) -> bool:
        self._insist()
        return await super().configure(index, settings)

    async def upsert(self, index: str, documents: Any) -> None:
        self._insist()
        await super().upsert(index, documents)

    async def health(self) -> bool:
        return self.is_up

    def _insist(self) -> None:
        if not self.is_up:
            raise SearchError("connection refused")


@pytest.fixture
def server(engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> DeadServer:
    """A search server that does not answer, named by SEARCH_URL."""
    dead = DeadServer()
    monkeypatch.setattr(engines, "server", lambda: dead)
    monkeypatch.setattr(engines, "_resting_until", 0.0)
    return dead


async def drain() -> None:
    """Hand what the outbox holds to the indexes alone."""
    await outbox.drain(dict.fromkeys(indexing.TOPICS, indexing.HANDLERS))


async def indexed(engine: EmbeddedEngine, kind: Kind) -> list[str]:
    """The numbers an index holds."""
    held = await engine.scan(kind, offset=0, limit=1000)
    return sorted(source["number"] for source in held.values())


async def published_need() -> DatasetNeed:
    from market.datasets.forms import NeedInput

    owner = await actor(await make_organisation(kind="demand"))
    assert owner.organisation_id is not None
    content = NeedInput.model_validate({
        "title": "求购闽南语客服对话语音", "summary": "双人客服场景，带意图与时间戳，一万小时。",
        "supply_mode": "电商模式", "industry": "商贸流通", "modality": "语音",
        "task_types": ["语音转写"], "volume": "500", "unit": "小时", "license": "商用",
        "price_model": "一次性买断", "budget_fen": "20万", "deadline": "2027-12-31",
        "dataset_type": "行业通识数据集", "purpose": "微调",
    })  # fmt: skip
    need = await needs.save_need(content, owner_id=owner.organisation_id, by=owner)
    return await needs.publish_need(need, by=owner)


def test_every_topic_reaches_both_indexes() -> None:
    for topic in indexing.TOPICS:
        assert set(indexing.HANDLERS) <= set(HANDLERS[topic]), topic
    assert indexing.keep_ready in [task for _seconds, task in PERIODIC]


async def test_what_is_published_is_found(engine: EmbeddedEngine) -> None:
    supplier = await make_supplier()
    job = await published_job(title="高速场景激光雷达点云标注")
    talent = await make_talent(consent=["task_types", "modalities"])
    need = await published_need()
    await drain()
    firm = await supplier.organisation
    assert {kind: await indexed(engine, kind) for kind in KINDS} == {
        "suppliers": [firm.number], "jobs": [job.number], "talents": [talent.number],
        "datasets": [need.number],
    }  # fmt: skip
    assert await consistency.differences(engine) == []


async def test_drafts_and_unpublished_profiles_are_never_found(engine: EmbeddedEngine) -> None:
    await make_job()
    await make_supplier(published=False)
    await make_talent()
    await drain()
    await indexing.prepare(engine)
    assert [await indexed(engine, kind) for kind in KINDS] == [[], [], [], []]


async def test_a_job_leaves_the_index_when_it_is_cancelled(engine: EmbeddedEngine) -> None:
    job = await published_job()
    await drain()
    assert await indexed(engine, "jobs") == [job.number]
    await jobs.cancel_job(job, CancelReason.NO_LONGER_NEEDED, by=await owner_of(job))
    await drain()
    assert await indexed(engine, "jobs") == []


async def test_unpublishing_and_suspending_take_a_supplier_out(engine: EmbeddedEngine) -> None:
    one, other = await make_supplier(), await make_supplier()
    await drain()
    assert len(await indexed(engine, "suppliers")) == 2
    await profiles.unpublish(one, by=SYSTEM)
    operator = await actor(await make_organisation(kind="operator"))
    await verification.suspend(await other.organisation, "多次逾期交付", by=operator)
    await drain()
    assert await indexed(engine, "suppliers") == []


async def test_nothing_unconsented_is_in_the_index(engine: EmbeddedEngine) -> None:
    talent = await make_talent(consent=["task_types", "modalities"])
    await drain()
    (source,) = (await engine.scan("talents", offset=0, limit=9)).values()
    assert source["name"] == "周**"
    assert (source["region_code"], source["level"], source["years"]) == ("", "", 0)
    assert "rate" not in source
    assert "岚希" not in str(source)
    await talents.withdraw_consent(talent, by=SYSTEM)
    await drain()
    assert await indexed(engine, "talents") == []


async def test_a_removed_talent_leaves_the_index(engine: EmbeddedEngine) -> None:
    talent = await make_talent(consent=["task_types"])
    await drain()
    assert await indexed(engine, "talents") == [talent.number]
    await talents.remove_talent(talent, by=SYSTEM)
    await drain()
    assert await indexed(engine, "talents") == []


async def test_one_commit_serves_many_messages(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        await make_supplier()
    await indexing.prepare(engine)
    written: list[int] = []
    upsert = engine.upsert

    async def counting(index: str, documents: Any) -> None:
        written.append(len(documents))
        await upsert(index, documents)

    monkeypatch.setattr(engine, "upsert", counting)
    await drain()
    assert written == [4]
    assert not await OutboxMessage.filter(done_at=None, topic="supplier.changed").exists()


async def test_a_dead_server_fails_its_own_handler_only(
    engine: EmbeddedEngine, server: DeadServer
) -> None:
    supplier = await make_supplier()
    await drain()
    number = (await supplier.organisation).number
    assert await indexed(engine, "suppliers") == [number]
    messages = await OutboxMessage.filter(topic="supplier.changed")
    assert messages
    for message in messages:
        assert message.done_at is None
        assert message.handled == ["search.indexing.update_embedded"]
        assert "connection refused" in message.last_error
    server.is_up = True
    with clock.frozen_at(clock.now() + outbox.back_off(1)):
        await drain()
    assert await indexed(server, "suppliers") == [number]
    assert not await OutboxMessage.filter(topic="supplier.changed", done_at=None).exists()


async def test_letters_that_died_in_an_outage_are_revived(
    engine: EmbeddedEngine, server: DeadServer
) -> None:
    await make_supplier()
    await drain()
    ours = OutboxMessage.filter(topic="supplier.changed")
    await ours.update(dead_at=clock.now(), attempts=outbox.MAX_ATTEMPTS)
    assert await indexing.revive_dead_letters() == 0
    server.is_up = True
    assert await indexing.revive_dead_letters() == await ours.count() > 0
    await drain()
    assert await engine.count("suppliers") == await server.count("suppliers") == 1


async def test_a_server_that_lost_its_records_gets_them_back(
    engine: EmbeddedEngine, server: DeadServer
) -> None:
    server.is_up = True
    await make_supplier()
    await drain()
    await server.drop("suppliers")
    await indexing.keep_ready()
    assert await server.count("suppliers") == await engine.count("suppliers") == 1


async def test_searches_fall_back_and_say_so(engine: EmbeddedEngine, server: DeadServer) -> None:
    await make_supplier()
    await drain()
    asked: list[str] = []

    async def question(one: Any) -> int:
        asked.append(type(one).__name__)
        return int((await one.search("suppliers", Query("肺结节"))).total)

    assert await engines.ask(question) == (1, True)
    assert await engines.ask(question) == (1, True)
    assert asked == ["DeadServer", "EmbeddedEngine", "EmbeddedEngine"]


async def test_without_an_index_the_answer_is_that_it_is_being_built(
    engine: EmbeddedEngine,
) -> None:
    with pytest.raises(engines.IndexNotReady):
        await engines.ask(lambda one: one.search("suppliers", Query("肺结节")))


async def test_a_rebuild_keeps_what_changes_meanwhile(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_supplier()
    await drain()
    later: list[SupplierProfile] = []
    documents = sources.documents_between

    async def changing(kind: Kind, first: UUID, last: UUID) -> Any:
        found = await documents(kind, first, last)
        if not later:
            later.append(await make_supplier())
        return found

    monkeypatch.setattr(sources, "documents_between", changing)
    assert await indexing.rebuild(engine, "suppliers") == 1
    assert await engine.count("suppliers") == 2


async def test_verification_finds_planted_differences(engine: EmbeddedEngine) -> None:
    changed, lost = await make_supplier(), await make_supplier()
    gone = await make_talent(consent=["task_types"])
    await drain()
    assert await consistency.differences(engine) == []
    await SupplierProfile.filter(id=changed.id).update(summary="另一家")
    await engine.delete("suppliers", [str(lost.organisation_id)])
    await type(gone).filter(id=gone.id).delete()
    number, missing = (await changed.organisation).number, (await lost.organisation).number
    found = await consistency.differences(engine)
    assert [one.text for one in found] == [
        f"suppliers {number}: differs in summary",
        f"suppliers {missing}: missing from the index",
        f"talents {gone.id}: in the index, not to be found in the database",
    ]
    await consistency.queue_repairs(found)
    await drain()
    assert await consistency.differences(engine) == []


async def test_catching_up_notes_what_it_did(engine: EmbeddedEngine) -> None:
    job = await make_job()
    await publish(job)
    await make_supplier()
    await indexing.catch_up(engine, engines.EMBEDDED)
    assert await indexed(engine, "jobs") == [job.number]
    done = await OutboxMessage.filter(topic="supplier.changed")
    assert done
    assert [message.handled for message in done] == [["search.indexing.update_embedded"]] * len(
        done
    )
    (mail,) = await OutboxMessage.filter(topic="job.published")
    assert mail.done_at is None
    assert mail.handled == ["search.indexing.update_embedded"]
    await engine.delete("jobs", [str(job.id)])
    await indexing.catch_up(engine, engines.EMBEDDED)
    assert await indexed(engine, "jobs") == [job.number]


async def test_a_message_indexed_ahead_is_not_indexed_again(engine: EmbeddedEngine) -> None:
    await make_supplier()
    first, second = await OutboxMessage.filter(topic="supplier.changed").order_by("id")
    await indexing.update_embedded(Message(str(first.id), first.topic, first.payload))
    assert str(second.id) in indexing._ahead[engines.EMBEDDED]
    await indexing.update_embedded(Message(str(second.id), second.topic, second.payload))
    assert str(second.id) not in indexing._ahead[engines.EMBEDDED]


async def test_invitations_name_suppliers_by_their_keys(rollback: None) -> None:
    supplier = await make_supplier()
    firm = await supplier.organisation
    job = await make_job()
    job.procedure_config = {**job.procedure_config, "invited": [firm.name, "无此机构"]}
    await job.save()
    (document,) = await sources.job_documents(type(job).filter(id=job.id))
    assert document["invited"] == [str(firm.id), "无此机构"]
