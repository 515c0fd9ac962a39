"""What a job is likely to cost: widened in named steps, never of fewer than five awards."""

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.tendering.models import Award, Bid, Job
from search import estimates, sources
from search.documents import SupplierDocument
from search.estimates import KINDRED, SAME_PROVINCE, WHOLE_COUNTRY
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier, price_input
from tests.factories.prices import make_prices
from tests.factories.tendering import (
    award,
    make_job,
    open_bids,
    owner_of,
    place_bid,
    published_job,
)
from tests.factories.tendering import (
    make_supplier as make_bidder,
)

JINAN, DATONG = "370100", "140200"


def job_of(region_code: str = JINAN, tasks: tuple[str, ...] = ("2D框",), **values: Any) -> Job:
    return Job(
        region_code=region_code, modality="图像", task_types=list(tasks), unit="张",
        volume=Decimal("10000"), **values,
    )  # fmt: skip


def awarded(price: str, region_code: str = JINAN, tasks: tuple[str, ...] = ("2D框",)) -> Award:
    """An award that is in no database."""
    row = Award(created_at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC))
    row.job, row.bid = job_of(region_code, tasks), Bid(unit_price=Decimal(price))
    return row


@pytest.fixture
def past(rollback: None, monkeypatch: pytest.MonkeyPatch) -> list[Award]:
    """The awards that the estimate finds in the database."""
    rows: list[Award] = []

    async def found(_job: Job) -> list[Award]:
        return rows

    monkeypatch.setattr(estimates, "_awards", found)
    return rows


async def test_five_awards_of_the_province_are_enough(past: list[Award]) -> None:
    past += [awarded(price) for price in ("1.00", "1.10", "1.20", "1.30", "1.40")]
    past += [awarded("9.00", DATONG) for _n in range(9)]
    found = await estimates.estimate_of(job_of())
    assert found is not None
    assert (found.n, found.widened, len(found.steps)) == (5, SAME_PROVINCE, 1)
    assert found.of_awards == estimates.Prices(
        Decimal("1.0400"), Decimal("1.2000"), Decimal("1.3600"), 1_040_000, 1_200_000, 1_360_000
    )
    assert (found.first, found.last) == (dt.date(2026, 10, 1), dt.date(2026, 10, 1))
    assert found.of_quotes is None
    assert found.evidence == past[:5]


async def test_it_widens_step_by_step_and_says_so(past: list[Award]) -> None:
    past += [awarded("1.00"), *(awarded("2.00", DATONG) for _n in range(4))]
    found = await estimates.estimate_of(job_of())
    assert found is not None
    assert [(step.label, step.n) for step in found.steps] == [
        (SAME_PROVINCE, 1), (WHOLE_COUNTRY, 5),
    ]  # fmt: skip
    past[:] = [awarded("3.00", tasks=("语义分割",)) for _n in range(5)]
    kindred = await estimates.estimate_of(job_of(tasks=("实例分割",)))
    assert kindred is not None
    assert (kindred.widened, kindred.n) == (KINDRED, 5)


async def test_four_awards_are_no_estimate(past: list[Award]) -> None:
    past += [awarded("1.00") for _n in range(4)]
    found = await estimates.estimate_of(job_of(), suppliers=[])
    assert found is not None
    assert (found.n, found.of_awards, found.of_quotes, found.evidence) == (4, None, None, ())
    assert await estimates.estimate_of(job_of(tasks=())) is None


@given(
    st.lists(
        st.decimals("0.0001", "99999", places=4), min_size=estimates.FEWEST, max_size=40
    ),
    st.decimals("0", "1000000", places=2),
)  # fmt: skip
def test_the_figures_stay_in_order_and_in_range(prices: list[Decimal], volume: Decimal) -> None:
    job = job_of()
    job.volume = volume
    found = estimates._deciles(job, prices)
    assert min(prices) <= found.low <= found.median <= found.high <= max(prices)
    assert 0 <= found.low_fen <= found.median_fen <= found.high_fen
    assert found.median.as_tuple().exponent == -4


async def test_pages_and_api_are_the_owners(http: httpx.AsyncClient) -> None:
    await make_supplier(prices=[price_input(task="2D框", unit="张", min_price="1", max_price="3")])
    done = await published_job(budget_fen=2_000_000_00)
    bid = await place_bid(done, by=await make_bidder())
    await open_bids(done)
    await award(await Job.get(id=done.id), bid)
    job = await make_job(unit="张", volume=Decimal(100))
    assert [row.job_id for row in await estimates._awards(job)] == [done.id]
    assert await estimates._awards(done) == []
    path = f"/jobs/{job.number}/estimate"
    stranger = await actor(await make_organisation(kind="demand"))
    await signed_in_client(http, stranger.person_id)
    assert (await http.get(path)).status_code == 404
    await signed_in_client(http, (await owner_of(job)).person_id)
    page = await http.get(path)
    assert "近两年可比中标不足五项" in page.text
    part = await http.get(path, params={"fragment": 1})
    assert "<html" not in part.text
    answer = (await http.get(f"/api/v1{path}")).json()
    assert (answer["n"], answer["of_awards"]) == (1, None)
    assert [step["n"] for step in answer["steps"]] == [1, 1, 1]


async def test_published_quotes_stand_in_below_five(http: httpx.AsyncClient) -> None:

    profile = await make_supplier(
        prices=[price_input(task="2D框", unit="张", min_price="1", max_price="3")]
    )
    suppliers: list[SupplierDocument] = await sources.supplier_documents(
        sources.findable_suppliers().filter(id=profile.id)
    )
    job = await make_job(volume=Decimal(100))
    found = await estimates.estimate_of(job, suppliers)
    assert found is not None
    assert found.of_quotes == estimates.Prices(
        Decimal("1.0000"), Decimal("2.0000"), Decimal("3.0000"), 100_00, 200_00, 300_00
    )
    assert found.quoting == 1


async def test_the_band_of_the_trade_is_the_last_resort_and_the_index_stands_beside(
    rollback: None,
) -> None:
    await make_prices(*["1.5"] * 5, month="2025-10", task_type="box_2d", unit="框")
    job = job_of()
    job.unit, job.volume = "框", Decimal(100)
    found = await estimates.estimate_of(job, suppliers=[])
    assert found is not None
    assert (found.of_awards, found.of_quotes) == (None, None)
    assert found.of_band == estimates.Prices(
        Decimal("0.0400"), Decimal("0.5200"), Decimal("1.0000"), 4_00, 52_00, 100_00
    )
    assert found.published is not None
    assert (found.published.month, found.published.median) == ("2025-10", Decimal("1.5000"))
