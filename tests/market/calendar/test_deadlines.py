"""Every noun's deadlines, for who has to meet them, and no longer than they stand."""

import datetime as dt
from typing import Any

from market.accounts.models import Organisation
from market.calendar.deadlines import KINDS, Deadline, Span
from market.calendar.registry import SOURCES, deadlines, deadlines_of, deadlines_of_person
from market.complaints import violations
from market.directory import certificates
from market.directory.forms import CertificateInput
from market.kit import clock
from market.kit.actor import Actor
from market.orders import contracts, reviews
from market.orders.forms import ReviewInput
from market.orders.models import DeliveryBatch, Milestone
from market.reserve.forms import AdmissionInput
from market.reserve.projects import answer_project
from market.selection import reviews as selection_reviews
from market.selection.forms import EntryDecision
from market.services import quotes
from market.services.forms import QuoteInput
from market.tendering import awards, jobs, questions
from market.tendering.models import Job
from market.tendering.states import CancelReason
from market.workspace import desk_of
from tests.factories import actor, make_membership, make_organisation, tendering
from tests.factories.complaints import decide, make_bureau, make_complaint, make_report
from tests.factories.disputes import make_dispute
from tests.factories.orders import deliver, make_completed_order, make_contract, make_order
from tests.factories.pilots import piloted_job, prepare_pilot, send
from tests.factories.programmes import OPINION, ask, make_project, make_service
from tests.factories.selection import make_call, make_entry, publicise_entry
from tests.factories.training import make_fit_talent, make_module

FAR = dt.timedelta(days=400)


async def due(by: Actor) -> dict[str, Deadline]:
    """What an actor has to meet from now on, by kind."""
    return {one.kind: one for one in await deadlines_of(by, clock.now(), clock.now() + FAR)}


async def everybody(kind: str) -> list[Any]:
    """Whom the reminders of a kind concern."""
    found = await deadlines(Span(clock.now(), clock.now() + FAR))
    return [one.organisation_id for one in found if one.kind == kind]


def test_every_kind_has_one_source() -> None:
    kinds = [kind for known in SOURCES.values() for kind in known]
    assert sorted(kinds) == sorted(KINDS)


async def test_a_job_for_its_owner_and_for_who_follows_it(rollback: None) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    bidder, follower, stranger = [await tendering.make_supplier() for _ in range(3)]
    await tendering.place_bid(job, by=bidder)
    await jobs.toggle_favourite(job, by=follower)

    assert set(await due(owner)) == {"opening"}
    for by in (bidder, follower):
        found = await due(by)
        assert set(found) == {"questions_close", "bids_close"}
        assert found["bids_close"].at == job.bid_deadline_at
        assert found["bids_close"].is_confidential
    assert await due(stranger) == {}
    concerned = {bidder.organisation_id, follower.organisation_id}
    assert set(await everybody("bids_close")) == concerned

    await questions.ask_question(job, "是否需要双人复核？请说明。", by=bidder)
    assert set(await due(owner)) == {"opening", "answer_questions"}


async def test_a_cancelled_job_is_cancelled_in_feeds_and_gone_from_the_page(
    rollback: None,
) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    follower = await tendering.make_supplier()
    await jobs.toggle_favourite(job, by=follower)
    await jobs.cancel_job(await Job.get(id=job.id), CancelReason.POLICY_CHANGED, by=owner)

    assert await due(follower) == {}
    assert await everybody("bids_close") == []
    assert follower.person_id is not None
    fed = await deadlines_of_person(follower.person_id, clock.now(), clock.now() + FAR)
    assert {(one.kind, one.is_cancelled) for one in fed} == {
        ("questions_close", True), ("bids_close", True),
    }  # fmt: skip


async def test_a_standstill_for_owner_and_bidders_but_not_while_suspended(
    rollback: None,
) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    rival = await tendering.make_supplier()
    await tendering.place_bid(job, by=rival, unit_price="85")
    winning = await tendering.place_bid(job, unit_price="70")
    award = await tendering.award(job, winning, by=owner, is_active=False)

    assert (await due(rival))["stand_still"].at == award.stand_still_until
    assert (await due(owner))["stand_still"].number == award.number
    await awards.suspend(award, by=Actor.system("test"), reason="CP-1")
    assert "stand_still" not in await due(rival)


