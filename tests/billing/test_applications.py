"""The review of vouchers: step by step, by role and deadline, reserved at the right step, once, exact."""

import datetime as dt

import pytest

from billing import applications, objections, redemptions, reviews, voucher_clock
from billing.models import VoucherPool, VoucherRedemption
from billing.redemption_guards import VoucherNotRedeemable
from billing.reviews import NotAtThisStep
from billing.states import RedemptionStatus
from billing.twin import Twin
from billing.voucher_models import VoucherApplication, VoucherObjection, VoucherReview
from billing.voucher_states import ApplicationStatus, ObjectionOutcome, ReviewOutcome
from market.kit import clock, files
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.states import InvalidTransition
from tests.factories.accounts import actor, make_organisation
from tests.factories.billing import (
    COMPUTE_LINE,
    drained,
    make_programme,
    pay_stage,
    reloaded,
    topics,
    unpaid_order,
)
from tests.factories.orders import deliver, inspect
from tests.factories.vouchers import (
    PLEDGE,
    make_application,
    make_reviewed,
    make_reviewer,
    passed_until,
)

PASSED, RETURNED, REFUSED = ReviewOutcome.PASSED, ReviewOutcome.RETURNED, ReviewOutcome.REFUSED


async def decide(row: VoucherApplication, outcome: ReviewOutcome = PASSED, **values: object):
    by = values.pop("by", None) or await make_reviewer()
    stated = {"note": "材料第三页缺章", "source": "第八条"} | values
    return await reviews.decide_step(row, outcome=outcome, by=by, **stated)


async def pool_figures() -> tuple[int, int]:
    pool = await VoucherPool.get()
    return pool.reserved_fen, pool.redeemed_fen


async def to_publication() -> VoucherApplication:
    made, _deal = await make_application()
    return await passed_until(made, "publication")


async def after_publication(row: VoucherApplication) -> VoucherApplication:
    assert row.due_at is not None
    with clock.frozen_at(row.due_at + dt.timedelta(seconds=1)):
        await voucher_clock.end_publications()
    return await VoucherApplication.get(id=row.id)


async def test_the_whole_way_reserves_only_after_issue_and_ends_settled(
    rollback: None, processor: Twin
) -> None:
    made, deal = await make_application()
    assert (made.step, made.status) == ("district_review", ApplicationStatus.UNDER_REVIEW)
    assert await VoucherPool.all().count() == 0
    made = await after_publication(await passed_until(made, "publication"))
    made = await passed_until(made, "use")
    assert made.status == ApplicationStatus.GRANTED
    assert await pool_figures() == (3_000_000, 0)
    for position in (1, 2):
        await pay_stage(deal, processor, position=position)
    deal = await reloaded(deal)
    await inspect(deal, await deliver(deal))
    await drained()
    made = await VoucherApplication.get(id=made.id)
    assert made.step == "verify"
    assert await pool_figures() == (0, 3_000_000)
    voucher = await VoucherRedemption.get()
    finance = await make_reviewer(role="finance")
    with pytest.raises(VoucherNotRedeemable):  # not verified and claimed yet
        await redemptions.record_treasury_payment(voucher, reference="GK-1", by=finance)
    made = await decide(made)
    assert made.step == "claim"
    made = await applications.claim_payment(made, documents={}, by=deal.buyer)
    assert made.step == "pay"
    await redemptions.record_treasury_payment(voucher, reference="GK-1", by=finance)
    await drained()
    made = await VoucherApplication.get(id=made.id)
    assert (made.step, made.status) == ("settled", ApplicationStatus.SETTLED)
    steps = (
        await VoucherReview.filter(application=made).order_by("id").values_list("step", flat=True)
    )
    assert list(steps) == [
        "district_review", "duplicate_and_credit_check", "city_review", "expert_review",
        "publication", "approve", "issue", "use", "verify", "claim", "pay",
    ]  # fmt: skip


async def test_the_programmes_data_says_which_steps_apply_and_when_they_are_due(
    rollback: None,
) -> None:
    workflow = [
        {"step": "submit", "role": "subject"},
        {"step": "city_review", "role": "city", "days": 7},
        {"step": "reserve", "role": "platform"},
        {"step": "use", "role": "subject"},
    ]
    made, _deal = await make_application(await make_reviewed(workflow=workflow))
    assert made.step == "city_review"
    assert made.due_at == clock.end_of_day(clock.add_working_days(clock.today(), 7))
    made = await decide(made)
    assert (made.step, made.status, made.due_at) == ("use", ApplicationStatus.GRANTED, None)


async def test_a_reviewed_programme_is_not_reserved_past_its_review(rollback: None) -> None:
    programme = await make_reviewed()
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    with pytest.raises(VoucherNotRedeemable):
        await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    assert await VoucherRedemption.all().count() == 0


