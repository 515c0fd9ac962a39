"""Bid and performance deposits: asked for, held, back in time with interest, or kept by two pairs of eyes."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import bank, bank_decisions, comparisons, deposits, forfeitures, holdings, ledger
from billing.bank_forms import DecisionInput
from billing.chart import CUSTODY_BANK, CUSTODY_INTEREST, SUSPENSE, deposit_held
from billing.deposit_forms import ForfeitInput
from billing.deposit_interest import DepositRate, interest_on, rates
from billing.deposit_models import Forfeiture, Holding, HoldingPayout
from billing.deposit_states import (
    ForfeitCode,
    HoldingPayoutKind,
    HoldingStatus,
    ReturnGround,
)
from billing.deposits import NoDeposit
from billing.forms import BankLineInput
from billing.holdings import HoldingClosed
from billing.models import BankLine
from billing.states import BankLineStatus, PayoutStatus
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.orders import contracts
from market.orders.models import Contract
from market.tendering import bids, gates
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import BidSecurity
from tests.factories.accounts import first_owner
from tests.factories.billing import operator_actor
from tests.factories.deposits import DEPOSIT, deposit_given, job_with_deposit, transfer
from tests.factories.tendering import award, make_job, make_supplier, open_bids, owner_of, place_bid

WHY = ForfeitInput(
    code=ForfeitCode.CONTRACT_REFUSED, statement="中标后三十日内两次催告仍不签订合同"
)


def test_the_benchmark_rate_over_a_year_of_days() -> None:
    # 10,000.00 at 0.35 % over 90 days of 360: 8.75
    made = interest_on(1_000_000, dt.date(2026, 8, 1), dt.date(2026, 10, 30))
    assert (made.fen, [part.days for part in made.segments]) == (875, [90])
    assert interest_on(1_000_000, dt.date(2026, 8, 1), dt.date(2026, 8, 1)).fen == 0


def two_rates(change: dt.date) -> Sequence[DepositRate]:
    rows = [("2015-10-24", 3500), (change.isoformat(), 500)]
    return [
        DepositRate.model_validate({"from": day, "rate_ppm": ppm, "source": "x"})
        for day, ppm in rows
    ]


def test_a_change_of_rate_splits_the_days_and_rounds_once() -> None:
    made = interest_on(
        999_999, dt.date(2026, 1, 1), dt.date(2026, 1, 31), table=two_rates(dt.date(2026, 1, 11))
    )
    # (999999 x 3500 x 10 + 999999 x 500 x 20) / 360,000,000 = 124.99
    assert ([(p.days, p.rate_ppm) for p in made.segments], made.fen) == (
        [(10, 3500), (20, 500)],
        124,
    )


@given(
    fen=st.integers(1, 10**11), days=st.integers(0, 3000), change=st.integers(0, 3000),
    more=st.integers(0, 10**6),
)  # fmt: skip
def test_interest_counts_every_day_once_and_never_falls_with_the_sum(
    fen: int, days: int, change: int, more: int
) -> None:
    start = dt.date(2018, 1, 1)
    table = two_rates(start + dt.timedelta(days=change))
    until = start + dt.timedelta(days=days)
    made = interest_on(fen, start, until, table=table)
    assert sum(part.days for part in made.segments) == days
    assert interest_on(fen + more, start, until, table=table).fen >= made.fen


def test_the_installations_rates_name_their_source() -> None:
    assert [row.source for row in rates() if not row.source] == []


async def test_the_limits_are_refused_with_their_article(rollback: None) -> None:
    job = await make_job(
        procedure_config={"bid_deposit_fen": 4_000_001, "performance_deposit_percent": 11}
    )
    problems = gates.problems_of(job)
    assert "第二十六条" in problems["bid_deposit_fen"]
    assert "第五十八条" in problems["performance_deposit_percent"]
    job.procedure_config = {"bid_deposit_fen": 4_000_000, "performance_deposit_percent": 10}
    assert not {"bid_deposit_fen", "performance_deposit_percent"} & set(gates.problems_of(job))


async def test_a_deposit_comes_by_its_code_and_the_bid_is_admitted(rollback: None) -> None:
    operator, job = await operator_actor(), await job_with_deposit()
    payer, other = await make_supplier(), await make_supplier()
    holding = await deposit_given(job, payer, operator)
    assert (holding.status, holding.held_on) == (HoldingStatus.HELD, clock.today())
    assert await ledger.balance_of(deposit_held(holding.number)) == DEPOSIT
    assert (await BankLine.get()).status == BankLineStatus.APPLIED
    assert await deposits.open_bid_deposit(job, by=payer) == holding  # the same one again
    good, bare = await place_bid(job, by=payer), await place_bid(job, by=other)
    await open_bids(job)
    assert (await Bid.get(id=good.id)).status == "opened"
    refused = await Bid.get(id=bare.id)
    assert (refused.status, refused.reason_code) == ("disqualified", "deposit_missing")
    assert await verify_ledger() == []


async def test_money_after_the_deadline_does_not_admit_the_bid(rollback: None) -> None:
    operator, job, payer = await operator_actor(), await job_with_deposit(), await make_supplier()
    holding = await deposits.open_bid_deposit(job, by=payer)
    bid = await place_bid(job, by=payer)
    assert job.bid_deadline_at is not None
    late = job.bid_deadline_at + dt.timedelta(days=1)
    with clock.frozen_at(late):
        await transfer(holding, operator=operator)
        await open_bids(job)
    assert (await Bid.get(id=bid.id)).reason_code == "deposit_missing"


async def test_b1_an_amount_alone_is_never_taken_for_a_deposit(rollback: None) -> None:
    operator, job, payer = await operator_actor(), await job_with_deposit(), await make_supplier()
    holding = await deposits.open_bid_deposit(job, by=payer)
    line = await transfer(holding, operator=operator, narrative="货款")
    assert line.status == BankLineStatus.SUSPENSE
    part = f"{holding.number} {DEPOSIT / 100:.2f}"
    chosen = DecisionInput.model_validate(
        {"kind": "apply", "parts": part, "reason": "投标人来函说明"}
    )
    await bank_decisions.propose_decision(line, chosen, by=operator)
    assert (await Holding.get()).status == HoldingStatus.HELD
    assert await ledger.balance_of(SUSPENSE) == 0


async def test_who_may_give_one_and_until_when(rollback: None) -> None:
    job, firm = await job_with_deposit(), await make_supplier()
    with pytest.raises(NotPermitted):
        await deposits.open_bid_deposit(job, by=await owner_of(job))
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at), pytest.raises(NoDeposit):
        await deposits.open_bid_deposit(job, by=firm)
    assert await Holding.all().count() == 0


async def signed(job: Job, bid: Bid) -> Contract:
    """The contract of an award, signed by both."""
    contract = await contracts.draft_contract(await award(job, bid), by=Actor.system("test"))
    for side in (await owner_of(job), await _winner(bid)):
        contract = await contracts.sign_contract(contract, digest=contract.digest, by=side)
    return contract


async def _winner(bid: Bid) -> Actor:
    return await first_owner(await (await Bid.get(id=bid.id)).bidder)


async def test_signed_contract_returns_every_deposit_with_interest_to_its_account(
    rollback: None,
) -> None:
    operator, job = await operator_actor(), await job_with_deposit(performance=10)
    payer, loser = await make_supplier(), await make_supplier()
    held = [await deposit_given(job, one, operator) for one in (payer, loser)]
    bid = await place_bid(job, by=payer)
    await place_bid(job, by=loser, unit_price="85")
    job = await open_bids(job)
    assert await deposits.return_due_deposits() == 0
    contract = await signed(job, bid)
    asked = await deposits.ask_for_performance(contract.id)
    assert asked is not None
    assert asked.amount_fen == contract.total_fen // 10
    with clock.frozen_at(clock.now() + dt.timedelta(days=90)):
        assert await deposits.return_due_deposits() == 2
        assert await deposits.return_due_deposits() == 0
        found = [await Holding.get(id=one.id) for one in held]
    assert {one.return_ground for one in found} == {ReturnGround.CONTRACT_SIGNED}
    payouts = await HoldingPayout.filter(holding=found[0]).order_by("id")
    kinds = [(row.kind, row.payee_account) for row in payouts]
    assert kinds == [
        (HoldingPayoutKind.PRINCIPAL, "6222 0000 1111"),
        (HoldingPayoutKind.INTEREST, "6222 0000 1111"),
    ]
    assert payouts[1].amount_fen == found[0].interest_fen > 0
    assert (await BidSecurity.all().count()) == 2
    await _interest_of_the_bank(operator, payouts[1].amount_fen)
    for number, payout in enumerate(payouts):
        row = await HoldingPayout.get(id=payout.id)
        await holdings.confirm_payout(row, reference=f"OUT-000{number}", by=operator)
    assert (await Holding.get(id=held[0].id)).status == HoldingStatus.RETURNED
    assert await ledger.balance_of(deposit_held(held[0].number)) == 0
    assert await ledger.balance_of(CUSTODY_BANK) == DEPOSIT
    assert await ledger.balance_of(CUSTODY_INTEREST) == 0
    assert await verify_ledger() == []
    same = {one.name: one.unexplained_fen for one in await comparisons.compare()}
    assert (same["deposits"], same["fees"]) == (0, 0)


async def _interest_of_the_bank(operator: Actor, fen: int) -> None:
    """The bank's interest comes, is applied as such, and the waiting interest is instructed."""
    line = await bank.record_bank_line(
        BankLineInput(
            bank_reference="INT-2026Q4", booked_on=clock.today(), payer_name="示例银行",
            amount_fen=fen, narrative="结息",
        ),
        by=operator,
    )  # fmt: skip
    chosen = DecisionInput.model_validate({"kind": "interest", "reason": "四季度结息入账"})
    await bank_decisions.propose_decision(line, chosen, by=operator)
    assert (await BankLine.get(id=line.id)).status == BankLineStatus.APPLIED
    await holdings.fund_waiting_interest()


