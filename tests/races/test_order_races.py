"""Two signatures, or a verdict and the end of its window, at once: one outcome; without the lock, two."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from market.kit import clock
from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.errors import Conflict
from market.kit.outbox import OutboxMessage
from market.orders import changes, contracts, inspections, signatures
from market.orders.change_models import ContractChange, ContractVersion
from market.orders.contract_forms import ChangeInput
from market.orders.models import Contract, DeliveryBatch, Order, Signature
from market.orders.states import BatchStatus, ChangeStatus, ContractStatus, OrderStatus
from market.tendering import awards
from market.tendering.models import Award
from tests.factories.orders import Deal, deliver, make_contract, make_order
from tests.races.test_market_races import bare, refusals, together, without_lock

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("committed")]
LATER = dt.timedelta(days=40)


async def proposed() -> tuple[Deal, ContractChange]:
    deal = await make_order()
    content = ChangeInput(rationale="volume_changed", explanation="增加数量", quantity="3600")
    return deal, await changes.propose_change(deal.contract, content, by=deal.buyer)


async def sign(change: ContractChange, *sides: Any, verb: Any = changes.sign_change) -> list[Any]:
    return await together(*(verb(change, digest=change.digest, by=side) for side in sides))


async def test_two_signers_of_one_side_at_once_are_one_signature() -> None:
    deal, change = await proposed()
    outcomes = await sign(change, deal.buyer, deal.buyer)
    assert refusals(outcomes) == [signatures.AlreadySigned]
    assert await Signature.filter(digest=change.digest).count() == 1
    assert (await ContractChange.get(id=change.id)).status == ChangeStatus.PENDING


async def test_both_sides_sign_a_change_at_once_and_it_is_applied_once() -> None:
    deal, change = await proposed()
    assert refusals(await sign(change, deal.buyer, deal.supplier)) == []
    assert await ContractVersion.filter(contract=deal.contract).count() == 2
    order = await Order.get(contract=deal.contract)
    assert (order.quantity, order.total_fen) == (3600, 28_800_000)
    changed = await OutboxMessage.filter(topic="contract.changed")
    assert [row.payload["change"] for row in changed].count(str(change.id)) == 1


async def test_without_the_lock_a_change_is_applied_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    deal, change = await proposed()
    signed, applied = asyncio.Barrier(2), asyncio.Barrier(2)
    are_both_signed = changes.are_both_signed

    async def read(row: Any) -> Any:
        return await type(row).get(id=row.id)

    async def in_force(contract: Contract) -> tuple[Contract, Order]:
        order = await Order.get(contract_id=contract.id)
        return await Contract.get(id=contract.id), order

    async def both(*args: Any) -> bool:
        await signed.wait()
        return await are_both_signed(*args)

    async def apply(row: ContractChange, *args: Any, by: Any) -> None:
        await applied.wait()
        await row.move_to(ChangeStatus.ACTIVE, by=by)

    for name, stand_in in (
        ("lock", read), ("locked_in_force", in_force), ("are_both_signed", both), ("_apply", apply),
    ):  # fmt: skip
        monkeypatch.setattr(changes, name, stand_in)
    await sign(change, deal.buyer, deal.supplier, verb=bare(changes.sign_change))
    active = LogEntry.filter(subject_id=change.id, action="status:active")
    assert await active.count() == 2


async def test_a_signature_against_the_suspension_of_its_award() -> None:
    deal = await make_contract()
    await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.supplier)
    award = await Award.get(id=deal.contract.award_id)
    outcomes = await together(
        contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer),
        awards.suspend(award, by=Actor.system("complaints"), reason="收到投诉，暂停签署。"),
    )
    contract, award = await Contract.get(id=deal.contract.id), await Award.get(id=award.id)
    if refusals(outcomes):
        assert len(refusals(outcomes)) == 1
    is_signed = contract.status == ContractStatus.ACTIVE
    assert is_signed or award.suspended_at is not None
    assert await Order.filter(contract=contract).count() == int(is_signed)
    if not is_signed:
        with pytest.raises(contracts.AwardNotInForce):
            await contracts.sign_contract(contract, digest=contract.digest, by=deal.buyer)


async def overdue() -> tuple[Deal, DeliveryBatch]:
    deal = await make_order()
    batch = await deliver(deal)
    await inspections.draw_sample(batch, by=deal.buyer)
    return deal, batch


async def decided(batch: DeliveryBatch) -> int:
    verdicts = LogEntry.filter(
        subject_id=batch.id, action__in=["status:accepted", "status:rejected"]
    )
    return await verdicts.count()


async def test_an_acceptance_against_the_end_of_its_window() -> None:
    deal, batch = await overdue()
    with clock.shifted_by(LATER):
        outcomes = await together(
            inspections.record_inspection(batch, [], by=deal.buyer),
            inspections._accept_by_silence(batch),
        )
    assert await decided(batch) == 1
    batch = await DeliveryBatch.get(id=batch.id)
    assert batch.status == BatchStatus.ACCEPTED
    assert batch.is_accepted_by_silence == (len(refusals(outcomes)) == 1)
    assert all(issubclass(kind, Conflict) for kind in refusals(outcomes))
    order = await Order.get(id=batch.order_id)
    assert (order.status, order.accepted_quantity) == (OrderStatus.COMPLETED, order.quantity)
    messages = await OutboxMessage.filter(topic="batch.accepted")
    assert [row.payload["batch"] for row in messages].count(str(batch.id)) == 1


async def test_without_the_lock_both_accept(monkeypatch: pytest.MonkeyPatch) -> None:
    deal, batch = await overdue()
    without_lock(monkeypatch, inspections, "lock", "lock_id")
    with clock.shifted_by(LATER):
        await together(
            bare(inspections.record_inspection)(batch, [], by=deal.buyer),
            bare(inspections._accept_by_silence)(batch),
        )
    assert await decided(batch) == 2
