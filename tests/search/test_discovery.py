"""What the search box does with words, chips, prices and pages."""

from typing import Any

import pytest

from market.kit.i18n import translations
from search.discovery import discover, explain_hit
from search.documents import Kind
from search.embedded_engine import EmbeddedEngine
from search.engine import Range
from tests.search.conftest import fill


@pytest.fixture(scope="module")
async def site(records: dict[str, Any]) -> tuple[EmbeddedEngine, dict[Kind, str]]:
    engine = EmbeddedEngine()
    return engine, await fill(engine, records, "d")


async def found(
    site: tuple[EmbeddedEngine, dict[Kind, str]], kind: Kind, text: str, **options: Any
) -> list[str]:
    result = await discover(site[0], kind, text, index=site[1][kind], **options)
    return [hit.id for hit in result.hits]


@pytest.mark.parametrize(
    ("kind", "text", "first"),
    [
        ("jobs", "山西话转写", "J07"), ("jobs", "公文 信创 驻场", "J10"), ("jobs", "红队", "J11"),
        ("talents", "激光雷达 高级工", "T01"), ("talents", "病理 博士", "T02"),
        ("talents", "煤矿 山西", "T03"), ("datasets", "台语 客服", "D01"),
        ("datasets", "内涝 应急 保障模式", "D03"), ("datasets", "瑕疵 钢材", "D04"),
    ],
)  # fmt: skip
async def test_every_kind_is_searched_alike(
    site: tuple[EmbeddedEngine, dict[Kind, str]], kind: Kind, text: str, first: str
) -> None:
    assert (await found(site, kind, text))[0] == first


async def test_nothing_is_offered_where_nothing_fits(
    site: tuple[EmbeddedEngine, dict[Kind, str]],
) -> None:
    assert await found(site, "suppliers", "量子通信") == []
    assert await found(site, "suppliers", "肺结节 新疆") == []


async def test_constraints_alone_list_what_they_admit(
    site: tuple[EmbeddedEngine, dict[Kind, str]],
) -> None:
    assert set(await found(site, "suppliers", "需要500人团队")) == {"S04", "S10"}
    assert await found(site, "suppliers", "山东 价格最低") == ["S10", "S08", "S09", "S01"]


async def test_cheapest_orders_only_among_the_relevant(
    site: tuple[EmbeddedEngine, dict[Kind, str]],
) -> None:
    assert (await found(site, "suppliers", "拉框 越便宜越好"))[:4] == ["S10", "S08", "S04", "S02"]


async def test_filters_of_the_page_join_those_of_the_text(
    site: tuple[EmbeddedEngine, dict[Kind, str]],
) -> None:
    picked = await found(site, "suppliers", "拉框", filters=[Range("staff", at_least=600)])
    assert set(picked) == {"S04", "S10"}


async def test_pages_split_one_order(site: tuple[EmbeddedEngine, dict[Kind, str]]) -> None:
    whole = await found(site, "suppliers", "语音转写")
    pages = [await found(site, "suppliers", "语音转写", page=n, per_page=1) for n in (1, 2, 3)]
    assert [hit for page in pages for hit in page] == whole[:3]


async def test_a_hit_says_why(site: tuple[EmbeddedEngine, dict[Kind, str]]) -> None:
    text = "肺结节 抠图 济南"
    result = await discover(site[0], "suppliers", text, index=site[1]["suppliers"])
    told = explain_hit(
        result.hits[0], result,
        lambda msgid, **params: translations("zh_CN").gettext(msgid) % params,
    )  # fmt: skip
    assert told == ["匹配：肺结节、抠图", "满足：山东省济南市"]
    assert result.hits[0].highlights["name"] == ()
