"""What is counted from the nouns' own tables, and unit prices: right from the export, wrong ones caught."""

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.bureau import measures
from market.bureau.indicators import catalogue
from market.bureau.measures import measured
from market.bureau.models import Side
from market.bureau.periods import PeriodName, current_month, shifted
from market.bureau.readers import Reader
from market.bureau.recounting import Asked, slice_of, wrong_figures
from market.datasets.dataset_models import Dataset
from market.fairs.models import Fair, FairMeeting, FairRegistration, FairTimetable
from market.fairs.states import FairStatus, TimetableStatus
from market.incidents.models import Incident
from market.kit import clock
from market.kit.outbox import OutboxMessage
from market.orders.models import Order
from market.prices.models import PriceCell, PriceObservation
from market.prices.observations import observe
from market.prices.verification import wrong_observations
from market.selection.models import SelectionEntry
from market.tendering.models import Job
from market.vocabulary import regions
from tests.factories import actor, make_organisation
from tests.factories.datasets import make_dataset
from tests.factories.orders import make_order
from tests.factories.prices import make_prices
from tests.factories.selection import ENTRY, make_call

DUE = {
    "data_tb": 2, "datasets:high_quality": 1, "datasets:models": 3, "fairs:fairs": 2,
    "fairs:intent_fen": 1_234_567, "fairs:deals": 1, "selected:benchmark": 1, "selected:cases": 2,
    "incidents:open": 1,
}  # fmt: skip


def city() -> list[Asked]:
    region = regions.region("370100")
    assert region is not None
    return [slice_of(region, PeriodName.YEAR, Side.DEMAND)]


@pytest.fixture
async def counted(client: httpx.AsyncClient) -> None:
    """Rows that count beside rows that do not, in Jinan; one of each elsewhere."""
    bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    for code in ("370102", "140200"):
        firm = await actor(await make_organisation(kind="supplier", region_code=code))
        for models, grade in (("甲模型\n乙模型", "passed"), ("乙模型\n丙模型", "due")):
            row = await make_dataset(firm, models=models)
            await Dataset.filter(id=row.id).update(grade=grade, region_code=code)
        for status in ("open", "resolved"):
            await Incident.create(
                number=f"I-{code}-{status}", reporter_id=firm.organisation_id, region_code=code,
                kind="network", level="general", operator_class="other", status=status,
                title="断网", description="…", discovered_at=clock.now(), reported_at=clock.now(),
            )  # fmt: skip
        await _selected(bureau, firm.organisation_id)
        await _fairs(bureau.organisation_id, code)
    for size, done in (("1.7", True), ("0.6", True), ("9", False)):
        deal = await make_order(funded=False)
        assert deal.order is not None
        await Job.filter(id=deal.contract.job_id).update(data_size_tb=size)
        await Order.filter(id=deal.order.id).update(completed_at=clock.now() if done else None)
        firm = await deal.order.supplier
        await type(firm).filter(id=firm.id).update(region_code="370100")


async def _selected(bureau: Any, applicant: Any) -> None:
    today = clock.today()
    for number, (kind, status, until) in enumerate(
        [("case", "selected", None), ("case", "selected", today), ("case", "publicised", None),
         ("benchmark", "selected", today), ("benchmark", "selected", today - dt.timedelta(days=1))]
    ):  # fmt: skip
        await SelectionEntry.create(
            call=await make_call(bureau, kind=kind, valid_months=12), number=f"{str(applicant)[-8:]}-{number}",
            applicant_id=applicant, status=status, valid_until=until, submitted_at=clock.now(),
            title=ENTRY["title"], industry="医疗健康", summary="…", effect="…",
        )  # fmt: skip


