"""Calls for benchmark firms and cases: the way from entry to title, its limits, its pages."""

import datetime as dt

import httpx
import pytest

from market.accounts.models import Organisation
from market.certification.forms import ObjectionAnswer, ObjectionInput
from market.directory.access import badged
from market.directory.models import DirectoryTag
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.mail import SentMail
from market.notifications.models import InboxNotice
from market.selection import access, entries, reviews, views
from market.selection.forms import CallInput, EntryDecision, EntryInput, ReviewPoints, parse_figures
from market.selection.models import SelectionEntry, SelectionObjection
from market.selection.states import EntryStatus
from market.worker import HANDLERS, PERIODIC
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.directory import make_supplier
from tests.factories.selection import (
    CALL,
    ENTRY,
    OPINION,
    make_call,
    make_entry,
    publicise_entry,
)

pytestmark = pytest.mark.usefixtures("rollback")
S = EntryStatus
GROUNDS = ObjectionInput(grounds="成效数据与事实不符，见公开报道。")


async def bureau(region: str = "370000") -> Actor:
    return await actor(await make_organisation(kind="bureau", region_code=region))


async def firm(region: str = "370100") -> Actor:
    return await actor(await make_organisation(kind="supplier", region_code=region))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2026, 11, 22), 24, dt.date(2028, 11, 22)),
        (dt.date(2027, 12, 31), 2, dt.date(2028, 2, 29)),
    ],
)
def test_a_title_ends_on_the_same_day_or_the_months_last(
    day: dt.date, months: int, later: dt.date
) -> None:
    assert clock.months_on(day, months) == later


@pytest.mark.parametrize(
    "line", ["用时", "用时|十|6|分钟", "用时|NaN|6|分", "|1|2|分", "a|1|2|3|4"]
)
def test_a_figure_is_a_name_two_numbers_and_a_unit(line: str) -> None:
    with pytest.raises(ValueError, match=r"1"):
        parse_figures(line)
    assert parse_figures("用时 ｜ 15 | 6.50 | 分钟\n\n") == [
        {"name": "用时", "before": "15", "after": "6.50", "unit": "分钟"}
    ]


async def test_from_entry_to_published_case() -> None:
    office, by = await bureau(), await firm()
    call = await make_call(office)
    row = await make_entry(call, by)
    assert (row.snapshot["tier"], row.snapshot["reported"]) == ("D", {})
    with pytest.raises(Conflict):
        await reviews.decide(row, EntryDecision(decision="publicise"), by=office)
    row = await publicise_entry(row, office)
    assert row.public_until == clock.end_of_day(clock.add_working_days(clock.today(), 5))
    assert reviews.select_due in [task for _seconds, task in PERIODIC]
    await reviews.select_due()
    assert (await SelectionEntry.get(id=row.id)).status is S.PUBLICISED
    assert not await access.selected(call.kind).exists()
    with clock.shifted_by(dt.timedelta(days=20)):
        await reviews.select_due()
        await reviews.select_due()
    row = await SelectionEntry.get(id=row.id)
    assert (row.status, row.valid_until) == (S.SELECTED, None)
    assert (await views.totals("37")).cases_by_industry == {"医疗健康": 1}
    assert (await views.totals("32")).cases == 0
    with clock.shifted_by(dt.timedelta(days=21)):
        await outbox.drain(HANDLERS)
    assert await SentMail.filter(subject__contains=row.number).count() == 3
    assert await InboxNotice.filter(person_id=by.person_id).count() == 2


async def test_a_benchmark_title_is_shown_until_it_ends_or_is_revoked() -> None:
    office = await bureau()
    profile = await make_supplier(organisation_values={"region_code": "370100"})
    by = await actor(await Organisation.get(id=profile.organisation_id))
    call = await make_call(office, kind="benchmark", valid_months=24, places=1)
    row = await publicise_entry(await make_entry(call, by, figures=""), office)
    with pytest.raises(Conflict, match=r"entered|申报"):
        await make_entry(call, by)
    other = await make_entry(call, await firm())
    with pytest.raises(Conflict, match=r"place|名额"):
        await publicise_entry(other, office)
    until = clock.months_on(
        (clock.now() + dt.timedelta(days=20)).astimezone(clock.CHINA).date(), 24
    )
    with clock.shifted_by(dt.timedelta(days=20)):
        await reviews.select_due()
        assert await badged() == {profile.organisation_id: until}
    tags = DirectoryTag.filter(subject_id=profile.id, facet="scale", value="标杆企业")
    assert await tags.count() == 1
    with clock.shifted_by(dt.timedelta(days=3 * 365)):
        assert await badged() == {}
        assert (await views.totals("37")).benchmark == 0
    with clock.shifted_by(dt.timedelta(days=21)):
        row = await SelectionEntry.get(id=row.id)
        await reviews.decide(
            row, EntryDecision(decision="revoke", opinion="经查存在虚假材料。"), by=office
        )
        assert await badged() == {}
    assert await tags.count() == 0
    with pytest.raises(ValueError, match=r"months|月"):
        CallInput.model_validate(CALL | {"kind": "benchmark"})


