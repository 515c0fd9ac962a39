"""Vouchers on an order: within pool and caps, once, exact, returned in full (V1-V4, V8)."""

import pytest

from billing import offers, payments, redemptions
from billing.models import (
    Payment,
    VoucherAllocation,
    VoucherPool,
    VoucherProgramme,
    VoucherRedemption,
)
from billing.programmes import load_programmes, rule_of
from billing.redemption_guards import VoucherNotRedeemable
from billing.stages import stages_of
from billing.states import PaymentMethod, ProgrammeStatus, RedemptionStatus
from billing.twin import Twin
from billing.vouchers.verifier import verify
from market.kit.errors import NotPermitted
from market.kit.states import InvalidTransition
from market.orders.models import Order
from market.orders.states import OrderStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.billing import COMPUTE_LINE, make_programme, pay_stage, topics, unpaid_order
from tests.factories.orders import Deal


async def compute_order(**values: object) -> Deal:
    """An unpaid order with a compute line of 60,000.01 yuan."""
    return await unpaid_order(extra_lines=[COMPUTE_LINE], **values)


async def redeem(deal: Deal, programme: VoucherProgramme) -> VoucherRedemption:
    """The buyer applies a programme."""
    assert deal.order is not None
    return await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)


async def pool_figures() -> tuple[int, int]:
    """Reserved and redeemed of the only pool."""
    pool = await VoucherPool.get()
    return pool.reserved_fen, pool.redeemed_fen


async def test_v2_the_grant_is_the_rate_rounded_down_and_shared_exactly(rollback: None) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    deal = await compute_order()
    made = await redeem(deal, programme)
    assert (made.grant_fen, made.binding) == (3_000_000, "rate")
    assert made.split == {"市财政": 2_000_000, "区财政": 1_000_000}
    parts = await VoucherAllocation.filter(redemption=made).values_list("amount_fen", flat=True)
    assert sum(parts) == 3_000_000
    assert deal.order is not None
    stages = await stages_of(deal.order)
    assert sum(stage.due_fen for stage in stages) == deal.order.total_fen - 3_000_000
    assert stages[2].voucher_fen == 0  # a retention is never reduced
    assert await pool_figures() == (3_000_000, 0)
    assert (await topics()).count("voucher.decided") == 1


async def test_the_trace_is_a_proof(rollback: None) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    made = await redeem(await compute_order(), programme)
    made = await VoucherRedemption.get(id=made.id)
    assert verify(programme.rule, made.trace) == []
    assert made.trace["programme"]["sha256"] == programme.digest


async def test_v1_reserved_never_exceeds_the_pool(rollback: None) -> None:
    programme = await make_programme(pool_fen=5_000_000)
    assert (await redeem(await compute_order(), programme)).grant_fen == 3_000_000
    second = await redeem(await compute_order(), programme)
    assert (second.grant_fen, second.binding) == (2_000_000, "pool")
    with pytest.raises(VoucherNotRedeemable):
        await redeem(await compute_order(), programme)
    assert await pool_figures() == (5_000_000, 0)
    assert await VoucherRedemption.all().count() == 2


async def test_v1_a_cap_counts_the_subjects_earlier_grants(rollback: None) -> None:
    cap = {
        "name": "subject_year",
        "of": "subject",
        "period": "year",
        "levels": [{"limit": 3_500_000}],
    }
    programme = await make_programme(caps=[cap])
    deal = await compute_order()
    assert (await redeem(deal, programme)).grant_fen == 3_000_000
    other = await compute_order()
    assert other.order is not None
    other.order.buyer_id = deal.buyer.organisation_id  # the same hospital orders again
    await other.order.save(update_fields=["buyer_id"])
    made = await redemptions.redeem_voucher(other.order, programme=programme, by=deal.buyer)
    assert (made.grant_fen, made.binding) == (500_000, "cap:subject_year")


async def test_v3_the_same_contract_once_across_compute_data_and_algorithm(
    rollback: None,
) -> None:
    first = await make_programme()
    second = await make_programme(code="test-data", kind="data")
    service = await make_programme(code="test-service", kind="service")
    grouped = await make_programme(
        code="test-open", kind="algorithm", stacking={"exclusive_groups": ["own_group"]}
    )
    deal = await compute_order()
    made = await redeem(deal, first)
    with pytest.raises(VoucherNotRedeemable, match=f"本订单已使用该券：{made.number}"):
        await redeem(deal, first)
    for programme in (first, second):
        with pytest.raises(VoucherNotRedeemable):
            await redeem(deal, programme)
    assert await VoucherRedemption.all().count() == 1
    await redeem(deal, grouped)  # its own terms allow it
    last = await redeem(deal, service)
    assert (last.grant_fen, last.binding) == (1, "residual")  # of 60,000.01 yuan
    assert await VoucherRedemption.all().count() == 3


