"""Fees of paid pilots and third readers: into custody by who owes them, out once the work is there."""

from billing import holdings, ledger, platform_reports, work_fees
from billing.chart import CUSTODY_BANK, fee_held
from billing.deposit_models import Holding, HoldingPayout
from billing.deposit_states import HoldingPayoutKind, HoldingStatus, ReturnGround
from billing.verification import verify_ledger
from market.orders.models import Order
from market.pilots.models import Pilot
from market.tendering import jobs
from market.tendering.models import Job
from market.tendering.states import CancelReason
from market.workspace import desk_of
from tests.factories.billing import operator_actor
from tests.factories.deposits import transfer
from tests.factories.disputes import make_dispute, measured
from tests.factories.pilots import PilotedJob, piloted_job, prepare_pilot, release, send

FEE = 30_000


async def paid_pilot() -> tuple[PilotedJob, Pilot, Holding]:
    """An open paid pilot of two firms, and the payable of its fees."""
    case = await piloted_job(pilot={"is_paid": True, "fee_fen": FEE})
    pilot = await prepare_pilot(case.job, by=case.owner)
    holding = await work_fees.ask_for_pilot(pilot.id)
    assert holding is not None
    return case, pilot, holding


async def test_a_pilots_fee_goes_to_who_handed_in_and_the_rest_back(rollback: None) -> None:
    case, pilot, holding = await paid_pilot()
    operator = await operator_actor()
    assert (holding.amount_fen, holding.payer_id) == (2 * FEE, case.owner.organisation_id)
    assert await work_fees.ask_for_pilot(pilot.id) == holding
    todo, _waiting = await desk_of(case.owner)
    assert any(holding.number in task.title for task in todo)
    await transfer(holding, operator=operator)
    assert await ledger.balance_of(fee_held(holding.number)) == 2 * FEE
    await send(pilot, case.firms[0])
    assert await work_fees.pay_due_fees() == 0  # not before the results
    await release(pilot)
    assert await work_fees.pay_due_fees() == 1
    assert await work_fees.pay_due_fees() == 0
    fee, rest = await HoldingPayout.filter(holding=holding).order_by("id")
    assert (fee.kind, fee.payee_id, fee.amount_fen) == (
        HoldingPayoutKind.FEE, case.firms[0].organisation_id, FEE,
    )  # fmt: skip
    assert (rest.kind, rest.payee_account, rest.amount_fen) == (
        HoldingPayoutKind.PRINCIPAL, "6222 0000 1111", FEE,
    )  # fmt: skip
    [earner] = await platform_reports.report_of(platform_reports.quarters()[0])
    assert (earner.name, earner.orders, earner.income_fen, earner.work_fen, earner.fee_fen) == (
        case.firms[0].organisation_name, 1, FEE, FEE, 0,
    )  # fmt: skip
    for number, payout in enumerate((fee, rest)):
        await holdings.confirm_payout(payout, reference=f"OUT-000{number}", by=operator)
    assert (await Holding.get()).status == HoldingStatus.PAID_OVER
    assert await ledger.balance_of(CUSTODY_BANK) == 0
    assert await verify_ledger() == []


async def test_a_cancelled_pilots_fee_goes_back_as_a_whole(rollback: None) -> None:
    case, _pilot, holding = await paid_pilot()
    operator = await operator_actor()
    await transfer(holding, operator=operator)
    job = await Job.get(id=case.job.id)
    await jobs.cancel_job(job, CancelReason.BUDGET_WITHDRAWN, by=case.owner)
    assert await work_fees.pay_due_fees() == 1
    payout = await HoldingPayout.get()
    assert (payout.kind, payout.amount_fen) == (HoldingPayoutKind.PRINCIPAL, 2 * FEE)
    await holdings.confirm_payout(payout, reference="OUT-0001", by=operator)
    found = await Holding.get()
    assert (found.status, found.return_ground) == (
        HoldingStatus.RETURNED, ReturnGround.WORK_CANCELLED,
    )  # fmt: skip
    assert await verify_ledger() == []


async def test_an_unpaid_fee_of_a_cancelled_pilot_is_asked_no_more(rollback: None) -> None:
    case, _pilot, holding = await paid_pilot()
    await jobs.cancel_job(
        await Job.get(id=case.job.id), CancelReason.BUDGET_WITHDRAWN, by=case.owner
    )
    assert await work_fees.pay_due_fees() == 0
    assert (await Holding.get(id=holding.id)).status == HoldingStatus.CANCELLED


async def test_an_unpaid_pilot_asks_for_nothing(rollback: None) -> None:
    case = await piloted_job()
    pilot = await prepare_pilot(case.job, by=case.owner)
    assert await work_fees.ask_for_pilot(pilot.id) is None
    assert await Holding.all().count() == 0


async def test_readers_are_paid_by_both_sides_shares(rollback: None) -> None:
    dispute = await measured(await make_dispute(), defects=3)
    assert dispute.reader_fee_fen > 0
    made = await work_fees.ask_for_readers(dispute.id)
    assert sum(one.amount_fen for one in made) == dispute.reader_fee_fen
    order = await Order.get(id=dispute.order_id)
    assert {one.payer_id for one in made} <= {order.buyer_id, order.supplier_id}
    operator = await operator_actor()
    for one in made:
        await transfer(one, operator=operator)
    assert await work_fees.pay_due_fees() == len(made)
    payouts = await HoldingPayout.all()
    assert {row.kind for row in payouts} == {HoldingPayoutKind.FEE}
    assert sum(row.amount_fen for row in payouts) == dispute.reader_fee_fen
    assert not {row.payee_id for row in payouts} & {order.buyer_id, order.supplier_id}
    assert await verify_ledger() == []
