"""Talents in figures: exact for an authority of its region, small cells hidden in public; people trained a year."""

import datetime as dt

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.directory.models import Talent
from market.kit import clock
from market.training.models import TrainingRecord
from market.training.statistics import TalentTotals, cells_of, talent_totals, trained
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.directory import make_talent
from tests.factories.training import make_module

COUNTS = st.dictionaries(st.text("abcdef", max_size=2), st.integers(1, 30), max_size=8)


@given(COUNTS, COUNTS, st.dictionaries(st.integers(2022, 2026), st.integers(0, 12), max_size=5))
def test_no_public_cell_is_small_nor_follows_from_the_total(
    levels: dict[str, int], domains: dict[str, int], years: dict[int, int]
) -> None:
    totals = TalentTotals(
        total=sum(levels.values()), by_level=levels, by_domain=domains, trained=years
    )
    shown = cells_of(totals, is_public=True)
    for cells in shown.values():
        assert all(n is None or n == 0 or n >= 5 for n in cells.values())
    if shown["level"]:
        assert sum(n or 0 for n in shown["level"].values()) == totals.total
    exact = cells_of(totals, is_public=False)
    assert exact["level"] == levels


@pytest.mark.usefixtures("rollback")
async def test_talents_are_counted_by_level_domain_and_region(client: httpx.AsyncClient) -> None:
    firm = await make_organisation(kind="supplier", region_code="370100")
    for number in range(6):
        await make_talent(
            organisation=firm, region_code="370102", domains=["胸部CT"],
            skill_level="三级" if number < 4 else "",
        )  # fmt: skip
    await make_talent(organisation=firm, region_code="320506", domains=["激光雷达"])
    found = await talent_totals("37")
    assert (found.total, dict(found.by_level), dict(found.by_region)) == (
        6, {"三级": 4, "": 2}, {"370100": 6},
    )  # fmt: skip
    assert dict((await talent_totals()).by_region) == {"370000": 6, "320000": 1}
    public = (await client.get("/api/v1/talent-statistics")).json()
    assert (public["total"], public["is_public"]) == (7, True)
    assert public["tables"]["domain"] == {"胸部CT": 6}
    assert public["tables"]["region"] == {"*": 7}, "a province of one would follow from the total"
    assert "激光雷达" not in (await client.get("/talent-statistics")).text
    office = await actor(await make_organisation(kind="bureau", region_code="320000"))
    await signed_in_client(client, office.person_id)
    own = (await client.get("/api/v1/talent-statistics")).json()
    assert (own["total"], own["tables"]["domain"]) == (1, {"激光雷达": 1})
    assert (await client.get("/talent-statistics?format=csv")).text.count("激光雷达") == 1


@pytest.mark.usefixtures("rollback")
async def test_a_person_is_trained_once_a_chinese_year() -> None:
    firm = await make_organisation(kind="supplier", region_code="370100")
    talent = await make_talent(organisation=firm)
    person = await actor(firm)
    module = await make_module()
    moments = [
        (talent.id, None, dt.datetime(2025, 12, 31, 23, 59, tzinfo=clock.CHINA), True),
        (talent.id, None, dt.datetime(2026, 1, 1, tzinfo=clock.CHINA), True),
        (talent.id, None, dt.datetime(2026, 5, 1, tzinfo=clock.CHINA), True),
        (None, person.person_id, dt.datetime(2026, 5, 1, tzinfo=clock.CHINA), True),
        (None, (await actor(firm)).person_id, dt.datetime(2026, 5, 1, tzinfo=clock.CHINA), False),
    ]
    for talent_id, person_id, at, is_passed in moments:
        await TrainingRecord.create(
            module=module, organisation=firm, talent_id=talent_id, person_id=person_id, answers=[],
            percent=90, is_passed=is_passed, taken_at=at,
        )  # fmt: skip
    assert [await trained(year, "3701") for year in (2024, 2025, 2026)] == [0, 1, 2]
    assert await trained(2026, "32") == 0
    await Talent.filter(id=talent.id).delete()
    assert await trained(2026) >= 2, "who left still was trained"