async def test_what_the_rule_refuses_or_a_missing_document_is_no_application(
    rollback: None,
) -> None:
    open_ = await make_programme(code="test-open", evidence=PLEDGE)
    reviewed = await make_reviewed()
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    with pytest.raises(VoucherNotRedeemable):  # its issuer does not review here
        await applications.apply_for_voucher(
            deal.order, programme=open_, documents={}, by=deal.buyer
        )
    with pytest.raises(InvalidInput) as refused:
        await applications.apply_for_voucher(
            deal.order, programme=reviewed, documents={}, by=deal.buyer
        )
    assert set(refused.value.fields) == {"evidence_pledge"}
    bare = await unpaid_order()
    assert bare.order is not None
    with pytest.raises(VoucherNotRedeemable):  # no compute line
        await applications.apply_for_voucher(
            bare.order, programme=reviewed, documents={}, by=bare.buyer
        )
    assert await VoucherApplication.all().count() == 0


async def test_one_application_at_a_time_and_again_after_withdrawal(rollback: None) -> None:
    made, deal = await make_application()
    programme = await made.programme
    with pytest.raises(VoucherNotRedeemable):
        await make_application(programme, deal=deal)
    with pytest.raises(NotPermitted):
        await applications.withdraw(made, by=deal.supplier)
    await applications.withdraw(made, by=deal.buyer)
    again, _deal = await make_application(programme, deal=deal)
    assert again.number != made.number
    with pytest.raises(InvalidTransition):
        await applications.withdraw(made, by=deal.buyer)


async def test_return_for_correction_keeps_the_step(rollback: None) -> None:
    made, deal = await make_application()
    with pytest.raises(InvalidInput):
        await decide(made, RETURNED, note=" ")
    made = await decide(made, RETURNED)
    assert (made.status, made.step, made.reason) == (
        ApplicationStatus.RETURNED, "district_review", "材料第三页缺章",
    )  # fmt: skip
    with pytest.raises(InvalidTransition):
        await decide(made, RETURNED)
    page = await files.store("补正.txt", "第三页".encode(), by=deal.buyer)
    made = await applications.resubmit(made, documents={"pledge": [page]}, by=deal.buyer)
    assert (made.status, made.step) == (ApplicationStatus.UNDER_REVIEW, "district_review")
    assert await made.evidence.all().count() == 2
    assert (await topics()).count("voucher.application") == 3


async def test_a_refusal_names_its_reason_and_source(rollback: None) -> None:
    made, _deal = await make_application()
    with pytest.raises(InvalidInput) as refused:
        await decide(made, REFUSED, source="")
    assert set(refused.value.fields) == {"source"}
    made = await decide(made, REFUSED)
    assert (made.status, made.reason, made.source) == (
        ApplicationStatus.REFUSED, "材料第三页缺章", "第八条",
    )  # fmt: skip
    with pytest.raises(InvalidTransition):
        await decide(made, REFUSED)


async def test_each_step_belongs_to_its_bureau(rollback: None) -> None:
    made, deal = await make_application()
    claimant = await made.claimant
    claimant.region_code = "370102"
    await claimant.save(update_fields=["region_code"])
    stranger, viewer = await make_reviewer("310000"), await make_reviewer(role="viewer")
    for by in (stranger, viewer, deal.buyer):
        with pytest.raises(NotPermitted):
            await decide(made, by=by)
    district = await make_reviewer("370102")
    made = await decide(made, by=district)
    with pytest.raises(NotPermitted):  # the next one is the issuer's
        await decide(made, by=district)
    assert (await VoucherApplication.get(id=made.id)).step == "duplicate_and_credit_check"


async def test_who_reviewed_does_not_approve(rollback: None) -> None:
    made, _deal = await make_application()
    reviewer = await make_reviewer()
    made = await decide(made, by=reviewer)
    made = await after_publication(await passed_until(made, "publication"))
    assert made.step == "approve"
    with pytest.raises(NotPermitted):
        await decide(made, by=reviewer)
    assert (await decide(made)).step == "issue"


async def test_publication_ends_by_the_clock_and_not_by_hand(rollback: None) -> None:
    made = await to_publication()
    with pytest.raises(NotAtThisStep):
        await decide(made)
    await voucher_clock.end_publications()
    assert (await VoucherApplication.get(id=made.id)).step == "publication"
    assert (await after_publication(made)).step == "approve"