async def test_an_upheld_objection_declines_a_dismissed_one_resumes() -> None:
    office, by = await bureau(), await firm()
    row = await publicise_entry(await make_entry(await make_call(office), by), office)
    with pytest.raises(NotPermitted):
        await entries.object_to(row, GROUNDS, by=by)
    rival, second = await firm(), await firm("320100")
    made = await entries.object_to(row, GROUNDS, by=rival)
    with pytest.raises(Conflict):
        await entries.object_to(row, GROUNDS, by=rival)
    with clock.shifted_by(dt.timedelta(days=20)):
        await reviews.select_due()
        with pytest.raises(Conflict):
            await entries.object_to(row, GROUNDS, by=second)
    assert (await SelectionEntry.get(id=row.id)).status is S.OBJECTED
    no = ObjectionAnswer(answer="经核实，数据与医院台账一致。")
    await reviews.answer_objection(made, no, by=office)
    assert (await SelectionEntry.get(id=row.id)).status is S.PUBLICISED
    again = await entries.object_to(row, GROUNDS, by=second)
    yes = ObjectionAnswer(is_upheld=True, answer="经核实，部分数据无法证实。")
    await reviews.answer_objection(again, yes, by=office)
    assert (await SelectionEntry.get(id=row.id)).status is S.DECLINED
    assert await SelectionObjection.filter(status="pending").count() == 0


async def test_only_who_may_enters_and_decides() -> None:
    office, by, other = await bureau(), await firm(), await bureau("320000")
    call = await make_call(office)
    content = EntryInput.model_validate(ENTRY)
    with pytest.raises(NotPermitted):
        await entries.enter(call, content, by=await firm("320100"))
    with pytest.raises(InvalidInput) as refusal:
        await entries.enter(call, EntryInput.model_validate(ENTRY | {"figures": ""}), by=by)
    assert set(refusal.value.fields) == {"figures"}
    with clock.shifted_by(dt.timedelta(days=40_000)), pytest.raises(Conflict):
        await entries.enter(call, content, by=by)
    benchmark = await make_call(office, kind="benchmark", valid_months=12)
    buyer = await actor(await make_organisation(kind="demand", region_code="370100"))
    with pytest.raises(NotPermitted):
        await entries.enter(benchmark, content, by=buyer)
    assert not await SelectionEntry.exists()
    row = await make_entry(call, by)
    for stranger in (other, buyer, await actor(await make_organisation(kind="operator"))):
        with pytest.raises((NotFound, NotPermitted)):
            await reviews.review_entry(row, ReviewPoints(points=1, opinion=OPINION), by=stranger)
    with pytest.raises(NotFound):
        await access.entry_to_see(buyer, row.number)
    with pytest.raises(NotFound):
        await access.entry_to_see(other, row.number)
    back = EntryDecision(decision="return", opinion="请补充数据来源。")
    row = await reviews.decide(row, back, by=office)
    with pytest.raises(NotFound):
        await entries.correct_entry(row, content, by=buyer)
    row = await entries.correct_entry(row, content, by=by)
    assert (row.status, row.opinion) == (S.SUBMITTED, "")
    assert (await entries.withdraw_entry(row, by=by)).status is S.WITHDRAWN
    with pytest.raises(InvalidInput):
        await reviews.decide(row, back, by=office)


async def test_the_pages_from_call_to_case(client: httpx.AsyncClient) -> None:
    office, by = await bureau(), await firm()
    await signed_in_client(client, office.person_id)
    wrong = await client.post("/selections", data={**CALL, "text": "短"})
    assert wrong.status_code == 422
    assert CALL["title"] in wrong.text, "what was typed is kept"
    opened = await client.post("/selections", data=CALL)
    assert opened.status_code == 303
    number = opened.headers["location"].rpartition("/")[2]
    await signed_in_client(client, by.person_id)
    refused = await client.post(
        f"/selections/{number}/enter", data={**ENTRY, "figures": "用时 | 多 | 少 | 分"}
    )
    assert refused.status_code == 422
    sent = await client.post(f"/selections/{number}/enter", data=ENTRY)
    assert sent.status_code == 303
    page = sent.headers["location"]
    await client.post(
        f"{page}/evidence", files={"file": ("a.csv", "项目,值\n用时,6\n".encode(), "text/csv")}
    )
    shown = await client.get(page)
    assert "a.csv" in shown.text
    assert (await client.get("/cases")).text.count(ENTRY["title"]) == 0
    await signed_in_client(client, office.person_id)
    for path, data in (
        ("review", {"points": "88", "opinion": OPINION, "is_recommended": "1"}),
        ("decide", {"decision": "publicise"}),
    ):
        assert (await client.post(f"{page}/{path}", data=data)).status_code == 303
    with clock.shifted_by(dt.timedelta(days=20)):
        await reviews.select_due()
    client.cookies.clear()
    cases = await client.get("/cases", params={"industry": "医疗健康"})
    assert ENTRY["title"] in cases.text
    public = await client.get(page)
    assert OPINION not in public.text
    assert "a.csv" not in public.text
