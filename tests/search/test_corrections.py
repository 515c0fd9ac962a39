"""What is offered in the place of a query, and that a query of known words is left alone."""

import pytest
from httpx import AsyncClient

from search import engines, indexing
from search.corrections import offer
from search.spelling import repaired
from tests.search.judgements.oracle import judgements


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("骨则X光片", "骨折x光片"),
        ("绝缘子陷缺 巡检", "绝缘子缺陷 巡检"),
        ("激光雪达", "激光雷达"),
        ("云冈石屈", "云冈石窟"),
        ("心电冬图", "心电图"),
        ("济难 肺结节", "济南 肺结节"),
        ("dianyn", "点云"),
        ("肺结节 济南", ""),
        ("", ""),
    ],
)
def test_near_words_are_offered(typed: str, offered: str) -> None:
    assert offer(typed) == offered


def test_well_written_queries_get_no_offer() -> None:
    offers = {case["query"]: offer(case["query"]) for case in judgements()}
    assert {query: better for query, better in offers.items() if better} == {}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("zangyu zhuanxie", "藏语 转写"),
        ("yan di cai zhao", "眼底彩照"),
        ("知识途谱", "知识图谱"),
        ("segmantation", "segmentation"),
        ("三为十二人", "三为十二人"),
    ],
)
def test_slips_of_sound_are_put_right_at_once(typed: str, read: str) -> None:
    assert repaired(typed) == read


async def test_the_page_offers_a_link_and_keeps_the_query(client: AsyncClient) -> None:
    await indexing.prepare(engines.embedded())
    page = (await client.get("/search", params={"q": "激光雪达", "kind": "jobs"})).text
    assert "您要找的是不是" in page
    assert "q=%E6%BF%80%E5%85%89%E9%9B%B7%E8%BE%BE&amp;kind=jobs" in page
    assert 'value="激光雪达"' in page
    found = (await client.get("/api/v1/search", params={"q": "激光雪达"})).json()
    assert found["did_you_mean"] == "激光雷达"