async def _fairs(host: Any, code: str) -> None:
    for number, status in enumerate((FairStatus.HELD, FairStatus.PUBLISHED, FairStatus.OPEN)):
        now = clock.now()
        fair = await Fair.create(
            number=f"{code}-{number}", host_id=host, status=status, title="对接会", summary="…",
            venue="会议厅", region_code=code, starts_at=now, slots=3, slot_minutes=20, tables=2,
            opens_at=now, closes_at=now,
        )  # fmt: skip
        if status == FairStatus.PUBLISHED:
            continue
        party = await FairRegistration.create(
            fair=fair, organisation_id=host, side="buyer", contact="…", max_meetings=1
        )
        for state in (TimetableStatus.SOLVED, TimetableStatus.FAILED):
            await FairMeeting.create(
                timetable=await FairTimetable.create(fair=fair, status=state), buyer=party,
                supplier=party, slot=0, table_number=1, score=1, outcome="deal",
                intent_fen=1_234_567,
            )  # fmt: skip


async def test_what_the_nouns_hold_is_counted_again(
    counted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (part, _query), *_rest = city()
    assert {name: await measured(name, Reader(part)) for name in DUE} == DUE
    assert await wrong_figures(city()) == []

    for measure in DUE:
        family, _colon, name = measure.partition(":")
        families: Any = measures._FAMILIES if name else measures._SINGLE

        async def one_more(_reader: Reader, name: str = "", family: str = family) -> int:
            return DUE[f"{family}:{name}" if name else family] + 1

        monkeypatch.setitem(families, family, one_more)
    lines = await wrong_figures(city())
    wrong = {line.partition(": ")[0].rpartition(" ")[2] for line in lines}
    codes = {row.code for row in catalogue().values() if row.measure in DUE}
    assert (wrong, len(lines)) == (codes, len(DUE))


@pytest.fixture
async def priced(rollback: None) -> None:
    """Two months of prices and the same month last year, in districts of two provinces, outliers too."""
    month = shifted(current_month(), -1)
    everyday = ("80", "81", "82.5", "83", "84", "1600")
    await make_prices(*everyday, month=month, region_code="370102")
    await make_prices("3", "3", "3", "3", "3", "3", "9", month=month, unit="张")
    await make_prices("70.0001", "71", month=month, region_code="140200")
    await make_prices("77", "78.3333", month=shifted(month, -1), region_code="370102")
    await make_prices("66", "67", "70", "72", "99", month=shifted(month, -12))
    await make_prices("5", "6", "7", "8", "9", "10", month=month, task_type="organ_contouring")
    await make_prices(
        "4", "5", "7", "8", "8", month=shifted(month, -1), task_type="organ_contouring"
    )


async def test_unit_prices_are_counted_again(priced: None) -> None:
    assert await wrong_figures([]) == []
    month = shifted(current_month(), -1)
    cells = {
        cell.region_code: cell
        for cell in await PriceCell.filter(month=month, task_type="lesion_segmentation", unit="例")
    }
    assert (cells["370000"].n, cells["370000"].outliers) == (6, 1)
    step = Decimal("0.0001")
    for code, column, value in (
        ("370000", "n", 7), ("370100", "p10", cells["370100"].p10 + step),
        ("370102", "p90", cells["370102"].p90 - step), ("140000", "outliers", 1),
        ("140200", "median", cells["140200"].median + step),
    ):  # fmt: skip
        await PriceCell.filter(id=cells[code].id).update(**{column: value})
    await PriceCell.filter(id=cells["100000"].id).delete()
    lines = await wrong_figures([])
    exact = [line for line in lines if "prices lesion_segmentation|例: the page has" in line]
    assert sorted(line.split()[0] for line in exact) == sorted([*cells, "100000"]), lines
    assert {line.split()[1] for line in lines} == {month}, lines


async def test_unit_prices_are_those_of_their_contracts(rollback: None) -> None:
    contract = (await make_order(unit_price="80", funded=False)).contract
    assert await wrong_observations() == [], "its message waits"
    await OutboxMessage.filter(topic="contract.activated").update(done_at=clock.now())
    assert await wrong_observations() == [f"unit price of {contract.number}: missing"]
    await observe(contract.id)
    assert await wrong_observations() == []
    await PriceObservation.filter(contract_id=contract.id).update(unit_price="80.0001")
    await make_prices("9")
    assert sorted(await wrong_observations()) == [
        "unit price of C-2026-000001: no such contract",
        f"unit price of {contract.number}: unit_price is 80.0001, the contract gives 80.0000",
    ]
