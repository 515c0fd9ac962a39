"""The operator's words: versions, what they change once built, who may touch them."""

from collections.abc import Iterator

import httpx
import pytest

from market.accounts.states import OrganisationKind
from market.kit import audit, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from search import dictionary, dictionary_access, engines, indexing, lexicon
from search.analysis import query_groups
from search.dictionary_models import DictionaryEntry, DictionaryVersion, EntryKind
from search.discovery import discover
from search.spelling import repaired
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier

SYNONYMS, SLIPS, LEFT_OUT = EntryKind.SYNONYMS, EntryKind.MISSPELLINGS, EntryKind.LEFT_OUT
pytestmark = pytest.mark.usefixtures("rollback")
HANDLERS = {dictionary.TOPIC: (dictionary.rebuild,)}


@pytest.fixture(autouse=True)
def shipped_words() -> Iterator[None]:
    yield
    lexicon.extend(0, ())


async def operator() -> Actor:
    return await actor(await make_organisation(kind=OrganisationKind.OPERATOR))


async def test_a_synonym_finds_records_once_the_indexes_are_rebuilt() -> None:
    by = await operator()
    supplier = await make_supplier()
    await outbox.drain({**dict.fromkeys(indexing.TOPICS, indexing.HANDLERS)})
    word = supplier.task_types[0]
    await dictionary.add_entry(SYNONYMS, word, ["嗷嗷活", "zorkwork"], by=by)
    assert await dictionary.version_in_use() is None
    assert (await discover(engines.embedded(), "suppliers", "zorkwork")).total == 0
    await outbox.drain(HANDLERS)
    used = await dictionary.version_in_use()
    assert used is not None
    assert used.number == lexicon.version() == 1
    for typed in ("zorkwork", "嗷嗷活"):
        assert (await discover(engines.embedded(), "suppliers", typed)).total == 1


async def test_slips_are_put_right_and_left_out_words_say_nothing() -> None:
    by = await operator()
    await dictionary.add_entry(SLIPS, "点云", ["典韵"], by=by)
    await dictionary.add_entry(LEFT_OUT, "麻烦", [], by=by)
    await outbox.drain(HANDLERS)
    assert repaired("典韵标注") == "点云标注"
    assert [group.surface for group in query_groups("麻烦 转写")] == ["转写"]


async def test_versions_say_what_changed_and_retired_words_stay_as_history() -> None:
    by = await operator()
    entry = await dictionary.add_entry(LEFT_OUT, "麻烦", [], by=by)
    assert await dictionary_access.latest_changes() == [(True, "left_out", "麻烦", [])]
    await dictionary.retire_entry(entry, by=by)
    assert await dictionary_access.latest_changes() == [(False, "left_out", "麻烦", [])]
    assert [row.number for row in await DictionaryVersion.all().order_by("number")] == [1, 2]
    assert await dictionary_access.entries(by) == []
    assert [row.word for row in await dictionary_access.entries(by, is_retired=True)] == ["麻烦"]
    assert [line.action for line in await audit.history(entry)] == ["added", "retired"]
    with pytest.raises(Conflict):
        await dictionary.retire_entry(entry, by=by)
    assert await DictionaryVersion.all().count() == 2


@pytest.mark.parametrize(
    ("kind", "word", "others"),
    [(SYNONYMS, "点云", []), (SYNONYMS, "点云", ["点云"]), (LEFT_OUT, "麻烦", ["劳驾"])],
)
async def test_entries_that_say_nothing_are_refused(
    kind: EntryKind, word: str, others: list[str]
) -> None:
    with pytest.raises(InvalidInput):
        await dictionary.add_entry(kind, word, others, by=await operator())
    assert await DictionaryEntry.all().count() == await DictionaryVersion.all().count() == 0


async def test_an_entry_stands_once_and_only_the_operator_adds() -> None:
    by = await operator()
    await dictionary.add_entry(LEFT_OUT, "麻烦", [], by=by)
    with pytest.raises(InvalidInput):
        await dictionary.add_entry(LEFT_OUT, "麻烦", [], by=by)
    buyer = await actor(await make_organisation(kind=OrganisationKind.DEMAND))
    with pytest.raises(NotPermitted):
        await dictionary.add_entry(LEFT_OUT, "劳驾", [], by=buyer)
    assert await DictionaryEntry.all().count() == 1
    assert await outbox.OutboxMessage.filter(topic=dictionary.TOPIC).count() == 1


async def test_the_page_adds_shows_previews_and_retires(http: httpx.AsyncClient) -> None:
    by = await operator()
    await signed_in_client(http, by.person_id)
    word = {"kind": "synonyms", "word": "点云", "others": "点子云，cloudy points"}
    assert (await http.post("/operator/dictionary", data=word)).status_code == 303
    entry = await DictionaryEntry.get()
    assert entry.others == ["点子云", "cloudy points"]
    page = await http.get("/operator/dictionary", params={"text": "转泻 每框不超过一毛五"})
    assert "版本 1 正在重建索引" in page.text
    assert "点子云、cloudy points" in page.text
    assert "转写 每框不超过一毛五" in page.text
    refused = await http.post("/operator/dictionary", data=word)
    assert refused.status_code == 422
    assert "词典中已有此条目" in refused.text
    assert (await http.post(f"/operator/dictionary/{entry.id}/retire")).status_code == 303
    await entry.refresh_from_db()
    assert entry.retired_in == 2
    buyer = await actor(await make_organisation(kind=OrganisationKind.DEMAND))
    await signed_in_client(http, buyer.person_id)
    assert (await http.get("/operator/dictionary")).status_code == 403