async def test_interest_waits_for_the_bank_and_the_deposit_does_not(rollback: None) -> None:
    operator, job, payer = await operator_actor(), await job_with_deposit(), await make_supplier()
    holding = await deposit_given(job, payer, operator)
    bid = await place_bid(job, by=payer)
    await bids.withdraw_bid(bid, by=payer)
    with clock.frozen_at(clock.now() + dt.timedelta(days=4)):
        assert await deposits.return_due_deposits() == 1
    assert (await Holding.get()).return_ground == ReturnGround.BID_WITHDRAWN
    assert await BidSecurity.all().count() == 0
    principal, interest = await HoldingPayout.filter(holding=holding).order_by("id")
    await holdings.confirm_payout(principal, reference="OUT-0001", by=operator)
    with pytest.raises(HoldingClosed):
        await holdings.confirm_payout(interest, reference="OUT-0002", by=operator)
    assert (await Holding.get()).status == HoldingStatus.LEAVING
    assert await verify_ledger() == []


async def opened_deposit() -> tuple[Holding, Job, Actor]:
    """A bidder's deposit once its bid is opened, the job, the operator's finance."""
    operator, job, payer = await operator_actor(), await job_with_deposit(), await make_supplier()
    holding = await deposit_given(job, payer, operator)
    await place_bid(job, by=payer)
    return holding, await open_bids(job), operator