async def test_an_objection_holds_the_publication_until_it_is_answered(rollback: None) -> None:
    made = await to_publication()
    other = await actor(await make_organisation(name="另一家企业"))
    raised = await objections.raise_objection(made, text="合同金额与实际不符", by=other)
    with pytest.raises(Conflict):
        await objections.raise_objection(made, text="再说一次，不符", by=other)
    assert (await after_publication(made)).step == "publication"
    with pytest.raises(NotPermitted):
        await objections.answer_objection(raised, is_upheld=False, answer="已核实", by=other)
    await objections.answer_objection(
        raised, is_upheld=False, answer="已核实，金额属实", by=await make_reviewer()
    )
    assert (await after_publication(made)).step == "approve"


async def test_an_upheld_objection_refuses(rollback: None) -> None:
    made = await to_publication()
    other = await actor(await make_organisation(name="另一家企业"))
    raised = await objections.raise_objection(made, text="合同金额与实际不符", by=other)
    bureau = await make_reviewer()
    await objections.answer_objection(raised, is_upheld=True, answer="情况属实", by=bureau)
    made = await VoucherApplication.get(id=made.id)
    assert (made.status, made.reason) == (ApplicationStatus.REFUSED, "情况属实")
    assert (await VoucherObjection.get()).outcome == ObjectionOutcome.UPHELD
    with pytest.raises(Conflict):
        await objections.answer_objection(raised, is_upheld=False, answer="又不属实", by=bureau)


async def test_nobody_objects_outside_the_period_nor_to_oneself(rollback: None) -> None:
    made, deal = await make_application()
    other = await actor(await make_organisation(name="另一家企业"))
    with pytest.raises(NotAtThisStep):
        await objections.raise_objection(made, text="合同金额与实际不符", by=other)
    made = await passed_until(made, "publication")
    with pytest.raises(NotPermitted):
        await objections.raise_objection(made, text="合同金额与实际不符", by=deal.buyer)
    assert made.due_at is not None
    with (
        clock.frozen_at(made.due_at + dt.timedelta(seconds=1)),
        pytest.raises(NotAtThisStep),
    ):
        await objections.raise_objection(made, text="合同金额与实际不符", by=other)
    assert await VoucherObjection.all().count() == 0


async def test_v1_a_pool_used_up_in_the_meantime_refuses_at_the_reserve(rollback: None) -> None:
    programme = await make_reviewed(pool_fen=3_000_000)
    first, _deal = await make_application(programme)
    second, _deal = await make_application(programme)
    for made in (first, second):
        made = await after_publication(await passed_until(made, "publication"))
        await decide(await decide(made))
    rows = {row.number: row for row in await VoucherApplication.all()}
    assert rows[first.number].status == ApplicationStatus.GRANTED
    assert rows[second.number].status == ApplicationStatus.REFUSED
    assert "¥0.00" in rows[second.number].reason
    assert await pool_figures() == (3_000_000, 0)


async def test_a_voucher_given_back_lapses_its_application(rollback: None) -> None:
    made, deal = await make_application()
    made = await after_publication(await passed_until(made, "publication"))
    made = await passed_until(made, "use")
    await redemptions.release_voucher(await VoucherRedemption.get(), by=deal.buyer)
    await drained()
    made = await VoucherApplication.get(id=made.id)
    assert made.status == ApplicationStatus.LAPSED
    assert await pool_figures() == (0, 0)


async def test_v8_expiry_returns_exactly_what_was_reserved(rollback: None, processor: Twin) -> None:
    values = {"instrument": {"form": "balance", "mode": "deduct_at_source"}}
    closes = clock.today() + dt.timedelta(days=3)
    programme = await make_programme(
        pool_fen=10_000_000, validity={"closes": closes.isoformat()}, **values
    )
    used, unused = [await unpaid_order(extra_lines=[COMPUTE_LINE]) for _ in range(2)]
    for deal in (used, unused):
        assert deal.order is not None
        await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    await pay_stage(used, processor)
    assert await pool_figures() == (6_000_000, 0)
    with clock.frozen_at(clock.end_of_day(closes)):
        assert await voucher_clock.expire_vouchers() == 0
    with clock.frozen_at(clock.end_of_day(closes) + dt.timedelta(seconds=1)):
        assert await voucher_clock.expire_vouchers() == 1
        assert await voucher_clock.expire_vouchers() == 0
    assert await pool_figures() == (3_000_000, 0)
    found = {row.order_id: row.status for row in await VoucherRedemption.all()}
    assert used.order is not None
    assert unused.order is not None
    assert found == {
        used.order.id: RedemptionStatus.RESERVED,
        unused.order.id: RedemptionStatus.RELEASED,
    }


async def test_v8_a_claim_without_instrument_does_not_expire(rollback: None) -> None:
    closes = clock.today()
    programme = await make_programme(pool_fen=10_000_000, validity={"closes": closes.isoformat()})
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)
    with clock.frozen_at(clock.end_of_day(closes) + dt.timedelta(days=9)):
        assert await voucher_clock.expire_vouchers() == 0
    assert await pool_figures() == (3_000_000, 0)
