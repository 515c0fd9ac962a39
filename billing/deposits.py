"""Bid and performance deposits: asked for by the job, held in custody, back in time with interest."""

import datetime as dt
from uuid import UUID

from billing import holdings
from billing.deposit_interest import interest_on, stated
from billing.deposit_models import Forfeiture, Guarantee, Holding
from billing.deposit_states import (
    DEPOSITS,
    ForfeitureStatus,
    GuaranteeStatus,
    HoldingPayoutKind,
    HoldingPurpose,
    HoldingStatus,
    ReturnGround,
)
from billing.holdings import HoldingClosed
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.outbox import Message
from market.orders.models import Contract, Order
from market.orders.states import ContractStatus, OrderStatus
from market.tendering import securities
from market.tendering.models import Bid, Job, Lot
from market.tendering.procedures import config_of
from market.tendering.sealing import bidder_tag
from market.tendering.states import BidStatus, JobStatus

RETURN_DAYS = 5  # 招标投标法实施条例第三十五条、第五十七条: days, not working days
TAKING_BIDS = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)
FAILED = (JobStatus.CANCELLED, JobStatus.UNSUCCESSFUL)
ENDED = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
THERE = (HoldingStatus.HELD, HoldingStatus.COVERED)
CLOCK = Actor.system("deposits")


class NoDeposit(Conflict):
    """The job asks for none, or its time to give one is over."""

    title = "No deposit can be given"


@atomic()
async def open_bid_deposit(job: Job, *, by: Actor) -> Holding:
    """The payable of a bidder's deposit, due with the bid: asked again it is the same one.

    Supplier's sales or finance, while the job takes bids. The amount is the job's, at most 2 per cent
    of the estimate (招标投标法实施条例第二十六条). Raises NoDeposit, NotPermitted.
    """
    require(by, Role.SALES, Role.FINANCE, kind=OrganisationKind.SUPPLIER)
    job = await lock(job)
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    if job.owner_id == by.organisation_id:
        raise NotPermitted(_("You cannot bid on your own job"))
    fen = config_of(job).bid_deposit_fen
    deadline = job.bid_deadline_at
    if not fen or job.status not in TAKING_BIDS or deadline is None or deadline <= clock.now():
        raise NoDeposit(_("Job %(number)s takes no deposit now", number=job.number))
    return await holdings.ask_for(
        HoldingPurpose.BID_DEPOSIT, job=job, subject_id=job.id, payer_id=by.organisation_id,
        amount_fen=fen, beneficiary_id=job.owner_id, due_at=deadline,
    )  # fmt: skip


async def on_contract_activated(message: Message) -> None:
    """contract.activated: ask the supplier for the performance deposit the job demands."""
    await ask_for_performance(UUID(message.payload["contract"]))


@atomic()
async def ask_for_performance(contract_id: UUID) -> Holding | None:
    """The performance deposit of a signed contract, rounded down: at most 10 per cent of the award
    (招标投标法实施条例第五十八条). None when the job asks for none."""
    contract = await Contract.get(id=contract_id)
    job = await lock(await Job.get(id=contract.job_id))
    percent = config_of(job).performance_deposit_percent
    fen = contract.total_fen * percent // 100
    if not fen or contract.status != ContractStatus.ACTIVE:
        return None
    due = clock.end_of_day(clock.today() + dt.timedelta(days=RETURN_DAYS))
    return await holdings.ask_for(
        HoldingPurpose.PERFORMANCE_DEPOSIT, job=job, subject_id=contract.id,
        payer_id=contract.supplier_id, amount_fen=fen, beneficiary_id=contract.buyer_id,
        due_at=due,
    )  # fmt: skip