async def test_complaints_for_owner_complainant_and_bureau(rollback: None) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    bureau, firm = await make_bureau(), await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    objection = await make_complaint(job, by=firm)

    assert (await due(owner))["objection_answer"].at == objection.due_at
    objection = await decide(objection, "no_breach", by=owner)
    assert "objection_answer" not in await due(owner)
    last = clock.end_of_day(clock.today() + dt.timedelta(days=10))
    assert (await due(firm))["appeal"].at == last
    complaint = await make_complaint(job, by=firm, objection=objection)
    assert "appeal" not in await due(firm)
    assert (await due(bureau))["complaint_decision"].at == complaint.due_at
    assert await everybody("complaint_decision") == [bureau.organisation_id]


async def test_reports_for_the_reported_and_the_authority(rollback: None) -> None:
    accused = await make_organisation(kind="supplier")
    owner, bureau = await actor(accused), await make_bureau("370100")
    row = await make_report(accused, by=await actor(await make_organisation()))

    assert (await due(owner))["violation_view"].at == row.view_due_at
    assert (await due(bureau))["violation_decision"].at == row.due_at
    await violations.give_view(row, "情况属实，已整改，请从轻处理。", by=owner)
    assert await due(owner) == {}


async def test_signing_for_who_has_not_signed(rollback: None) -> None:
    deal = await make_contract()
    at = deal.contract.created_at + dt.timedelta(days=30)

    assert (await due(deal.buyer))["signing"].at == at
    await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    assert "signing" not in await due(deal.buyer)
    assert (await due(deal.supplier))["signing"].at == at


async def test_delivery_acceptance_and_payment_for_both_sides(rollback: None) -> None:
    deal = await make_order()
    assert deal.order is not None
    assert (await due(deal.supplier))["delivery"].at == deal.order.due_at
    assert (await due(deal.buyer))["delivery_expected"].at == deal.order.due_at
    advance = await Milestone.get(order_id=deal.order.id, position=1)
    assert (await due(deal.buyer))["payment"].at == advance.due_at

    batch = await deliver(deal)
    assert (await due(deal.buyer))["acceptance"].at == batch.accept_by
    assert (await due(deal.supplier))["acceptance_expected"].number == batch.number
    await DeliveryBatch.filter(id=batch.id).update(accept_by=clock.now() - FAR)
    assert "acceptance" not in await due(deal.buyer)


async def test_retention_and_review_after_completion(rollback: None) -> None:
    deal = await make_completed_order()
    assert deal.order is not None
    assert "retention" in await due(deal.buyer)
    assert "retention_expected" in await due(deal.supplier)

    review = await reviews.write_review(deal.order, ReviewInput(rating=5), by=deal.buyer)
    assert (await due(deal.supplier))["review"].at == review.created_at + dt.timedelta(days=7)
    assert "review" not in await due(deal.buyer)


async def test_a_certificate_until_the_end_of_its_last_day(rollback: None) -> None:
    firm = await tendering.make_supplier()
    last = clock.today() + dt.timedelta(days=40)
    assert firm.organisation_id is not None
    await certificates.add_certificate(
        firm.organisation_id,
        CertificateInput.model_validate({"name": "ISO 9001", "valid_until": str(last)}),
        by=firm,
    )

    assert (await due(firm))["certificate"].at == clock.end_of_day(last)
    assert await everybody("certificate") == [firm.organisation_id]


async def test_a_person_sees_every_organisation_they_belong_to(rollback: None) -> None:
    deal = await make_contract()
    other = await tendering.make_supplier()
    job = await tendering.published_job()
    await jobs.toggle_favourite(job, by=other)
    membership = await make_membership(await Organisation.get(id=deal.buyer.organisation_id))
    await make_membership(
        await Organisation.get(id=other.organisation_id), person=await membership.person
    )

    found = await deadlines_of_person(membership.person_id, clock.now(), clock.now() + FAR)
    assert {one.kind for one in found} == {"signing", "questions_close", "bids_close"}
    membership.revoked_at = clock.now()
    await membership.save()
    found = await deadlines_of_person(membership.person_id, clock.now(), clock.now() + FAR)
    assert {one.kind for one in found} == {"questions_close", "bids_close"}


