"""The enterprise library: classes at their edges, what is counted and what is reported, who reads it."""

import io
from decimal import Decimal

import httpx
import openpyxl
import pytest

from market.accounts.models import Organisation
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.library import access, figures, reports
from market.library.classes import size_of, tier_of
from market.library.forms import LibraryQuery, ReportInput
from market.library.models import FirmReport
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.orders import make_contract, make_order
from tests.factories.selection import REPORT, make_report

pytestmark = pytest.mark.usefixtures("rollback")
WAN = 1_000_000


@pytest.mark.parametrize(
    ("staff", "revenue_wan", "size"),
    [
        (300, 10000, "large"), (299, 10000, "medium"), (300, 9999, "medium"),
        (100, 1000, "medium"), (99, 20000, "small"), (1000, 999, "small"), (10, 50, "small"),
        (9, 50, "micro"), (10, 49, "micro"), (0, 0, "micro"),
    ],
)  # fmt: skip
def test_a_size_needs_both_its_floors(staff: int, revenue_wan: int, size: str) -> None:
    assert size_of(staff, revenue_wan * WAN) == size


@pytest.mark.parametrize(
    ("yuan", "tier"),
    [("10000000", "A"), ("9999999.99", "B"), ("1000000", "B"), ("999999.99", "C"), ("1", "C"),
     ("0.99", "D"), ("0", "D")],
)  # fmt: skip
def test_a_tier_begins_at_its_floor(yuan: str, tier: str) -> None:
    assert tier_of(int(Decimal(yuan) * 100)) == tier


async def bureau(region: str = "370000") -> Actor:
    return await actor(await make_organisation(kind="bureau", region_code=region))


async def test_counted_figures_come_from_contracts_in_force() -> None:
    deal = await make_order()
    pending = await make_contract()
    firm = await Organisation.get(id=deal.supplier.organisation_id)
    (found,) = await figures.described([firm])
    assert (found.contracts, found.contracted_fen) == (1, deal.contract.total_fen)
    assert (found.completed, found.report, found.size) == (0, None, "")
    unsigned = await Organisation.get(id=pending.supplier.organisation_id)
    (other,) = await figures.described([unsigned])
    assert (other.contracts, other.contracted_fen, other.tier) == (0, 0, "D")
    office = await bureau(firm.region_code[:2] + "0000")
    for tier in "ABCD":
        rows = await access.narrowed(access.firms_to_read(office), LibraryQuery(tier=tier))
        assert (firm in await rows) == (tier == found.tier), tier


async def test_reported_figures_need_evidence_and_are_confirmed_once() -> None:
    firm = await actor(await make_organisation(kind="supplier", region_code="370100"))
    content = ReportInput.model_validate(REPORT)
    with pytest.raises(InvalidInput):
        await reports.report_year(content, by=firm)
    with pytest.raises(InvalidInput):
        await make_report(firm, annotators=121)
    assert not await FirmReport.exists()
    row = await make_report(firm)
    row = await reports.report_year(ReportInput.model_validate(REPORT | {"staff": 130}), by=firm)
    assert await FirmReport.all().count() == 1
    with pytest.raises(NotPermitted):
        await reports.confirm_report(row, by=await bureau("320000"))
    office = await bureau()
    first = (await reports.confirm_report(row, by=office)).confirmed_at
    assert (await reports.confirm_report(row, by=office)).confirmed_at == first
    with pytest.raises(Conflict):
        await make_report(firm)
    await make_report(firm, year=2024, staff=50, annotators=40)
    totals = await figures.totals("3701")
    assert (totals.reporting, totals.reported_staff) == (1, 130), "the newest year counts"
    assert totals.by_size == {"large": 0, "medium": 1, "small": 0, "micro": 0}
    assert (await figures.totals("3702")).firms == 0
    with pytest.raises(ValueError, match=r"year|年"):
        ReportInput.model_validate(REPORT | {"year": 2999})


async def test_the_library_on_its_pages(client: httpx.AsyncClient) -> None:
    organisation = await make_organisation(
        kind="supplier", region_code="370100", name="=泉城标注有限公司"
    )
    elsewhere = await make_organisation(kind="supplier", region_code="320100", name="金陵标注")
    firm, office = await actor(organisation), await bureau()
    await signed_in_client(client, firm.person_id)
    sent = await client.post(
        "/my/library/report", data={**REPORT, "year": "2025"},
        files={"file": ("a.csv", "项目,值\n".encode(), "text/csv")},
    )  # fmt: skip
    assert sent.status_code == 303
    own = await client.get(sent.headers["location"])
    assert "未核验" in own.text
    assert (await client.get("/library")).status_code == 403
    assert (await client.get(f"/library/{elsewhere.number}")).status_code == 404
    await signed_in_client(client, office.person_id)
    listed = await client.get("/library", params={"size": "medium", "q": "泉城"})
    assert organisation.name in listed.text
    assert (await client.get("/library")).text.count("金陵标注") == 0
    assert (await client.get(f"/library/{elsewhere.number}")).status_code == 404
    confirmed = await client.post(f"/library/{organisation.number}/reports/2025/confirm")
    assert confirmed.status_code == 303
    answer = await client.get("/library?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    (row,) = [row for row in sheet.iter_rows(values_only=True) if row[0] == organisation.number]
    assert (row[11], row[12], row[13]) == (2025, 12_000_000, 120)
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    with pytest.raises(NotFound):
        await access.firm_to_read(firm, elsewhere.number)
