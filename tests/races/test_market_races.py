"""Two people, or fifty, at the same row at once: one outcome each; and without the lock, another."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from billing import payments
from billing.models import Payment
from billing.states import PaymentMethod
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.errors import AppError, Conflict
from market.orders import contracts, inspections, signatures
from market.orders.models import Contract, DeliveryBatch, Order, Signature
from market.orders.states import BatchStatus, ContractStatus, OrderStatus
from market.tendering import awards, evaluation, outcomes
from market.tendering.models import Award, Bid, Job
from market.tendering.states import AwardStatus, BidStatus, PassingReason, RefusalReason
from tests.factories import tendering
from tests.factories.billing import unpaid_order
from tests.factories.orders import Deal, deliver, make_contract, make_order

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("committed")]


async def together(*works: Awaitable[Any]) -> list[Any]:
    """Everything at once; refusals are outcomes, anything else is a defect."""
    async with asyncio.timeout(90):  # a race that waits for ever is a failure, too
        outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(
            outcome, AppError | IntegrityError
        ):
            raise outcome
    return outcomes


async def at(when: AbstractContextManager[None], work: Callable[[], Awaitable[Any]]) -> Any:
    """The work on a clock of its own."""
    with when:
        return await work()


def refusals(outcomes: list[Any]) -> list[type[BaseException]]:
    """The kinds of refusals among the outcomes."""
    return [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]


def without_lock(
    patch: pytest.MonkeyPatch, module: ModuleType, *names: str, parties: int = 2
) -> None:
    """Make a module read rows without locking them, and let everybody read before anybody writes."""
    barrier = asyncio.Barrier(parties)

    async def read(row: Any) -> Any:
        found = await type(row).get(id=row.id)
        await barrier.wait()
        return found

    async def read_id(model: Any, key: Any) -> Any:
        return await model.get(id=key)

    for name in names:
        patch.setattr(module, name, {"lock": read, "lock_id": read_id}[name])


def bare(verb: Any) -> Any:
    """The verb without its transaction."""
    return verb.__wrapped__


async def open_job(bidders: int, **values: Any) -> tuple[Job, list[Actor]]:
    job = await tendering.published_job(**values)
    return job, [await tendering.make_supplier() for _ in range(bidders)]


async def evaluated_job() -> tuple[Job, Actor, list[Bid]]:
    """A job with two scored bids, and its owner."""
    job, rivals = await open_job(2)
    for by in rivals:
        await tendering.place_bid(job, by=by)
    job = await tendering.open_bids(job)
    owner = await tendering.owner_of(job)
    for bid in await Bid.filter(job=job):
        await tendering.score(bid, by=owner)
    return job, owner, await Bid.filter(job=job).order_by("rank")


RATIONALE = "综合得分最高，满足全部要求。"
PASSED_OVER = PassingReason.CAPACITY_TAKEN


async def test_two_bids_awarded_at_once() -> None:
    job, owner, (best, second) = await evaluated_job()
    ended = await together(
        awards.award_bid(best, RATIONALE, by=owner),
        awards.award_bid(second, RATIONALE, by=owner, code=PASSED_OVER),
    )
    assert refusals(ended) == [evaluation.NotUnderEvaluation]
    assert await Award.filter(job=job).count() == 1
    statuses = await Bid.filter(job=job).order_by("status").values_list("status", flat=True)
    assert list(statuses) == [BidStatus.AWARDED, BidStatus.UNSUCCESSFUL]


async def test_without_the_lock_two_bids_win(monkeypatch: pytest.MonkeyPatch) -> None:
    job, owner, (best, second) = await evaluated_job()
    both_checked = asyncio.Barrier(2)
    undecided = outcomes.undecided_volume

    async def undecided_for_both(*args: Any) -> Any:
        await both_checked.wait()
        return await undecided(*args)

    monkeypatch.setattr(awards, "lock_id", lambda model, key: model.get(id=key))
    monkeypatch.setattr(outcomes, "undecided_volume", undecided_for_both)
    numbers = iter(("A-first", "A-second"))

    async def own_number(_prefix: str) -> str:
        return next(numbers)

    monkeypatch.setattr(awards, "next_number", own_number)
    await together(
        bare(awards.award_bid)(best, RATIONALE, by=owner),
        bare(awards.award_bid)(second, RATIONALE, by=owner, code=PASSED_OVER),
    )
    assert await Award.filter(job=job).count() == 2


async def test_an_award_against_the_refusal_of_its_bid() -> None:
    job, owner, (best, _second) = await evaluated_job()
    ended = await together(
        awards.award_bid(best, RATIONALE, by=owner),
        evaluation.disqualify_bid(best, RefusalReason.NOT_RESPONSIVE, "未按要求应答。", by=owner),
    )
    assert len(refusals(ended)) == 1
    bid, count = await Bid.get(id=best.id), await Award.filter(job=job).count()
    assert (bid.status, count) in ((BidStatus.AWARDED, 1), (BidStatus.DISQUALIFIED, 0))


async def test_a_signature_against_the_end_of_the_award() -> None:
    deal = await make_contract()
    await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.supplier)
    award = await Award.get(id=deal.contract.award_id)
    await Job.filter(id=award.job_id).update(procedure="open")
    ended = await together(
        contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer),
        awards.cancel_award(award, "预算被取消，无法继续。", by=deal.buyer),
    )
    assert len(refusals(ended)) == 1
    award = await Award.get(id=award.id)
    orders = await Order.filter(contract_id=deal.contract.id).count()
    assert (award.status, orders) in ((AwardStatus.ACTIVE, 1), (AwardStatus.CANCELLED, 0))


async def sign(deal: Deal, *sides: Actor, verb: Any = contracts.sign_contract) -> list[Any]:
    digest = deal.contract.digest
    return await together(*(verb(deal.contract, digest=digest, by=side) for side in sides))


async def test_one_side_signs_twice_at_once() -> None:
    deal = await make_contract()
    ended = await sign(deal, deal.buyer, deal.buyer)
    assert refusals(ended) == [signatures.AlreadySigned]
    assert await Signature.filter(contract=deal.contract).count() == 1
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.PENDING


async def test_both_sides_sign_at_once() -> None:
    deal = await make_contract()
    assert refusals(await sign(deal, deal.buyer, deal.supplier)) == []
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.ACTIVE
    assert await Order.filter(contract=deal.contract).count() == 1
    assert await LogEntry.filter(subject_id=deal.contract.id, action="status:active").count() == 1


async def test_without_the_lock_the_contract_comes_in_force_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deal = await make_contract()
    without_lock(monkeypatch, contracts, "lock", "lock_id")
    meeting = asyncio.Barrier(2)
    exists = Signature.exists

    async def meet(*args: Any, **values: Any) -> bool:
        found = await exists(*args, **values)
        await meeting.wait()
        return found

    create = Signature.create

    async def create_both(*args: Any, **values: Any) -> Any:
        row = await create(*args, **values)
        await meeting.wait()
        return row

    monkeypatch.setattr(Signature, "exists", meet)
    monkeypatch.setattr(Signature, "create", create_both)
    await sign(deal, deal.buyer, deal.supplier, verb=bare(contracts.sign_contract))
    active = LogEntry.filter(subject_id=deal.contract.id, action="status:active")
    assert await active.count() == 2


async def drawn_batch() -> tuple[Deal, DeliveryBatch]:
    deal = await make_order()
    batch = await deliver(deal)
    await inspections.draw_sample(batch, by=deal.buyer)
    return deal, batch


async def acceptances(batch: DeliveryBatch) -> int:
    return await LogEntry.filter(subject_id=batch.id, action="status:accepted").count()


async def test_two_acceptances_at_once() -> None:
    deal, batch = await drawn_batch()
    ended = await together(
        *(inspections.record_inspection(batch, [], by=deal.buyer) for _ in range(2))
    )
    assert len(refusals(ended)) == 1
    assert issubclass(refusals(ended)[0], Conflict)
    assert await acceptances(batch) == 1
    order = await Order.get(id=batch.order_id)
    assert (order.status, order.accepted_quantity) == (OrderStatus.COMPLETED, order.quantity)
    assert (await DeliveryBatch.get(id=batch.id)).status == BatchStatus.ACCEPTED


async def test_without_the_lock_a_batch_is_accepted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    deal, batch = await drawn_batch()
    without_lock(monkeypatch, inspections, "lock", "lock_id")
    verb = bare(inspections.record_inspection)
    await together(*(verb(batch, [], by=deal.buyer) for _ in range(2)))
    assert await acceptances(batch) == 2


async def pay(
    deal: Deal, *methods: PaymentMethod, verb: Any = payments.intend_payment
) -> list[Any]:
    return await together(
        *(verb(deal.order, position=1, method=method, by=deal.buyer) for method in methods)
    )


async def test_two_payments_of_a_stage_at_once_are_one() -> None:
    deal = await unpaid_order()
    first, second = await pay(deal, PaymentMethod.ONLINE, PaymentMethod.ONLINE)
    assert first.id == second.id
    assert await Payment.filter(order=deal.order).count() == 1


async def test_a_stage_is_paid_by_one_rail() -> None:
    deal = await unpaid_order()
    ended = await pay(deal, PaymentMethod.ONLINE, PaymentMethod.BANK_TRANSFER)
    assert refusals(ended) == [payments.StageBeingPaid]
    assert await Payment.filter(order=deal.order).count() == 1


async def test_without_the_lock_only_the_unique_stage_stops_a_second_payment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deal = await unpaid_order()
    meeting = asyncio.Barrier(2)
    stage_at = payments.stage_at

    async def read_both(*args: Any) -> Any:
        stage = await stage_at(*args)
        await meeting.wait()
        return stage

    monkeypatch.setattr(payments, "stage_at", read_both)
    monkeypatch.setattr(payments, "lock", lambda row: type(row).get(id=row.id))
    methods = (PaymentMethod.ONLINE, PaymentMethod.ONLINE)
    ended = await pay(deal, *methods, verb=bare(payments.intend_payment))
    assert refusals(ended) == [IntegrityError]


async def test_nothing_of_this_broke_the_audit_chain() -> None:
    with clock.shifted_by(dt.timedelta(minutes=1)):
        while await audit.seal_epoch():
            continue
    assert await audit.verify() == []