async def test_v4_a_reserve_resolves_once_and_gives_everything_back(rollback: None) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    deal = await compute_order()
    made = await redeem(deal, programme)
    with pytest.raises(NotPermitted):
        await redemptions.release_voucher(made, by=deal.supplier)
    await redemptions.release_voucher(made, by=deal.buyer)
    assert await pool_figures() == (0, 0)
    with pytest.raises(InvalidTransition):
        await redemptions.release_voucher(made, by=deal.buyer)
    assert await pool_figures() == (0, 0)
    assert deal.order is not None
    assert sum(stage.voucher_fen for stage in await stages_of(deal.order)) == 0
    assert (await redeem(deal, programme)).grant_fen == 3_000_000


async def test_a_voucher_that_reduced_a_payment_stays(rollback: None, processor: Twin) -> None:
    programme = await make_programme()
    deal = await compute_order()
    made = await redeem(deal, programme)
    await pay_stage(deal, processor)
    with pytest.raises(VoucherNotRedeemable):
        await redemptions.release_voucher(made, by=deal.buyer)
    assert (await VoucherRedemption.get()).status == RedemptionStatus.RESERVED
    assert (await Payment.get()).amount_fen == 9_000_000 - 1_000_000


async def test_too_late_to_deduct_when_too_little_is_open(rollback: None, processor: Twin) -> None:
    programme = await make_programme(tiers=[{"full": True}])
    deal = await compute_order(volume="1")
    assert deal.order is not None
    for position in (1, 2):
        await payments.intend_payment(
            deal.order, position=position, method=PaymentMethod.BANK_TRANSFER, by=deal.buyer
        )
    with pytest.raises(VoucherNotRedeemable):
        await redeem(deal, programme)
    assert await VoucherRedemption.all().count() == 0


async def test_a_hospital_is_told_why_not_with_the_source(rollback: None) -> None:
    await load_programmes()
    deal = await compute_order()
    assert deal.order is not None
    answers = {
        offer.programme.code: offer
        for offer in await offers.offers_for(deal.order, claimant="buyer")
    }
    shanghai = answers["shanghai-compute"]
    assert (shanghai.quote.eligible, shanghai.is_usable) == (False, False)
    assert shanghai.reasons == [
        "本券面向企业。公立医院等事业单位不在支持范围内，不能申领。",
        "本券面向在发券地区注册的单位，贵单位注册地不在该地区。",
    ]
    assert shanghai.rule.issuer == "上海市经济和信息化委员会"
    with pytest.raises(VoucherNotRedeemable, match="公立医院"):
        await redeem(deal, shanghai.programme)
    drafts = await VoucherProgramme.filter(status=ProgrammeStatus.DRAFT)
    assert drafts
    assert not {row.code for row in drafts} & answers.keys()


async def test_drafts_and_ended_orders_take_no_voucher(rollback: None) -> None:
    programme = await make_programme()
    await VoucherProgramme.all().update(status=ProgrammeStatus.DRAFT)
    with pytest.raises(VoucherNotRedeemable):
        await redeem(await compute_order(), programme)
    assert await VoucherRedemption.all().count() == 0


async def test_strangers_and_viewers_may_not_apply(rollback: None) -> None:
    programme = await make_programme(pool_fen=10_000_000)
    deal = await compute_order()
    assert deal.order is not None
    hospital = await deal.order.buyer
    for by in (await actor(await make_organisation()), await actor(hospital, "viewer")):
        with pytest.raises(NotPermitted):
            await redemptions.redeem_voucher(deal.order, programme=programme, by=by)
    assert await VoucherRedemption.all().count() == 0
    assert await VoucherPool.all().count() == 0


async def test_only_a_bureau_records_the_treasurys_payment(rollback: None) -> None:
    programme = await make_programme()
    deal = await compute_order()
    made = await redeem(deal, programme)
    bureau = await actor(await make_organisation(kind="bureau"), "finance")
    with pytest.raises(NotPermitted):
        await redemptions.record_treasury_payment(made, reference="GK-1", by=deal.buyer)
    with pytest.raises(InvalidTransition):  # not redeemed yet
        await redemptions.record_treasury_payment(made, reference="GK-1", by=bureau)
    assert (await VoucherRedemption.get()).status == RedemptionStatus.RESERVED


async def test_a_published_rule_comes_back_as_it_was(rollback: None) -> None:
    programme = await make_programme(pool_fen=7)
    row = await VoucherProgramme.get(id=programme.id)
    assert rule_of(row).digest() == programme.digest


async def test_a_voucher_that_covers_the_first_stage_funds_the_order(rollback: None) -> None:
    line = COMPUTE_LINE | {"amount_fen": 10_000_000}
    programme = await make_programme(tiers=[{"flat_fen": 9_007_200}])
    deal = await unpaid_order(volume="1", extra_lines=[line])
    assert deal.order is not None
    stages = await stages_of(deal.order)
    assert sum(stage.due_fen for stage in stages[:2]) == 9_007_200
    made = await redeem(deal, programme)
    assert [stage.is_paid for stage in await stages_of(deal.order)] == [True, True, False]
    assert (await Order.get(id=deal.order.id)).status == OrderStatus.FUNDED
    with pytest.raises(VoucherNotRedeemable):
        await redemptions.release_voucher(made, by=deal.buyer)