async def test_a_forfeiture_needs_a_second_person_of_another_house(rollback: None) -> None:
    holding, job, operator = await opened_deposit()
    buyer = await owner_of(job)
    asked = await forfeitures.propose_forfeiture(holding, WHY, by=buyer)
    with pytest.raises(HoldingClosed):
        await deposits.return_deposit(holding, ReturnGround.JOB_ENDED, by=operator)
    with pytest.raises(NotPermitted):
        await forfeitures.decide_forfeiture(asked, is_agreed=True, reason="情况属实", by=buyer)
    assert await HoldingPayout.all().count() == 0
    await forfeitures.decide_forfeiture(asked, is_agreed=True, reason="情况属实", by=operator)
    payout = await HoldingPayout.get()
    assert (payout.kind, payout.payee_id, payout.amount_fen) == ("forfeit", job.owner_id, DEPOSIT)
    await holdings.confirm_payout(payout, reference="OUT-9001", by=operator)
    assert (await Holding.get()).status == HoldingStatus.PAID_OVER
    assert (await HoldingPayout.get()).status == PayoutStatus.PAID
    assert await verify_ledger() == []


async def test_a_refused_forfeiture_leaves_the_deposit(rollback: None) -> None:
    holding, job, operator = await opened_deposit()
    asked = await forfeitures.propose_forfeiture(holding, WHY, by=await owner_of(job))
    await forfeitures.decide_forfeiture(asked, is_agreed=False, reason="证据不足", by=operator)
    assert (await Holding.get()).status == HoldingStatus.HELD
    assert (await Forfeiture.get()).status == "refused"


async def test_a_bid_deposit_is_not_touched_before_the_opening_nor_in_parts(rollback: None) -> None:
    operator, job, payer = await operator_actor(), await job_with_deposit(), await make_supplier()
    holding = await deposit_given(job, payer, operator)
    with pytest.raises(HoldingClosed):
        await forfeitures.propose_forfeiture(holding, WHY, by=await owner_of(job))
    await place_bid(job, by=payer)
    job = await open_bids(job)
    part = WHY.model_copy(update={"amount_fen": 100})
    wrong = WHY.model_copy(update={"code": ForfeitCode.NOT_PERFORMED})
    for refused in (part, wrong):
        with pytest.raises(InvalidInput):
            await forfeitures.propose_forfeiture(holding, refused, by=await owner_of(job))
    assert await Forfeiture.all().count() == 0


async def test_a_changed_balance_is_noticed(rollback: None) -> None:
    holding, _job, _operator = await opened_deposit()
    await Holding.filter(id=holding.id).update(amount_fen=DEPOSIT - 1)
    assert any(holding.number in text for text in await verify_ledger())
