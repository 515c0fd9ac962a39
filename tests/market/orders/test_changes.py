"""Changes of a contract in force: what they do to the order, to the fen, and what stays as it was."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.twin import twin
from billing.verification import verify_ledger
from market.kit import clock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from market.orders import changes, stages
from market.orders.change_models import ContractChange, ContractVersion
from market.orders.changes import ChangeNotOpen, ChangePending, ContractNotInForce
from market.orders.contract_forms import ChangeInput
from market.orders.models import Contract, Milestone, Order, OrderLine, Signature
from market.orders.revisions import revised_lines, work_quantity
from market.orders.signatures import AlreadySigned, DigestMismatch
from market.orders.states import ChangeStatus, OrderStatus
from market.orders.terms import digest_of
from market.orders.versions import TermsMoved
from tests.factories.accounts import actor
from tests.factories.billing import drained, pay_stage, reloaded, unpaid_order
from tests.factories.orders import Deal, deliver, inspect, make_contract, make_order

pytestmark = pytest.mark.usefixtures("rollback")
EXTRA = {"spend_category": "compute_rental", "description": "院内算力部署", "amount_fen": 1_000_001}


def wanted(**values: Any) -> ChangeInput:
    return ChangeInput.model_validate(
        {"rationale": "volume_changed", "explanation": "新增一个院区的影像", **values}
    )


async def propose(deal: Deal, **values: Any) -> ContractChange:
    return await changes.propose_change(deal.contract, wanted(**values), by=deal.buyer)


async def sign_both(deal: Deal, change: ContractChange) -> ContractChange:
    for side in (deal.buyer, deal.supplier):
        signed = await changes.sign_change(change, digest=change.digest, by=side)
    return signed


async def amounts(order: Order) -> list[int]:
    return [row.amount_fen for row in await Milestone.filter(order=order).order_by("position")]


async def test_both_signatures_bring_the_next_version_in_force() -> None:
    deal = await make_order(extra_lines=[EXTRA], funded=False)
    change = await propose(deal, quantity="3600", delivery_deadline="2027-06-30")
    assert (change.version, change.status) == (2, ChangeStatus.PENDING)
    before = await Contract.get(id=deal.contract.id)
    await changes.sign_change(change, digest=change.digest, by=deal.supplier)
    assert (await Contract.get(id=deal.contract.id)).digest == before.digest
    await changes.sign_change(change, digest=change.digest, by=deal.buyer)
    contract = await Contract.get(id=deal.contract.id)
    assert (contract.version, contract.digest) == (2, change.digest)
    assert digest_of(contract.terms) == change.digest
    assert contract.total_fen == 3600 * 8000 + 1_000_001
    order = await Order.get(contract_id=contract.id)
    assert (order.quantity, order.total_fen) == (Decimal(3600), 29_800_001)
    assert order.due_at == clock.end_of_day(dt.date(2027, 6, 30))
    assert await amounts(order) == [8_940_000, 17_880_001, 2_980_000]
    assert "第2版" in contract.terms["clauses"][-1]["paragraphs"][0]
    versions = await ContractVersion.filter(contract=contract).order_by("number")
    assert [row.number for row in versions] == [1, 2]
    assert versions[0].in_force_until == versions[1].in_force_from
    assert (versions[0].digest, versions[1].in_force_until) == (before.digest, None)
    assert await Signature.filter(contract=contract).count() == 4


async def test_a_paid_stage_keeps_its_fen_and_the_ledger_follows() -> None:
    twin().take_deliveries()
    deal = await unpaid_order()
    await pay_stage(deal, twin())
    paid, *_open = await amounts(deal.order)
    assert paid == 7_200_000
    await sign_both(deal, await propose(deal, quantity="3001"))
    order = (await reloaded(deal)).order
    assert order is not None
    assert order.total_fen == 24_008_000
    assert await amounts(order) == [7_200_000, 14_406_857, 2_401_143]
    assert sum(await amounts(order)) == order.total_fen
    terms = (await Contract.get(id=deal.contract.id)).terms
    assert "预付款：72,000.00元，已支付或正在支付，不作调整。" in str(terms["clauses"])
    await drained()
    assert await verify_ledger() == []


async def test_a_new_price_holds_for_what_is_not_delivered() -> None:
    deal = await make_order()
    await deliver(deal, quantity="1000")
    await sign_both(deal, await propose(deal, rationale="price_changed", unit_price="70"))
    order = await Order.get(id=deal.order.id) if deal.order else None
    assert order is not None
    assert (order.quantity, order.total_fen) == (Decimal(3000), 100_000 * 80 + 200_000 * 70)
    lines = await OrderLine.filter(order=order).order_by("position")
    assert [(line.position, line.quantity, line.unit_price) for line in lines] == [
        (1, Decimal(1000), Decimal(80)),
        (2, Decimal(2000), Decimal(70)),
    ]
    assert sum(line.amount_fen for line in lines) == order.total_fen


async def test_reducing_to_what_is_accepted_completes_the_order() -> None:
    deal = await make_order()
    await inspect(deal, await deliver(deal, quantity="1000"))
    await sign_both(deal, await propose(deal, quantity="1000"))
    order = await Order.get(contract_id=deal.contract.id)
    assert (order.status, order.total_fen) == (OrderStatus.COMPLETED, 8_000_000)


async def test_less_than_was_delivered_is_refused() -> None:
    deal = await make_order()
    await deliver(deal, quantity="1000")
    with pytest.raises(InvalidInput) as caught:
        await propose(deal, quantity="999")
    assert list(caught.value.fields) == ["quantity"]
    assert await ContractChange.all().count() == 0


async def test_what_moved_on_since_the_proposal_is_not_signed() -> None:
    deal = await make_order()
    change = await propose(deal, rationale="price_changed", unit_price="70")
    await changes.sign_change(change, digest=change.digest, by=deal.buyer)
    await deliver(deal, quantity="1000")
    with pytest.raises(TermsMoved):
        await changes.sign_change(change, digest=change.digest, by=deal.supplier)
    assert (await Contract.get(id=deal.contract.id)).version == 1
    assert await Signature.filter(digest=change.digest).count() == 1


async def test_one_change_at_a_time_and_a_refused_one_frees_the_way() -> None:
    deal = await make_order()
    first = await propose(deal, quantity="3600")
    with pytest.raises(ChangePending):
        await propose(deal, quantity="3700")
    await changes.refuse_change(first, reason="产能不足", by=deal.supplier)
    refused = await ContractChange.get(id=first.id)
    assert (refused.status, refused.closing_reason) == (ChangeStatus.CANCELLED, "产能不足")
    with pytest.raises(ChangeNotOpen):
        await changes.sign_change(first, digest=first.digest, by=deal.buyer)
    with pytest.raises(ChangeNotOpen):
        await changes.refuse_change(first, reason="再次拒绝", by=deal.buyer)
    assert (await propose(deal, quantity="3700")).version == 2
    assert (await Order.get(contract_id=deal.contract.id)).quantity == Decimal(3000)


async def test_only_what_was_read_and_only_once() -> None:
    deal = await make_order()
    change = await propose(deal, quantity="3600")
    with pytest.raises(DigestMismatch):
        await changes.sign_change(change, digest="0" * 64, by=deal.buyer)
    await changes.sign_change(change, digest=change.digest, by=deal.buyer)
    with pytest.raises(AlreadySigned):
        await changes.sign_change(change, digest=change.digest, by=deal.buyer)
    assert await Signature.filter(digest=change.digest).count() == 1


@pytest.mark.parametrize("role", ["finance", "quality", "viewer"])
async def test_who_may_not_propose_and_that_only_owners_sign(role: str) -> None:
    deal = await make_order()
    member = await actor(await deal.contract.buyer, role)
    with pytest.raises(NotPermitted):
        await changes.propose_change(deal.contract, wanted(quantity="3600"), by=member)
    assert await ContractChange.all().count() == 0
    change = await propose(deal, quantity="3600")
    with pytest.raises(NotPermitted):
        await changes.sign_change(change, digest=change.digest, by=member)
    with pytest.raises(NotPermitted):
        await changes.refuse_change(change, reason="不同意", by=member)
    assert (await ContractChange.get(id=change.id)).status == ChangeStatus.PENDING


async def test_a_contract_not_in_force_is_not_changed() -> None:
    deal = await make_contract()
    with pytest.raises(ContractNotInForce):
        await propose(deal, quantity="3600")
    assert not await OutboxMessage.filter(topic="contract.change_proposed").exists()


@pytest.mark.parametrize("values", [{}, {"guideline": "v2"}, {"quantity": "0"}])
def test_a_change_of_nothing_is_no_change(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        wanted(**values)


LINE = {
    "position": 1, "description": "分割", "spend_category": "labelling", "quantity": "3000",
    "unit": "例", "unit_price": "80.0000", "amount_fen": 24_000_000, "is_work": True,
}  # fmt: skip
LUMP = {**LINE, "position": 2, "quantity": "1", "amount_fen": 100, "is_work": False}
UNITS = st.decimals("0.01", 10_000, places=2)


@given(
    delivered=st.decimals(0, 3000, places=2),
    quantity=st.none() | UNITS,
    price=st.none() | st.decimals("0.0001", 500, places=4),
    rework=st.none() | UNITS,
)
def test_lines_hold_the_quantity_asked_for_and_never_move(
    delivered: Decimal, quantity: Decimal | None, price: Decimal | None, rework: Decimal | None
) -> None:
    if quantity is None and price is None and rework is None:
        return
    content = wanted(quantity=quantity, unit_price=price, rework_quantity=rework)
    if quantity is not None and quantity < delivered:
        with pytest.raises(InvalidInput):
            revised_lines([LINE, LUMP], content, delivered=delivered)
        return
    lines = revised_lines([LINE, LUMP], content, delivered=delivered)
    assert work_quantity(lines) == (quantity or Decimal(3000)) + (rework or 0)
    assert [line["position"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[1] == LUMP
    if delivered:
        assert (lines[0]["unit_price"], Decimal(lines[0]["quantity"]) >= delivered) == (
            "80.0000",
            True,
        )


@given(
    shares=st.lists(st.integers(1, 9_999), min_size=1, max_size=6),
    paid=st.sets(st.integers(1, 6)),
    total=st.integers(1, 10**12),
    off=st.dictionaries(st.integers(1, 6), st.integers(0, 100), max_size=3),
)
def test_what_is_not_paid_is_shared_to_the_fen(
    shares: list[int], paid: set[int], total: int, off: dict[int, int]
) -> None:
    off = {place: fen for place, fen in off.items() if place <= len(shares)}
    stand = stages.Standing(paid, off)
    old = [
        {"position": place, "kind": "progress", "share_bp": share, "amount_fen": share * 100}
        for place, share in enumerate(shares, 1)
    ]
    fixed = sum(stand.net_of(row) for row in old if row["position"] in paid)
    total += sum(off.values())
    if fixed > total - sum(off.values()):
        with pytest.raises(InvalidInput):
            stages.revised(old, total, stand)
        ended = stages.revised(old, total, replace(stand, is_ending=True))
        assert sum(row["amount_fen"] for row in ended) == total
        for before, after in zip(old, ended, strict=True):
            net = stand.net_of(after)
            assert 0 <= net <= (stand.net_of(before) if before["position"] in paid else 0)
        return
    new = stages.revised(old, total, stand)
    assert sum(row["amount_fen"] for row in new) == total
    assert all(stand.net_of(row) >= 0 for row in new)
    for before, after in zip(old, new, strict=False):
        if before["position"] in paid:
            assert after == {**before, "is_paid": True}
