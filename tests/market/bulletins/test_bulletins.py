"""Bulletins: figures of the pages, nothing changed once issued, nothing published that gives a deal away."""

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal

import httpx
import openpyxl
import pytest
from pydantic import ValidationError

from market.bulletins import access, editions
from market.bulletins.editions import AlreadyDrafted, draft_due, due_on
from market.bulletins.forms import BulletinInput, CorrectionInput
from market.bulletins.models import Bulletin
from market.bulletins.packing import pack, unpack
from market.bulletins.states import BulletinKind, BulletinStatus
from market.bureau.sheets import Sheet
from market.kit import clock, documents
from market.kit.actor import Actor
from market.kit.errors import Conflict, NotFound, NotPermitted
from market.kit.states import InvalidTransition
from market.kit.tables import Column
from market.worker import PERIODIC
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.bulletins import draft_bulletin, issued_bulletin
from tests.factories.bureau import make_fact
from tests.factories.prices import make_prices

pytestmark = pytest.mark.usefixtures("rollback")
NOW = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)
OCTOBER = dt.datetime(2026, 10, 9, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen_at(NOW):
        yield


async def bureau(region: str = "370000") -> Actor:
    return await actor(await make_organisation(kind="bureau", region_code=region))


def table(row: Bulletin, name: str, *, exact: bool) -> Sheet:
    found = unpack(row.content if exact else row.published)
    return next(sheet for sheet in found if sheet.name == name)


def test_tables_come_back_as_they_were() -> None:
    columns = [Column("任务"), Column("份数", "integer"), Column("单价", "unit_price")]
    sheet = Sheet("prices", "单价", columns, [["=1+1", 5, Decimal("0.0350")], ["乙", None, None]])
    assert unpack(pack([sheet])) == [sheet]


async def test_the_exact_face_has_every_deal_and_the_published_one_merges() -> None:
    for _n in range(5):
        await make_fact(at=OCTOBER, industry="healthcare")
    for _n in range(6):
        await make_fact(at=OCTOBER, industry="finance", amount_fen=100)
    await make_fact(at=OCTOBER, industry="education", amount_fen=7)
    row = await draft_bulletin(await bureau(), period="2026-10")
    assert table(row, "summary", exact=True).rows[0][1:3] == [12, 120_000_607]
    assert sorted(line[1] for line in table(row, "industries", exact=True).rows) == [1, 5, 6]
    assert table(row, "summary", exact=False).rows[0][1:] == [12, 120_000_607]
    published = table(row, "industries", exact=False).rows
    assert [line[1:] for line in published] == [[6, 600], [6, 120_000_007]]


async def test_few_deals_and_what_subtraction_would_show_stand_empty() -> None:
    by = await bureau("370100")
    for _n in range(6):
        await make_fact(at=OCTOBER)
    row = await draft_bulletin(by, period="2026-10")
    assert table(row, "summary", exact=False).rows[0][1:] == [6, 144_000_000]
    assert [sheet["name"] for sheet in row.published] == ["summary"], "a city has no tables"
    await make_fact(at=OCTOBER, region_code="370200")
    row = await editions.renew_draft(row, by=by)
    assert table(row, "summary", exact=False).rows[0][1:] == [None, None], (
        "the province has one more"
    )
    assert table(row, "summary", exact=True).rows[0][1] == 6


async def test_a_year_is_not_published_where_its_months_would_leave_a_few() -> None:
    for month in (1, 2):
        for _n in range(6):
            await make_fact(at=dt.datetime(2025, month, 9, tzinfo=dt.UTC))
    by = await bureau()
    row = await draft_bulletin(by, kind="yearly", period="2025")
    assert table(row, "summary", exact=False).rows[0][1] == 12
    assert len(table(row, "months", exact=True).rows) == 12
    await make_fact(at=dt.datetime(2025, 3, 9, tzinfo=dt.UTC))
    row = await editions.renew_draft(row, by=by)
    assert table(row, "summary", exact=False).rows[0][1] is None


async def test_prices_are_published_with_five_contracts_here_and_in_the_rest() -> None:
    await make_prices("10", "10", "10", "10", "10", "12")
    row = await draft_bulletin(await bureau(), period="2026-10")
    assert [line[2] for line in table(row, "prices", exact=False).rows] == [6]
    await make_prices("99", region_code="140200")
    other = await draft_bulletin(await bureau("140000"), period="2026-10")
    assert table(other, "prices", exact=True).rows[0][4] == Decimal("99.0000")
    assert table(other, "prices", exact=False).rows == []
    row = await editions.renew_draft(row, by=await bureau())
    assert table(row, "prices", exact=False).rows == [], "one contract is left for the rest"


async def test_what_is_issued_is_never_changed_and_corrected_by_the_next_edition() -> None:
    by = await bureau()
    first = await issued_bulletin(by, period="2026-10")
    before = (first.content, first.digest, first.published_digest)
    assert first.digest == documents.digest_of(editions.stated(first, exact=True))
    await make_fact(at=OCTOBER)
    with pytest.raises(Conflict):
        await editions.renew_draft(first, by=by)
    with pytest.raises(InvalidTransition):
        await editions.discard_draft(first, by=by)
    with pytest.raises(AlreadyDrafted):
        await draft_bulletin(by, period="2026-10")
    why = CorrectionInput(reason="漏计一份合同。")
    second = await editions.correct_bulletin(first, why, by=by)
    with pytest.raises(AlreadyDrafted):
        await editions.correct_bulletin(first, why, by=by)
    second = await editions.issue_bulletin(second, by=by)
    first = await Bulletin.get(id=first.id)
    assert (first.content, first.digest, first.published_digest) == before
    assert (first.status, second.edition, second.status) == (
        BulletinStatus.REPLACED, 2, BulletinStatus.ISSUED,
    )  # fmt: skip
    assert second.digest != first.digest


async def test_only_the_bureau_of_the_region_drafts_and_issues() -> None:
    by, other = await bureau(), await bureau("140000")
    row = await draft_bulletin(by, period="2026-10")
    firm = await actor(await make_organisation(kind="supplier"))
    with pytest.raises(NotPermitted):
        await draft_bulletin(firm, period="2026-09")
    for stranger in (other, firm, await bureau("370100")):
        with pytest.raises(NotFound):
            await access.own_bulletin(stranger, row.number)
    with pytest.raises(NotFound):
        await access.bulletin_to_see(firm, row.number)
    await editions.issue_bulletin(row, by=by)
    seen = await access.bulletin_to_see(other, row.number)
    assert access.face_of(other, seen) == (seen.published, seen.published_digest)
    assert access.face_of(by, seen) == (seen.content, seen.digest)


@pytest.mark.parametrize(
    ("kind", "period"), [("monthly", "2026-11"), ("yearly", "2026"), ("monthly", "2025")]
)
def test_a_period_must_be_over(kind: str, period: str) -> None:
    with pytest.raises(ValidationError):
        BulletinInput.model_validate({"kind": kind, "period": period})


def test_due_from_the_first_working_day_on() -> None:
    """2026-11-01 is a Sunday; 2027-01-01 to 03 are holiday and week-end."""
    assert due_on(dt.date(2026, 11, 1)) == []
    assert due_on(dt.date(2026, 11, 2)) == [(BulletinKind.MONTHLY, "2026-10")]
    assert due_on(dt.date(2026, 1, 1)) == []
    assert due_on(dt.date(2026, 1, 31)) == [
        (BulletinKind.MONTHLY, "2025-12"), (BulletinKind.YEARLY, "2025"),
    ]  # fmt: skip


async def test_the_clock_drafts_once_for_each_region_and_issues_nothing() -> None:
    await bureau()
    await bureau()
    assert (await draft_due(), await draft_due()) == (1, 0)
    (row,) = await Bulletin.all()
    assert (row.period, row.status) == ("2026-10", BulletinStatus.DRAFT)
    assert draft_due in {task for _seconds, task in PERIODIC}


async def test_pages_files_and_print(client: httpx.AsyncClient) -> None:
    by = await bureau()
    await make_fact(at=OCTOBER, amount_fen=1_234_567)
    await signed_in_client(client, by.person_id)
    made = await client.post("/bulletins", data={"kind": "monthly", "period": "2026-10"})
    address = made.headers["location"]
    assert "12,345.67" in (await client.get(address)).text
    assert (await client.get(f"{address}/print")).status_code == 422
    await client.post(f"{address}/issue")
    assert "12,345.67" in (await client.get(f"{address}/print")).text
    book = openpyxl.load_workbook(io.BytesIO((await client.get(f"{address}/workbook")).content))
    sheet = book.worksheets[0]
    assert (sheet.freeze_panes, sheet["C2"].value, sheet["C2"].data_type) == ("A2", 12345.67, "n")
    assert sheet["B1"].value == "笔数"
    csv = await client.get(f"{address}?table=summary&format=csv")
    assert "12345.67" in csv.text
    client.cookies.clear()
    public = await client.get(address)
    assert (public.status_code, "12,345.67" in public.text) == (200, False)
    answer = (await client.get(f"/api/v1{address}")).json()
    assert answer["tables"][0]["rows"][0][1:] == [None, None]
    assert "12,345.67" not in (await client.get(f"{address}/print")).text