@atomic()
async def return_deposit(holding: Holding, ground: ReturnGround, *, by: Actor) -> Holding:
    """Send a deposit back to the account it came from, with the bank's interest; a letter is given back.

    By the clock, or the operator's finance. Raises HoldingClosed when it is not there, or a proposal to
    keep it is undecided.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    holding = await lock(holding)
    if holding.status not in THERE or holding.purpose not in DEPOSITS:
        raise HoldingClosed(_("The deposit is not in custody"))
    if await Forfeiture.exists(holding_id=holding.id, status=ForfeitureStatus.PROPOSED):
        raise HoldingClosed(_("Whether the deposit is kept is not decided yet"))
    due = clock.end_of_day(clock.today() + dt.timedelta(days=RETURN_DAYS))
    if holding.status == HoldingStatus.COVERED:
        await release_letters(holding, by=by)
        await holding.move_to(
            HoldingStatus.RETURNED, by=by, return_ground=ground, return_due_at=due, live_key=None
        )
    else:
        holding.return_ground, holding.return_due_at = ground, due
        await holding.save(update_fields=["return_ground", "return_due_at"])
        await send_back(holding, holding.amount_fen, by=by)
    if holding.purpose == HoldingPurpose.BID_DEPOSIT and ground == ReturnGround.BID_WITHDRAWN:
        await securities.drop_security(await Job.get(id=holding.job_id), holding.payer_id)
    await outbox.record("holding.changed", holding=holding.id, what="returning")
    return holding


async def send_back(holding: Holding, fen: int, *, by: Actor) -> None:
    """Instruct `fen` of a held deposit back to its payer, with interest on it; in the caller's verb."""
    assert holding.held_on is not None, "what is held has come on a day"
    interest = interest_on(fen, holding.held_on, clock.today())
    account = await holdings.payers_account(holding)
    await holding.move_to(HoldingStatus.LEAVING, by=by, interest=stated(interest))
    await holdings.instruct(
        holding, HoldingPayoutKind.PRINCIPAL, payee_id=holding.payer_id, fen=fen, account=account
    )
    if interest.fen:
        await holdings.owe_interest(holding, fen=interest.fen, account=account)


async def release_letters(holding: Holding, *, by: Actor) -> None:
    """Give the accepted letters of a deposit back; in the caller's verb."""
    for letter in await Guarantee.filter(holding=holding, status=GuaranteeStatus.ACCEPTED):
        await letter.move_to(GuaranteeStatus.RELEASED, by=by)


async def ground_of(holding: Holding) -> ReturnGround | None:
    """Why a deposit must go back now; None while it has to stay."""
    if holding.purpose == HoldingPurpose.PERFORMANCE_DEPOSIT:
        return await _ground_of_performance(holding)
    job = await Job.get(id=holding.job_id)
    if job.status in FAILED:
        return ReturnGround.JOB_ENDED
    # the last award's contract is signed, and no other waits for its signatures
    contracts = await Contract.filter(job_id=job.id)
    is_settled = job.status in (JobStatus.AWARDED, JobStatus.COMPLETED)
    if is_settled and contracts and all(row.activated_at is not None for row in contracts):
        return ReturnGround.CONTRACT_SIGNED
    return await _ground_before_the_opening(holding, job)


async def _ground_before_the_opening(holding: Holding, job: Job) -> ReturnGround | None:
    lots: list[UUID | None] = [row.id for row in await Lot.filter(job=job)]
    tags = [bidder_tag(job.id, holding.payer_id, lot) for lot in (lots or [None])]
    placed = await Bid.filter(job=job, bidder_tag__in=tags)
    if not placed:
        over = job.bid_deadline_at is not None and job.bid_deadline_at <= clock.now()
        return ReturnGround.NO_BID if over else None
    withdrawn = all(bid.status == BidStatus.WITHDRAWN for bid in placed)
    return ReturnGround.BID_WITHDRAWN if withdrawn else None


async def _ground_of_performance(holding: Holding) -> ReturnGround | None:
    order = await Order.get_or_none(contract_id=holding.subject_id)
    if order is None:
        return None
    if order.status == OrderStatus.COMPLETED:
        return ReturnGround.ORDER_COMPLETED
    return ReturnGround.ORDER_ENDED if order.status in ENDED else None


async def return_due_deposits() -> int:
    """The clock's: every deposit whose ground has come is on its way back; returns how many.

    What was asked for a bid and never paid is given up with the deadline.
    """
    undecided = await Forfeiture.filter(status=ForfeitureStatus.PROPOSED).values_list(
        "holding_id", flat=True
    )
    there = Holding.filter(status__in=THERE, purpose__in=DEPOSITS)
    returned = 0
    for holding in await there.exclude(id__in=list(undecided)).order_by("id"):
        ground = await ground_of(holding)
        if ground is not None:
            await return_deposit(holding, ground, by=CLOCK)
            returned += 1
    lapsed = Holding.filter(
        status=HoldingStatus.AWAITED, purpose=HoldingPurpose.BID_DEPOSIT,
        job__status__not_in=TAKING_BIDS,
    )  # fmt: skip
    for holding in await lapsed:
        if not await holdings.come_of(holding):
            await holdings.cancel_holding(holding, by=CLOCK)
    await holdings.fund_waiting_interest()
    return returned
