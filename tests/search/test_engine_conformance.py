"""The same cases on every engine: what the protocol promises."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from search.engine import (
    AnyOf,
    Equals,
    Filter,
    In,
    IndexDocument,
    IndexSettings,
    InRegion,
    Not,
    OneOf,
    Query,
    Range,
    SearchEngine,
    Sort,
    UnknownField,
    UnknownIndex,
)

SETTINGS = IndexSettings(
    keywords=("regions", "industries"), flags=("onsite",), numbers=("staff", "price_有效小时")
)
MINE = IndexDocument(
    "mine", ("煤矿井下视频", "目标检测"), ("大同本地企业",),
    {"regions": ["140000", "140200"], "industries": ["智慧能源", "应急管理"]},
    {"onsite": True}, {"staff": 480}, 0.07, {"name": "云中", "summary": "专注煤矿安全视频"},
)  # fmt: skip
SPEECH = IndexDocument(
    "speech/1", ("语音转写", "晋语"), ("呼叫中心录音",),
    {"regions": ["140000", "140200"], "industries": ["政务服务"]},
    {"onsite": False}, {"staff": 300, "price_有效小时": 750_000}, 0.075, {"name": "雁北"},
)  # fmt: skip
BOXES = IndexDocument(
    "boxes", ("2D框", "图像分类"), ("街景",), {"regions": ["370000"], "industries": ["政务服务"]},
    {"onsite": False}, {"staff": 3000, "price_有效小时": 550_000}, 0.05, {"name": "海岱"},
)  # fmt: skip


async def fill(engine: SearchEngine, name: str) -> str:
    assert await engine.configure(name, SETTINGS) is True
    await engine.upsert(name, [MINE, SPEECH, BOXES])
    return name


@pytest.fixture(scope="module")
async def filled(engine: SearchEngine) -> str:
    """An index that no case changes."""
    return await fill(engine, f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
async def changing(engine: SearchEngine, index: str) -> str:
    """An index for one case alone."""
    return await fill(engine, index)


async def ids(engine: SearchEngine, index: str, query: Query) -> list[str]:
    return [hit.id for hit in (await engine.search(index, query)).hits]


async def test_a_hit_returns_the_source_and_covers_the_query(
    engine: SearchEngine, filled: str
) -> None:
    results = await engine.search(filled, Query("煤矿", highlight=("summary", "name")))
    assert [hit.id for hit in results.hits] == ["mine"]
    hit = results.hits[0]
    assert hit.source == {"name": "云中", "summary": "专注煤矿安全视频"}
    assert hit.highlights == {"summary": ((2, 4),), "name": ()}
    assert 1.0 <= hit.score <= 1.08
    assert results.total == 1
    assert results.took_ms > 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("拉框", ["boxes", "mine"]), ("拉筐", ["boxes", "mine"]), ("bbox", ["boxes", "mine"]),
        ("語音轉寫", ["speech/1"]),
        ("ＡＳＲ", ["speech/1"]), ("听写", ["speech/1"]), ("山西话", ["speech/1"]),
        ("meikuang", ["mine"]), ("jinyu", ["speech/1"]), ("detecton 煤矿", ["mine", "boxes"]),
        ("量子通信", []),
    ],
)  # fmt: skip
async def test_words_are_found_by_what_they_mean(
    engine: SearchEngine, filled: str, text: str, found: list[str]
) -> None:
    assert await ids(engine, filled, Query(text)) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Equals("industries", "政务服务"), {"speech/1", "boxes"}),
        (Equals("industries", "应急管理"), {"mine"}),
        (In("industries", ("智慧能源", "政务服务")), {"mine", "speech/1", "boxes"}),
        (Equals("onsite", True), {"mine"}),
        (Equals("onsite", False), {"speech/1", "boxes"}),
        (Equals("staff", 480), {"mine"}),
        (Range("staff", at_least=480), {"mine", "boxes"}),
        (Range("staff", at_most=480), {"mine", "speech/1"}),
        (Range("staff", at_least=300, at_most=480), {"mine", "speech/1"}),
        (Range("price_有效小时", at_most=600_000), {"boxes"}),
        (InRegion("140000"), {"mine", "speech/1"}),
        (InRegion("140200"), {"mine", "speech/1"}),
        (InRegion("110000"), set()),
        (Not(InRegion("140000")), {"boxes"}),
        (Not(Equals("onsite", True)), {"speech/1", "boxes"}),
        (AnyOf((Equals("onsite", True), Range("staff", at_least=3000))), {"mine", "boxes"}),
        (Not(AnyOf((InRegion("140000"), InRegion("370000")))), set()),
        (OneOf(("mine", "speech/1", "none")), {"mine", "speech/1"}),
        (Not(OneOf(("mine",))), {"speech/1", "boxes"}),
        (Equals("industries", '政务"服务\\'), set()),
    ],
)
async def test_filters(engine: SearchEngine, filled: str, wanted: Filter, found: set[str]) -> None:
    results = await engine.search(filled, Query(filters=(wanted,)))
    assert {hit.id for hit in results.hits} == found
    assert results.total == len(found)


async def test_all_filters_must_hold_with_the_text(engine: SearchEngine, filled: str) -> None:
    query = Query("语音 煤矿", (InRegion("140000"), Range("staff", at_most=400)))
    assert await ids(engine, filled, query) == ["speech/1"]


async def test_facets_count_what_filters_and_text_admit(engine: SearchEngine, filled: str) -> None:
    everything = await engine.search(filled, Query(facets=("industries", "onsite")))
    assert everything.facets == {
        "industries": {"政务服务": 2, "智慧能源": 1, "应急管理": 1},
        "onsite": {"true": 1, "false": 2},
    }
    speech = await engine.search(filled, Query("语音", facets=("industries",)))
    assert speech.facets == {"industries": {"政务服务": 1}}


async def test_sorting_puts_records_without_the_number_last(
    engine: SearchEngine, filled: str
) -> None:
    rising = Query(sort=Sort("price_有效小时"))
    falling = Query(sort=Sort("price_有效小时", descending=True))
    assert await ids(engine, filled, rising) == ["boxes", "speech/1", "mine"]
    assert await ids(engine, filled, falling) == ["speech/1", "boxes", "mine"]
    assert await ids(engine, filled, Query("煤矿 拉框", sort=Sort("staff"))) == ["mine", "boxes"]


async def test_pages_do_not_overlap_and_know_the_total(engine: SearchEngine, filled: str) -> None:
    pages = [
        await engine.search(filled, Query(sort=Sort("staff"), page=page, per_page=2))
        for page in (1, 2, 3)
    ]
    assert [[hit.id for hit in page.hits] for page in pages] == [
        ["speech/1", "mine"], ["boxes"], [],
    ]  # fmt: skip
    assert {page.total for page in pages} == {3}


async def test_without_text_the_prior_orders(engine: SearchEngine, filled: str) -> None:
    assert await ids(engine, filled, Query()) == ["speech/1", "mine", "boxes"]


async def test_rare_words_count_more_than_common_ones(engine: SearchEngine, index: str) -> None:
    await engine.configure(index, SETTINGS)
    many = [IndexDocument(f"i{n}", ("图像分类",), prior=0.1) for n in range(20)]
    await engine.upsert(index, [*many, IndexDocument("rare", ("心电波形标注",))])
    assert (await ids(engine, index, Query("图像分类 心电")))[0] == "rare"


async def test_a_title_word_counts_more_than_a_summary_word(
    engine: SearchEngine, index: str
) -> None:
    await engine.configure(index, SETTINGS)
    await engine.upsert(
        index,
        [IndexDocument("summary", ("文本",), ("知识图谱",)), IndexDocument("title", ("知识图谱",))],
    )
    results = await engine.search(index, Query("知识图谱"))
    assert [(hit.id, round(hit.score, 2)) for hit in results.hits] == [
        ("title", 1.0), ("summary", 0.7),
    ]  # fmt: skip


async def test_upsert_replaces_by_id_and_delete_removes(
    engine: SearchEngine, changing: str
) -> None:
    await engine.upsert(changing, [IndexDocument("mine", ("语音转写",), source={"name": "新"})])
    assert await ids(engine, changing, Query("煤矿")) == []
    assert (await engine.search(changing, Query())).total == 3
    await engine.delete(changing, ["mine", "unknown"])
    assert (await engine.search(changing, Query())).total == 2


async def test_the_last_of_two_versions_in_one_batch_wins(engine: SearchEngine, index: str) -> None:
    await engine.configure(index, SETTINGS)
    await engine.upsert(index, [IndexDocument("a", ("煤矿",)), IndexDocument("a", ("语音",))])
    assert await ids(engine, index, Query("煤矿 语音")) == ["a"]
    assert (await engine.search(index, Query())).total == 1


async def test_configuring_again_keeps_the_records(engine: SearchEngine, filled: str) -> None:
    assert await engine.configure(filled, SETTINGS) is False
    assert (await engine.search(filled, Query())).total == 3


async def test_swap_exchanges_two_indexes(engine: SearchEngine, changing: str) -> None:
    aside = f"{changing}_aside"
    await engine.configure(aside, SETTINGS)
    await engine.upsert(aside, [IndexDocument("new", ("煤矿",))])
    await engine.swap(changing, aside)
    assert await ids(engine, changing, Query("煤矿")) == ["new"]
    assert await ids(engine, aside, Query("煤矿")) == ["mine"]
    await engine.drop(aside)
    with pytest.raises(UnknownIndex):
        await engine.search(aside, Query())
    assert await ids(engine, changing, Query("煤矿")) == ["new"]


async def test_dropping_an_unknown_index_is_no_error(engine: SearchEngine, index: str) -> None:
    await engine.drop(index)
    with pytest.raises(UnknownIndex):
        await engine.search(index, Query("煤矿"))


async def test_scanning_reads_every_record_once(engine: SearchEngine, filled: str) -> None:
    total = await engine.count(filled)
    held: dict[str, object] = {}
    while batch := await engine.scan(filled, offset=len(held), limit=2):
        assert not held.keys() & batch.keys()
        held.update(batch)
    assert len(held) == total >= 3
    assert held["mine"] == MINE.source
    with pytest.raises(UnknownIndex):
        await engine.count("none")


async def test_multi_search_answers_in_order(engine: SearchEngine, filled: str) -> None:
    answers = await engine.multi_search([(filled, Query("煤矿")), (filled, Query("语音"))])
    assert [[hit.id for hit in answer.hits] for answer in answers] == [["mine"], ["speech/1"]]


@pytest.mark.parametrize(
    "query",
    [
        Query(filters=(Equals("colour", "red"),)),
        Query(filters=(Range("colour", at_least=1),)),
        Query(facets=("colour",)),
        Query(sort=Sort("colour")),
    ],
)
async def test_unknown_fields_are_refused(engine: SearchEngine, filled: str, query: Query) -> None:
    with pytest.raises(UnknownField):
        await engine.search(filled, query)


async def test_a_healthy_engine_says_so(engine: SearchEngine) -> None:
    assert await engine.health() is True


async def test_a_fresh_index_is_loaded_batch_by_batch(engine: SearchEngine, index: str) -> None:
    async def batches() -> AsyncIterator[list[IndexDocument]]:
        yield [MINE]
        yield []
        yield [replace(MINE, id="other")]

    await engine.configure(index, SETTINGS)
    await engine.load(index, batches())
    found = await engine.search(index, Query("煤矿"))
    assert sorted(hit.id for hit in found.hits) == ["mine", "other"]
    assert {hit.score for hit in found.hits} == {found.hits[0].score}


async def test_hits_are_left_out_where_only_a_large_number_is_wanted(
    engine: SearchEngine, filled: str
) -> None:
    for query, hits in (
        (Query(hits_up_to=2), []), (Query(hits_up_to=3), ["speech/1", "mine", "boxes"]),
        (Query("政务服务 煤矿 语音", hits_up_to=1), []),
        (Query("煤矿 语音", hits_up_to=2), ["speech/1", "mine"]),
    ):  # fmt: skip
        found = await engine.search(filled, query)
        assert [hit.id for hit in found.hits] == hits
        assert found.total == (await engine.search(filled, replace(query, hits_up_to=0))).total


async def test_words_that_begin_to_occur_are_no_longer_heard_by_their_sound(
    engine: SearchEngine, index: str
) -> None:
    await engine.configure(index, SETTINGS)
    await engine.upsert(index, [IndexDocument("heard", ("云冈石窟",)), MINE])
    assert await ids(engine, index, Query("晕港")) == ["heard"]
    await engine.upsert(index, [IndexDocument("said", ("晕港",))])
    assert await ids(engine, index, Query("晕港")) == ["said"]
    await engine.delete(index, ["said"])
    assert await ids(engine, index, Query("晕港")) == ["heard"]
