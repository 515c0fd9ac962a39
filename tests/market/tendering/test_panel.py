"""The panel: who may sit, interests declared before a bid is read, sheets nobody sees before all are in."""

import re
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
from starlette.routing import Route

from market.accounts.models import Membership, Person
from market.app import ROUTES, create_app
from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.mail import SentMail
from market.tendering import awards, evaluation, explanations, judging, panel
from market.tendering.judging_forms import DeclarationInput, ExpertInput, JudgeInput, SheetInput
from market.tendering.models import Bid, Expert, Job, Judge, ScoreSheet
from market.tendering.states import JudgeRole, JudgeStatus
from market.worker import settle_everything
from tests.factories import actor, make_organisation, make_person, signed_in_client, tendering

NONE = DeclarationInput(conflict="none")
THREE = {"judges_needed": 3, "minimum_bids": 1}


async def opened(*prices: str, needed: int = 3) -> tuple[Actor, Job, list[Bid], list[Actor]]:
    """An opened job for so many judges, its bids and their bidders."""
    owner = await actor(await make_organisation(kind="demand"))
    rules = {"judges_needed": needed, "minimum_bids": 1}
    job = await tendering.published_job(by=owner, procedure_config=rules)
    bidders = [await tendering.make_supplier() for _ in prices]
    placed = [
        await tendering.place_bid(job, by=by, unit_price=price)
        for by, price in zip(bidders, prices, strict=True)
    ]
    job = await tendering.open_bids(job)
    return owner, job, [await Bid.get(id=bid.id) for bid in placed], bidders


async def seat(job: Job, *, by: Actor, person: Person | None = None) -> tuple[Judge, Actor]:
    """An outside expert who has taken the seat, as a person without an organisation."""
    expert = person or await make_person(name="陈专家")
    judge = await panel.appoint_judge(job, JudgeInput(email=expert.email), by=by)
    outside = Actor(person_id=expert.id, name=expert.name)
    return await panel.accept_seat(judge, by=outside), outside


@pytest.mark.usefixtures("rollback")
async def test_members_sit_at_once_and_others_accept_by_their_address() -> None:
    owner, job, _bids, _rivals = await opened("80")
    colleague = await make_person()
    await Membership.create(person=colleague, organisation_id=job.owner_id, role="quality")
    own = await panel.appoint_judge(job, JudgeInput(email=colleague.email), by=owner)
    assert (own.status, own.person_id) == (JudgeStatus.APPOINTED, colleague.id)
    outside = await panel.appoint_judge(
        job, JudgeInput(email="New@Example.com", name="周"), by=owner
    )
    assert (outside.status, outside.email, outside.person_id) == (
        JudgeStatus.INVITED, "new@example.com", None,
    )  # fmt: skip
    stranger = Actor(person_id=(await make_person()).id)
    with pytest.raises(NotFound):
        await panel.accept_seat(outside, by=stranger)
    unconfirmed = await make_person(email="new@example.com", confirmed=False)
    with pytest.raises(NotFound):
        await panel.accept_seat(outside, by=Actor(person_id=unconfirmed.id))
    assert (await Judge.get(id=outside.id)).status == JudgeStatus.INVITED
    await settle_everything()
    assert await SentMail.filter(recipient="new@example.com").count() == 1


