"""Who may contest what until when, and what waits meanwhile."""

import datetime as dt

import pytest

from market.accounts.models import Organisation
from market.complaints import complaints, decisions
from market.complaints.complaints import ComplaintNotPossible, TooManyUnfounded
from market.complaints.decisions import NotAmendedYet
from market.complaints.models import Complaint
from market.complaints.states import ComplaintLevel, ComplaintStatus, Ruling
from market.kit import audit, clock, outbox
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.states import InvalidTransition
from market.tendering import jobs, stages
from market.tendering.drafts import JobDraft
from market.tendering.models import Award, Job, Notice
from tests.factories import actor, make_organisation, tendering
from tests.factories.complaints import decide, make_bureau, make_complaint

START = dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)


async def awarded() -> tuple[Job, Award, object, object]:
    """A job in standstill: its award, the winner's rival, the owner."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    rival = await tendering.make_supplier()
    winning = await tendering.place_bid(job, unit_price="70")
    await tendering.place_bid(job, by=rival, unit_price="85")
    award = await tendering.award(job, winning, by=owner, is_active=False)
    return await Job.get(id=job.id), award, rival, owner


async def test_an_objection_to_documents_holds_the_opening_up(rollback: None) -> None:
    with clock.frozen_at(START):
        job = await tendering.published_job()
        firm = await tendering.make_supplier()
        row = await make_complaint(job, by=firm)

    assert (row.status, row.level) == (ComplaintStatus.PENDING, ComplaintLevel.OBJECTION)
    assert row.due_at == clock.end_of_day(clock.add_working_days(dt.date(2026, 3, 2), 7))
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(minutes=1)):
        assert not await stages.close_bidding(job.id)
    later = await Job.get(id=job.id)
    assert later.bid_deadline_at > job.bid_deadline_at
    assert later.status == "open_bidding"


async def test_withdrawing_lets_the_opening_go_on(rollback: None) -> None:
    job = await tendering.published_job()
    firm = await tendering.make_supplier()
    row = await make_complaint(job, by=firm)

    row = await complaints.withdraw_complaint(row, by=firm)

    assert (row.status, row.blocks_opening) == (ComplaintStatus.WITHDRAWN, False)
    assert [entry.action for entry in await audit.history(row)] == [
        "drafted", "status:pending", "status:withdrawn",
    ]  # fmt: skip


async def test_documents_can_be_contested_until_bids_close(rollback: None) -> None:
    job = await tendering.published_job()
    firm = await tendering.make_supplier()
    draft = await make_complaint(job, by=firm, filed=False)
    assert job.bid_deadline_at is not None

    with clock.frozen_at(job.bid_deadline_at), pytest.raises(ComplaintNotPossible):
        await complaints.file_complaint(draft, by=firm)

    kept = await Complaint.get(id=draft.id)
    assert (kept.status, kept.blocks_opening) == (ComplaintStatus.DRAFT, False)


async def test_who_may_not_contest(rollback: None) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier()
    viewer = await actor(await Organisation.get(id=firm.organisation_id), "viewer")

    for by in (owner, viewer):
        with pytest.raises(NotPermitted):
            await make_complaint(job, by=by)
    row = await make_complaint(job, by=firm, filed=False)
    with pytest.raises(NotFound):
        await complaints.file_complaint(row, by=await tendering.make_supplier())
    with pytest.raises(InvalidInput):
        await make_complaint(job, by=firm, ground="wrong_evaluation")

    assert await Complaint.all().count() == 1


async def test_one_pending_objection_about_the_same(rollback: None) -> None:
    job = await tendering.published_job()
    firm = await tendering.make_supplier()
    await make_complaint(job, by=firm)

    with pytest.raises(ComplaintNotPossible):
        await make_complaint(job, by=firm)

    await make_complaint(job, by=await tendering.make_supplier())
    assert await Complaint.filter(status=ComplaintStatus.PENDING).count() == 2


async def test_an_owner_upholds_by_amending_first(rollback: None) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier()
    row = await make_complaint(job, by=firm)

    with pytest.raises(NotAmendedYet):
        await decide(row, "amend_documents", by=owner)
    assert (await Complaint.get(id=row.id)).status == ComplaintStatus.PENDING

    await jobs.amend_job(
        job, JobDraft(summary="修改后的说明：不限定标注平台品牌，双人互检。"), by=owner
    )
    row = await decide(row, "amend_documents", by=owner)

    assert (row.status, row.blocks_opening) == (ComplaintStatus.UPHELD, False)
    assert await Notice.filter(job_id=job.id, kind="complaint_decided").count() == 1
    with pytest.raises(InvalidTransition):
        await decide(row, "no_breach", by=owner)


async def test_an_award_is_contested_by_a_bidder_and_its_clock_stops(rollback: None) -> None:
    job, award, rival, owner = await awarded()

    with pytest.raises(ComplaintNotPossible):
        await make_complaint(job, by=await tendering.make_supplier(), award=award)
    row = await make_complaint(job, by=rival, award=award)

    suspended = await Award.get(id=award.id)
    assert suspended.suspended_at is not None
    assert suspended.suspension_reason == row.number
    await decide(row, "no_breach", by=owner)
    resumed = await Award.get(id=award.id)
    assert (resumed.status, resumed.suspended_at) == ("pending", None)
    assert resumed.stand_still_until > award.stand_still_until


async def test_a_second_complaint_keeps_the_award_suspended(rollback: None) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    rivals = [await tendering.make_supplier(), await tendering.make_supplier()]
    for rival in rivals:
        await tendering.place_bid(job, by=rival, unit_price="85")
    award = await tendering.award(
        job, await tendering.place_bid(job, unit_price="70"), by=owner, is_active=False
    )
    rows = [await make_complaint(job, by=rival, award=award) for rival in rivals]

    await decide(rows[0], "unfounded", by=owner)
    assert (await Award.get(id=award.id)).suspended_at is not None
    await complaints.withdraw_complaint(rows[1], by=rivals[1])
    assert (await Award.get(id=award.id)).suspended_at is None


async def test_upheld_the_award_is_set_aside(rollback: None) -> None:
    job, award, rival, owner = await awarded()
    row = await make_complaint(job, by=rival, award=award)

    await decide(row, "set_aside", by=owner)

    assert (await Award.get(id=award.id)).status == "unsuccessful"
    assert (await Job.get(id=job.id)).status == "evaluation"


async def test_nobody_else_decides(rollback: None) -> None:
    job, award, rival, _owner = await awarded()
    row = await make_complaint(job, by=rival, award=award)
    bureau = await make_bureau()

    for by in (await actor(await make_organisation(kind="demand")), bureau):
        with pytest.raises((NotFound, NotPermitted)):
            await decide(row, "set_aside", by=by)

    assert (await Complaint.get(id=row.id)).status == ComplaintStatus.PENDING
    assert not await outbox.OutboxMessage.filter(topic="complaint.decided").exists()


async def test_the_bureau_decides_after_the_owner(rollback: None) -> None:
    job, award, rival, owner = await awarded()
    bureau = await make_bureau("370000")
    elsewhere = await make_bureau("140000")
    objection = await make_complaint(job, by=rival, award=award)
    objection = await decide(objection, "no_breach", by=owner)

    row = await make_complaint(job, by=rival, objection=objection)

    assert (row.level, row.award_id) == (ComplaintLevel.COMPLAINT, award.id)
    assert (await Award.get(id=award.id)).suspended_at is not None
    for by in (owner, elsewhere):
        with pytest.raises((NotFound, NotPermitted)):
            await decide(row, "set_aside", by=by)
    row = await decide(row, "set_aside", by=bureau)
    assert (row.status, row.decided_by_id) == (ComplaintStatus.UPHELD, bureau.organisation_id)
    assert (await Job.get(id=job.id)).status == "evaluation"


async def test_ten_days_for_the_complaint_after_the_answer(rollback: None) -> None:
    job, award, rival, owner = await awarded()
    objection = await decide(
        await make_complaint(job, by=rival, award=award), "no_breach", by=owner
    )
    until = complaints.appeal_until(objection)
    assert until is not None

    with clock.frozen_at(until + dt.timedelta(seconds=1)), pytest.raises(ComplaintNotPossible):
        await make_complaint(job, by=rival, objection=objection)
    with clock.frozen_at(until):
        row = await make_complaint(job, by=rival, objection=objection, filed=False)
    assert row.objection_id == objection.id


async def test_a_bureau_orders_an_amendment_and_the_opening_waits_for_it(rollback: None) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    bureau, firm = await make_bureau(), await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    objection = await decide(await make_complaint(job, by=firm), "no_breach", by=owner)
    row = await make_complaint(job, by=firm, objection=objection)

    row = await decide(row, "amend_documents", by=bureau)
    assert row.blocks_opening
    assert await decisions.lift_amended(job.id) == 0
    await jobs.amend_job(
        job, JobDraft(summary="修改后的说明：不限定标注平台品牌，双人互检。"), by=owner
    )
    assert await decisions.lift_amended(job.id) == 1
    assert not (await Complaint.get(id=row.id)).blocks_opening


async def test_unanswered_in_time_it_goes_to_the_bureau_once(rollback: None) -> None:
    job = await tendering.published_job()
    row = await make_complaint(job, by=await tendering.make_supplier())
    assert row.due_at is not None

    with clock.frozen_at(row.due_at - dt.timedelta(seconds=1)):
        assert await decisions.escalate_overdue() == 0
    with clock.frozen_at(row.due_at):
        assert await decisions.escalate_overdue() == 1
        assert await decisions.escalate_overdue() == 0

    moved = await Complaint.get(id=row.id)
    assert (moved.status, moved.level) == (ComplaintStatus.PENDING, ComplaintLevel.COMPLAINT)
    assert moved.escalated_at == row.due_at
    assert moved.due_at > row.due_at
    assert (await audit.history(row))[-1].action == "escalated"
    assert await outbox.OutboxMessage.filter(topic="complaint.escalated").count() == 1


async def test_three_unfounded_in_a_year_close_the_way(rollback: None) -> None:
    firm = await tendering.make_supplier()
    with clock.frozen_at(START):
        for _number in range(3):
            owner = await actor(await make_organisation(kind="demand"))
            job = await tendering.published_job(by=owner)
            await decide(await make_complaint(job, by=firm), "unfounded", by=owner)
        fourth = await tendering.published_job()
        draft = await make_complaint(fourth, by=firm, filed=False)
        with pytest.raises(TooManyUnfounded):
            await complaints.file_complaint(draft, by=firm)
    assert (await Complaint.get(id=draft.id)).status == ComplaintStatus.DRAFT

    with clock.frozen_at(START + dt.timedelta(days=366)):
        job = await tendering.published_job()
        assert (await make_complaint(job, by=firm)).status == ComplaintStatus.PENDING
    assert await Complaint.filter(ruling=Ruling.UNFOUNDED).count() == 3


async def test_a_discarded_draft_is_gone_but_in_the_log(rollback: None) -> None:
    firm = await tendering.make_supplier()
    row = await make_complaint(await tendering.published_job(), by=firm, filed=False)

    await complaints.discard_draft(row, by=firm)

    assert await Complaint.get_or_none(id=row.id) is None
    assert [entry.action for entry in await audit.history(row)] == ["drafted", "discarded"]