async def test_a_dispute_for_who_must_answer(rollback: None) -> None:
    case = await make_dispute()

    assert (await due(case.deal.buyer))["dispute"].at == case.dispute.due_at
    assert "dispute" not in await due(case.deal.supplier)


async def test_a_pilot_for_the_firms_that_have_not_submitted(rollback: None) -> None:
    piloted = await piloted_job()
    pilot = await prepare_pilot(piloted.job, by=piloted.owner)
    first, second = piloted.firms
    assert (await due(first))["pilot"].at == pilot.closes_at
    await send(pilot, first)

    assert "pilot" not in await due(first)
    assert await everybody("pilot") == [second.organisation_id]


async def test_training_until_a_later_pass(rollback: None) -> None:
    deal = await make_order()
    module = await make_module()
    await make_fit_talent(deal, module)
    found = await due(deal.supplier)
    assert "数据保密须知 · 周晓" in found["training"].title
    assert found["credential"].organisation_id == deal.supplier.organisation_id


async def test_a_call_for_its_organiser_and_who_may_still_enter(rollback: None) -> None:
    bureau = await make_bureau()
    here, elsewhere = [
        await actor(await make_organisation(kind="supplier", region_code=code))
        for code in (bureau.region_code, "110105")
    ]
    call = await make_call(bureau, closes_at=f"{clock.today() + dt.timedelta(days=20)}")
    assert (await due(bureau))["call_close"].at == call.closes_at
    assert (await due(here))["call_close"].title == call.title
    assert "call_close" not in await due(elsewhere)
    await make_entry(call, here)
    assert "call_close" not in await due(here)
    assert await everybody("call_close") == [bureau.organisation_id]


async def test_a_project_of_the_reserve_for_its_owner_while_it_stands_there(rollback: None) -> None:
    bureau = await make_bureau()
    owner = await actor(await make_organisation(kind="supplier", region_code=bureau.region_code))
    ends_on = clock.today() + dt.timedelta(days=200)
    row = await make_project(owner, ends_on=f"{ends_on}")
    assert await due(owner) == {}
    await answer_project(row, AdmissionInput(decision="admit", opinion=OPINION), by=bureau)
    assert (await due(owner))["project_end"].at == clock.end_of_day(ends_on)
    assert await everybody("project_end") == [owner.organisation_id]


async def test_entries_and_quotes_for_who_acts_next(rollback: None) -> None:
    bureau = await make_bureau()
    firm = await actor(await make_organisation(kind="demand", region_code=bureau.region_code))
    call = await make_call(bureau)
    row = await make_entry(call, firm)
    back = EntryDecision(decision="return", opinion="请补充成效数据的来源。")
    await selection_reviews.decide(row, back, by=bureau)
    found = await deadlines_of(firm, clock.now(), call.closes_at + dt.timedelta(days=1))
    assert {(one.kind, one.at) for one in found} == {("entry_return", call.closes_at)}

    other = await make_entry(call, await actor(await make_organisation(
        kind="demand", region_code=bureau.region_code)), title="另一个案例")  # fmt: skip
    other = await publicise_entry(other, bureau)
    assert (await due(bureau))["entry_publication"].at == other.public_until

    provider = await actor(await make_organisation(kind="service"))
    asked = await ask(await make_service(provider), firm)
    assert set(await due(provider)) == {"quote_answer"}
    until = clock.today() + dt.timedelta(days=10)
    offer = {"decision": "quote", "answer": "含两次现场访谈与一份评估报告。", "amount_fen": "3万",
             "valid_until": until}  # fmt: skip
    await quotes.answer_request(asked, QuoteInput.model_validate(offer), by=provider)
    assert (await due(firm))["quote_decision"].at == clock.end_of_day(until)
    assert await due(provider) == {}
    todo, _waiting = await desk_of(firm)
    assert {(task.noun, task.status) for task in todo} == {
        ("entry", "returned"),
        ("quote", "quoted"),
    }
