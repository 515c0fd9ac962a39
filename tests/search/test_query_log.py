"""What people search for is kept without them."""

import datetime as dt

import httpx
import pytest

from market.accounts.states import OrganisationKind
from market.kit import clock
from market.settings import settings
from search import query_log
from search.query_log import Asked
from search.query_models import QueryDay
from tests.factories import actor, make_organisation, signed_in_client


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("济南 肺結節分割", "济南 肺结节分割"),
        ("联系 zhang.wei@example.com 点云", "联系 点云"),
        ("13812345678 拉框", "拉框"),
        ("138 1234 5678 拉框", "拉框"),
        ("0531-88881234", ""),
        ("91370100MA3ABCDE1X 标注", "标注"),
        ("370102199001011234", ""),
        ("张伟", ""),
        ("李娜的电话", "的电话"),
        ("王小明 医学影像", "医学影像"),
        ("https://example.com/x 语音", "语音"),
        ("10万张 90元以内", "10万张 90元以内"),
        ("高精地图 马铃薯 周口", "高精地图 马铃薯 周口"),
        ("", ""),
    ],
)
def test_what_may_name_somebody_is_left_out(typed: str, kept: str) -> None:
    assert query_log.kept_text(typed) == kept


def asked(text: str = "肺结节", *, hits: int = 0, engine: str = "embedded") -> Asked:
    return Asked(text, "jobs", ["region:370100"], engine, hits, 4.4)


async def test_a_question_is_counted_and_its_askers_told_apart(rollback: None) -> None:
    with clock.frozen_at(dt.datetime(2026, 11, 23, tzinfo=dt.UTC)):  # the day decides the marks
        for asker in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
            await query_log.note(asked(hits=3), asker)
    row = await QueryDay.get()
    assert (row.text, row.chips, row.asked, row.hits, row.took_ms) == (
        "肺结节", "region:370100", 3, 3, 12,
    )  # fmt: skip
    assert row.askers == int(row.marks, 16).bit_count() == 2
    assert not {"10.0.0.1", "10.0.0.2"} & {str(value) for value in dict(row).values()}
    with clock.frozen_at(dt.datetime(2026, 11, 24, tzinfo=dt.UTC)):
        await query_log.note(asked(), "10.0.0.1")
    assert await QueryDay.filter().count() == 2


async def test_nothing_is_kept_of_a_name_or_a_number(rollback: None) -> None:
    await query_log.note(asked("张伟 13812345678"), "10.0.0.1")
    assert await QueryDay.filter().count() == 0


async def test_old_days_are_forgotten(rollback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "search_log_days", 30)
    await query_log.note(asked(), "a")
    with clock.shifted_by(dt.timedelta(days=30)):
        assert await query_log.forget_old() == 0
    with clock.shifted_by(dt.timedelta(days=31)):
        assert await query_log.forget_old() == 1
    assert await QueryDay.filter().count() == 0


async def test_only_what_many_have_asked_with_success_is_popular(rollback: None) -> None:
    for number in range(12):
        await query_log.note(asked("肺结节 分割", hits=2), f"10.0.0.{number}")
        await query_log.note(asked("肺结节 没有", hits=0), f"10.0.0.{number}")
        await query_log.note(asked("肺结节 少见", hits=2), "10.0.0.1")
    found = await query_log.popular("结节", askers=5, days=30, limit=5)
    assert found == ["肺结节 分割"]


async def test_a_search_is_counted_after_its_page(http: httpx.AsyncClient) -> None:
    await http.get("/search", params={"q": "完全没有的东西", "kind": "jobs"})
    await http.get("/search", params={"q": "完全没有的东西", "kind": "jobs", "page": 2})
    await http.get("/search", params={"q": "", "kind": "jobs"})
    row = await QueryDay.get()
    assert (row.text, row.target, row.hits, row.asked, row.engine) == (
        "完全没有的东西", "jobs", 0, 1, "embedded",
    )  # fmt: skip
    await http.get("/api/v1/search", params={"q": "完全没有的东西", "kind": "jobs"})
    assert (await QueryDay.get()).asked == 2


async def test_the_operator_sees_what_is_not_found(http: httpx.AsyncClient) -> None:
    await query_log.note(asked("水下声呐"), "a")
    await query_log.note(asked("点云 拉框", hits=7), "a")
    buyer = await actor(await make_organisation(kind="demand"))
    await signed_in_client(http, buyer.person_id)
    assert (await http.get("/operator/searches")).status_code == 403
    by = await actor(await make_organisation(kind=OrganisationKind.OPERATOR))
    await signed_in_client(http, by.person_id)
    page = await http.get("/operator/searches")
    assert "水下声呐" in page.text
    assert "点云 拉框" not in page.text
    assert 'href="/operator/dictionary"' in page.text
    frequent = await http.get("/operator/searches", params={"show": "frequent", "days": "7"})
    assert "点云 拉框" in frequent.text
    file = await http.get("/operator/searches", params={"show": "frequent", "format": "json"})
    assert [row["检索词"] for row in file.json()["rows"]] == ["水下声呐", "点云 拉框"]
