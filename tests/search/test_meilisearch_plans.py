"""How many requests a query costs the server, and that what is remembered changes no answer."""

from collections.abc import Sequence
from typing import Any

import pytest

from search import benchmark
from search.engine import Equals, Query, Results, SearchError, UnknownField
from search.meilisearch_engine import MeilisearchEngine
from search.meilisearch_plans import Frequencies, plan
from search.meilisearch_queries import Request, marked

SPOKEN = "晕港"
RECORD = {
    "id": "a", "text": f"{marked('@煤矿')}\t{marked('双人')}", "heard": marked("yungang"), "prior": 0.05,
    "source": '{"id": "a"}',
}  # fmt: skip


def answer(request: Request, counts: dict[str, int]) -> dict[str, Any]:
    """A server of one record, and of as many records with each word as `counts` says."""
    if "hitsPerPage" in request or request["limit"]:
        hits = [{name: RECORD[name] for name in request["attributesToRetrieve"]}]
        return {"hits": hits, "totalHits": 1, "facetDistribution": {"status": {"open": 1}}}
    asked = "".join(request["filter"])
    known = [number for word, number in counts.items() if word in asked]
    return {"estimatedTotalHits": known[0] if known else 10}


def steps(query: Query, known: Frequencies, **counts: int) -> tuple[list[int], Results]:
    """How many searches each request carries, and the results."""
    running, carried = plan("jobs", query, known), []
    asked = next(running)
    while True:
        carried.append(len(asked))
        try:
            asked = running.send([answer(one, counts) for one in asked])
        except StopIteration as end:
            return carried, end.value


def test_known_words_cost_one_request_and_one_for_the_records() -> None:
    known, query = Frequencies(), Query("煤矿", facets=("status",))
    first, results = steps(query, known, 煤矿=3)
    again, same = steps(query, known, 煤矿=3)
    assert (first, again) == ([2, 2, 1], [4, 1])
    assert results == same
    assert [(hit.id, hit.score, hit.source) for hit in same.hits] == [("a", 1.035624, {"id": "a"})]
    assert (same.total, same.facets) == (1, {"status": {"open": 1}})


def test_a_listing_without_words_is_one_request() -> None:
    query = Query(filters=(Equals("status", "open"),), hits_up_to=1)
    assert steps(query, Frequencies())[0] == [1]


def test_a_word_that_has_come_or_gone_is_asked_for_anew() -> None:
    known, query = Frequencies(), Query(SPOKEN)
    heard, by_sound = steps(query, known, 晕港=0, yungang=1)
    assert (heard, by_sound.hits[0].score) == ([3, 2, 1], 0.621374)
    assert steps(query, known, 晕港=0, yungang=1)[0] == [5, 1]
    assert steps(query, known, 晕港=1, yungang=1)[0] == [5, 2, 1], "said now, no longer heard"
    assert steps(query, known, 晕港=1, yungang=1)[0] == [5, 1]


def test_a_number_alone_asks_for_no_records() -> None:
    known = Frequencies()
    carried, results = steps(Query("煤矿", hits_up_to=1), known, 煤矿=3)
    assert (carried, [hit.id for hit in results.hits]) == ([2, 1, 1], ["a"])
    running = plan("jobs", Query("煤矿", hits_up_to=1), known)
    many = [answer(one, {"煤矿": 3}) | {"totalHits": 2} for one in next(running)]
    with pytest.raises(StopIteration) as end:
        running.send(many)
    assert (end.value.value.hits, end.value.value.total) == ((), 2)


def test_records_of_an_earlier_form_are_an_error_so_that_the_built_in_index_answers() -> None:
    running = plan("jobs", Query(), Frequencies())
    next(running)
    with pytest.raises(SearchError, match="earlier form"):
        running.send([{"hits": [{"id": "a", "source": {"id": "a"}}], "totalHits": 1}])


async def test_several_queries_share_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def multi(_engine: object, asked: Sequence[Request]) -> list[dict[str, Any]]:
        sent.append(len(asked))
        if any("colour" in "".join(one["filter"]) for one in asked):
            raise UnknownField("colour")
        return [answer(one, {"煤矿": 3}) for one in asked]

    monkeypatch.setattr(MeilisearchEngine, "_multi", multi)
    engine = MeilisearchEngine("http://127.0.0.1:1")
    found = await engine.multi_search(
        [("jobs", Query("煤矿")), ("jobs", Query()), ("jobs", Query())]
    )
    assert sent == [4, 2, 1]
    assert [[hit.score for hit in one.hits] for one in found] == [[1.035624], [0.0], [0.0]]
    assert await engine.multi_search([]) == []
    with pytest.raises(UnknownField):
        await engine.multi_search(
            [("jobs", Query()), ("jobs", Query(filters=(Equals("colour", 1),)))]
        )
    await engine.close()


def test_the_measurement_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SearchError, match="no meilisearch binary on PATH"):
        benchmark.run(10, "meilisearch")
    with pytest.raises(SearchError, match="no such engine: tantivy"):
        benchmark.run(10, "tantivy")