@pytest.mark.usefixtures("rollback")
async def test_who_appoints_and_how_many_sit() -> None:
    owner, job, _bids, _rivals = await opened("80")
    with pytest.raises(NotFound):
        await panel.appoint_judge(
            job, JudgeInput(email="a@b.cn"), by=await actor(await make_organisation(kind="demand"))
        )
    viewer = await actor(await job.owner, "viewer")
    with pytest.raises(NotPermitted):
        await panel.appoint_judge(job, JudgeInput(email="a@b.cn"), by=viewer)
    assert await Judge.all().count() == 0
    bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    chair = JudgeInput(email="chair@b.cn", role=JudgeRole.CHAIR)
    assert (await panel.appoint_judge(job, chair, by=bureau)).appointed_by
    for email, role, field in (
        ("chair@b.cn", "member", "email"), ("b@b.cn", "chair", "role"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refusal:
            await panel.appoint_judge(job, JudgeInput(email=email, role=JudgeRole(role)), by=owner)
        assert set(refusal.value.fields) == {field}
    for n in range(2):
        await panel.appoint_judge(job, JudgeInput(email=f"{n}@b.cn"), by=owner)
    with pytest.raises(InvalidInput):
        await panel.appoint_judge(job, JudgeInput(email="3@b.cn"), by=owner)


@pytest.mark.usefixtures("rollback")
async def test_nobody_judges_the_bid_of_their_employer() -> None:
    owner, job, (bid,), (rival,) = await opened("80")
    employee = await make_person()
    await Membership.create(person=employee, organisation_id=bid.bidder_id, role="viewer")
    with pytest.raises(panel.EmployedByBidder) as refusal:
        await panel.appoint_judge(job, JudgeInput(email=employee.email), by=owner)
    assert rival.organisation_name in refusal.value.message
    judge, outside = await seat(job, by=owner)
    await Membership.create(
        person_id=outside.person_id, organisation_id=bid.bidder_id, role="sales"
    )
    judge = await panel.declare_interests(judge, NONE, by=outside)
    assert (judge.status, judge.conflict) == (JudgeStatus.RECUSED, "declared")


@pytest.mark.usefixtures("rollback")
async def test_while_bids_are_sealed_an_appointment_does_not_tell_who_bids() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner, procedure_config=THREE)
    rival = await tendering.make_supplier()
    await tendering.place_bid(job, by=rival)
    employee = await Person.get(id=rival.person_id)
    judge = await panel.appoint_judge(job, JudgeInput(email=employee.email), by=owner)
    assert judge.status == JudgeStatus.INVITED


@pytest.mark.usefixtures("rollback")
async def test_no_bid_is_read_before_interests_are_declared() -> None:
    owner, job, (bid, other), _rivals = await opened("80", "60")
    judge, outside = await seat(job, by=owner)
    with pytest.raises(NotFound):
        await judging.save_sheet(bid, tendering.sheet(), by=outside)
    unknown = DeclarationInput(conflict="some", bids=["B-1"], text="配偶任职于此。")
    with pytest.raises(InvalidInput):
        await panel.declare_interests(judge, unknown, by=outside)
    some = DeclarationInput(conflict="some", bids=[bid.number], text="配偶任职于此。")
    judge = await panel.declare_interests(judge, some, by=outside)
    assert judge.conflicts == [str(bid.bidder_id)]
    assert [b.id for b in await judging.bids_to_judge(judge)] == [other.id]
    with pytest.raises(NotFound):
        await judging.save_sheet(bid, tendering.sheet(), by=outside)
    assert await ScoreSheet.all().count() == 0


@pytest.mark.usefixtures("rollback")
async def test_a_bid_that_lacks_judges_waits_for_a_replacement() -> None:
    owner, job, (bid,), _rivals = await opened("80", needed=1)
    judge, outside = await seat(job, by=owner)
    some = DeclarationInput(conflict="some", bids=[bid.number], text="曾在此任职。")
    judge = await panel.declare_interests(judge, some, by=outside)
    await judging.finish_judging(job, by=outside)
    assert (await Job.get(id=job.id)).ranked_at is None
    replacement, second = await seat(job, by=owner)
    await panel.declare_interests(replacement, NONE, by=second)
    await judging.save_sheet(bid, tendering.sheet(), by=second)
    await judging.finish_judging(job, by=second)
    assert (await Job.get(id=job.id)).ranked_at is not None
    with pytest.raises(panel.PanelClosed):
        await panel.appoint_judge(job, JudgeInput(email="late@b.cn"), by=owner)


@pytest.mark.usefixtures("rollback")
async def test_a_released_judge_is_replaced_and_does_not_count() -> None:
    owner, job, (bid,), _rivals = await opened("80", needed=1)
    judge, outside = await seat(job, by=owner)
    await panel.declare_interests(judge, NONE, by=outside)
    await judging.save_sheet(bid, tendering.sheet("0"), by=outside)
    await panel.release_judge(judge, "长期出差。", by=owner)
    with pytest.raises(NotFound):
        await judging.finish_judging(job, by=outside)
    assert (await tendering.score(bid, by=owner)).scores["technical"]["mean"] == "4.0000"


@pytest.mark.usefixtures("rollback")
async def test_judges_are_drawn_from_the_experts_of_the_industry() -> None:
    owner, job, (bid,), _rivals = await opened("80")
    people = [await make_person(name=f"专家{n}") for n in range(5)]
    for person in people:
        industries = ["交通运输"] if person != people[4] else ["医疗健康"]
        expertise = ExpertInput(industries=industries, is_available=person != people[3])
        await panel.enrol_expert(expertise, by=Actor(person_id=person.id))
    await Membership.create(person=people[2], organisation_id=bid.bidder_id, role="sales")
    with pytest.raises(InvalidInput):
        await panel.draw_judges(job, by=owner)
    assert await Judge.all().count() == 0
    await Expert.filter(person=people[3]).update(is_available=True)
    drawn = await panel.draw_judges(job, by=owner)
    assert {judge.email for judge in drawn} == {people[n].email for n in (0, 1, 3)}
    assert [judge.role for judge in drawn].count(JudgeRole.CHAIR) == 1
    assert {judge.status for judge in drawn} == {JudgeStatus.INVITED}


@pytest.mark.usefixtures("rollback")
async def test_sheets_are_drafts_until_all_of_them_are_complete() -> None:
    owner, job, (bid, other), _rivals = await opened("80", "60", needed=1)
    await tendering.sit(job, by=owner)
    draft = SheetInput.model_validate({"technical": "5", "is_draft": True})
    kept = await judging.save_sheet(bid, draft, by=owner)
    assert (kept.scores, kept.is_complete) == ({"technical": "5"}, False)
    await judging.save_sheet(other, tendering.sheet(), by=owner)
    with pytest.raises(judging.SheetsIncomplete) as refusal:
        await judging.finish_judging(job, by=owner)
    assert bid.number in refusal.value.message
    await judging.save_sheet(bid, tendering.sheet(quality="n/a"), by=owner)
    await judging.finish_judging(job, by=owner)
    sheet = await ScoreSheet.get(bid=bid)
    assert (sheet.scores["quality"], sheet.submitted_at is not None) == (None, True)
    with pytest.raises(judging.SheetsClosed):
        await judging.save_sheet(bid, tendering.sheet("0"), by=owner)


@pytest.mark.usefixtures("rollback")
async def test_a_bidder_reads_its_judges_by_number_after_the_decision() -> None:
    owner, job, (bid, other), _rivals = await opened("80", "60", needed=1)
    judge, outside = await seat(job, by=owner)
    await panel.declare_interests(judge, NONE, by=outside)
    for one in (bid, other):
        await judging.save_sheet(one, tendering.sheet("4", comment="方案可行"), by=outside)
    await judging.finish_judging(job, by=outside)
    bid = await Bid.get(id=bid.id)
    assert explanations.told(bid) == []
    assert await explanations.reasons_for_bidder(bid) == []
    best = await Bid.get(job=job, rank=1)
    await awards.award_bid(best, "综合得分最高，满足全部要求。", by=owner)
    (row,) = await explanations.reasons_for_bidder(await Bid.get(id=bid.id))
    assert (row["judge"], row["comment"]) == (1, "方案可行")
    assert row["marks"][0]["mark"] == "4"
    assert "陈专家" not in str(row)


SECRET = "独家评语赤狐"


def addresses(job: Job, bid: Bid, *, everywhere: bool) -> Iterator[str]:
    """Every address of the job and the bid that can be read; `everywhere` those of nothing, too."""
    for route in ROUTES:
        if isinstance(route, Route) and "GET" in (route.methods or ()):
            number = bid.number if route.path.startswith(("/bids", "/api/v1/bids")) else job.number
            path = route.path.replace("{number}", number).replace("{position:int}", "0")
            if "{" not in path and number in path:
                yield path
                if path.endswith(("/evaluation", "/report")):
                    yield f"{path}?format=csv"
            elif "{" not in path and everywhere:
                yield path


@pytest.mark.once
async def test_a_sheet_is_on_no_page_before_all_are_in(rollback: None) -> None:
    owner, job, (bid,), (rival,) = await opened("80")
    first, outside = await seat(job, by=owner)
    second, colleague = await seat(job, by=owner)
    for judge, by in ((first, outside), (second, colleague)):
        await panel.declare_interests(judge, NONE, by=by)
    sheet = tendering.sheet("4", technical="3.5", technical_comment=SECRET, comment=SECRET)
    await judging.save_sheet(bid, sheet, by=outside)
    await judging.finish_judging(job, by=outside)
    await settle_everything()
    readers = {
        "owner": owner, "rival": rival, "judge": colleague,
        "operator": await actor(await make_organisation(kind="operator")),
        "bureau": await actor(await make_organisation(kind="bureau", region_code="370000")),
    }  # fmt: skip
    browsers = {name: await reader(by) for name, by in readers.items()}
    own = await reader(outside)
    assert SECRET in (await own.get(f"/bids/{bid.number}/score")).text
    for name, http in browsers.items():
        for address in addresses(job, bid, everywhere=name == "operator"):
            assert SECRET not in (await http.get(address)).text, f"{name} reads it on {address}"
    bid = await Bid.get(id=bid.id)
    assert (bid.scores, bid.total_points, bid.rank) == (None, None, None)
    assert await evaluation.rank_bids(job, by=owner) is False
    logged = " ".join(str(entry.after) + entry.reason for entry in await LogEntry.all())
    mailed = " ".join(mail.text for mail in await SentMail.all())
    assert SECRET not in logged + mailed
    assert not re.search(r"technical'?\"?: '?\"?3\.5", logged)
    await judging.save_sheet(bid, tendering.sheet(), by=colleague)
    await judging.finish_judging(job, by=colleague)
    await tendering.sit(job, by=owner)
    await judging.save_sheet(bid, tendering.sheet(), by=owner)
    await judging.finish_judging(job, by=owner)
    seen = {
        name: SECRET in (await http.get(f"/jobs/{job.number}/sheets")).text
        for name, http in browsers.items()
    }
    assert seen == {
        "owner": True,
        "judge": True,
        "rival": False,
        "operator": False,
        "bureau": False,
    }
    assert (await Bid.get(id=bid.id)).scores["technical"]["mean"] == str(Decimal("3.8333"))


async def reader(by: Actor) -> httpx.AsyncClient:
    """A person's browser."""
    transport = httpx.ASGITransport(create_app())
    http = httpx.AsyncClient(transport=transport, base_url="http://testserver")
    await signed_in_client(http, by.person_id)
    return http
