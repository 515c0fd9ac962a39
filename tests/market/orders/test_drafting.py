"""The buyer's draft: payment stages that add up, progress payments, floors, isolation, training."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from market.orders import changes, contracts, curves, drafting, inspections, orders
from market.orders.contract_forms import ChangeInput, DraftInput, IsolationInput
from market.orders.contract_views import isolation_periods
from market.orders.contracts import ContractNotOpen, DraftFixed
from market.orders.floors import averages_of
from market.orders.forms import Finding, Measurement
from market.orders.models import Contract, Milestone, Order
from market.orders.states import BatchStatus
from tests.factories.accounts import actor
from tests.factories.orders import Deal, deliver, make_contract, make_order

pytestmark = pytest.mark.usefixtures("rollback")
PROGRESS = {"advance_percent": "20", "progress_percent": "30", "acceptance_percent": "40"}


async def settled(**values: Any) -> Deal:
    """A contract in force whose draft the buyer settled first, funded."""
    deal = await make_contract()
    draft = DraftInput.model_validate(values)
    contract = await contracts.settle_draft(deal.contract, draft, by=deal.buyer)
    for side in (deal.buyer, deal.supplier):
        contract = await contracts.sign_contract(contract, digest=contract.digest, by=side)
    order = await Order.get(contract_id=contract.id)
    order = await orders.mark_funded(order, by=Actor.system("billing"))
    return replace(deal, contract=contract, order=order)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"advance_percent": "31"}, "101"),
        ({"advance_percent": "90", "acceptance_percent": "0"}, "验收款"),
        ({"batch_floor": "0.8"}, "金标准集"),
        ({"acceptance_days": "61"}, "60"),
    ],
)
def test_a_draft_that_cannot_stand(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        DraftInput.model_validate(values)


async def test_settling_rewrites_the_text_before_the_first_signature_only() -> None:
    deal = await make_contract()
    before = deal.contract.digest
    draft = DraftInput.model_validate(PROGRESS | {"rework_limit": 1, "inspection_days": 5})
    contract = await contracts.settle_draft(deal.contract, draft, by=deal.buyer)
    assert contract.digest != before
    assert [stage["amount_fen"] for stage in contract.terms["payment"]] == [
        4_800_000, 7_200_000, 9_600_000, 2_400_000,
    ]  # fmt: skip
    text = str(contract.terms["clauses"])
    assert "自验收合格数量达到合同数量的50%之日起10个工作日内" in text
    assert "每批返工不超过1次" in text
    assert await OutboxMessage.filter(topic="contract.drafted").count() == 2
    assert drafting.draft_of(contract.terms).model_copy(update={"isolation": None}) == draft
    await contracts.sign_contract(contract, digest=contract.digest, by=deal.supplier)
    with pytest.raises(DraftFixed):
        await contracts.settle_draft(contract, DraftInput(), by=deal.buyer)
    await contracts.sign_contract(contract, digest=contract.digest, by=deal.buyer)
    with pytest.raises(ContractNotOpen):
        await contracts.settle_draft(contract, DraftInput(), by=deal.buyer)


async def test_the_draft_is_the_buyers_to_settle() -> None:
    deal = await make_contract()
    for by in (deal.supplier, await actor(await deal.contract.buyer, "viewer")):
        with pytest.raises(NotPermitted):
            await contracts.settle_draft(deal.contract, DraftInput(), by=by)
    assert (await Contract.get(id=deal.contract.id)).digest == deal.contract.digest


async def test_a_progress_stage_is_reached_at_its_share_of_the_volume() -> None:
    deal = await settled(**PROGRESS)
    for quantity, is_reached in (("1499", False), ("1", True)):
        batch = await deliver(deal, quantity=quantity)
        await inspections.draw_sample(batch, by=deal.buyer)
        await inspections.record_inspection(batch, [], by=deal.buyer)
        stage = await Milestone.get(order=deal.order, kind="progress")
        assert (stage.reached_at is not None) is is_reached
    days = clock.add_working_days(clock.today(), 10)
    assert stage.due_at == clock.end_of_day(days)
    acceptance = await Milestone.get(order=deal.order, kind="acceptance")
    assert acceptance.reached_at is None
    assert await OutboxMessage.filter(topic="milestone.reached").count() == 1


FLOOR = {"batch_floor": "0.85", "gold_set": "金标准A（200例）"}


def dice(value: str) -> list[Measurement]:
    return [Measurement(metric="dice", value=Decimal(value))]


async def test_a_batch_below_its_floor_is_refused_however_clean_its_sample() -> None:
    deal = await settled(**FLOOR)
    for value, status in (("0.8499", BatchStatus.REJECTED), ("0.85", BatchStatus.ACCEPTED)):
        batch = await deliver(deal, quantity="1000")
        await inspections.draw_sample(batch, by=deal.buyer)
        with pytest.raises(InvalidInput):
            await inspections.record_inspection(batch, [], by=deal.buyer)
        decided = await inspections.record_inspection(batch, [], dice(value), by=deal.buyer)
        assert decided.status == status
    batch = await deliver(deal, quantity="500")
    await inspections.draw_sample(batch, by=deal.buyer)
    await inspections.record_inspection(batch, [], dice("0.97"), by=deal.buyer)
    assert deal.order is not None
    (row,) = await averages_of(deal.order)
    assert (row["value"], row["floor"], row["average"]) == ("0.9", "0.85", Decimal("0.8900"))


async def test_one_critical_item_refuses_a_batch() -> None:
    deal = await make_order()
    batch = await deliver(deal)
    sample = await inspections.draw_sample(batch, by=deal.buyer)
    finding = Finding(item=sample.items[0], defect="identifier", gravity="critical")
    assert sample.acceptance_number >= 1
    decided = await inspections.record_inspection(batch, [finding], by=deal.buyer)
    assert decided.status == BatchStatus.REJECTED


async def test_isolation_changes_when_the_client_has_signed() -> None:
    deal = await make_order()
    rules = IsolationInput(place="远程", network="dedicated", access=["工位01", "工位02"])
    content = ChangeInput(
        rationale="isolation_changed", explanation="改为专网作业", isolation=rules
    )
    change = await changes.propose_change(deal.contract, content, by=deal.supplier)
    await changes.sign_change(change, digest=change.digest, by=deal.supplier)
    contract = await Contract.get(id=deal.contract.id)
    assert contract.terms["isolation"]["place"] == "院内驻场"
    await changes.sign_change(change, digest=change.digest, by=deal.buyer)
    now, before = await isolation_periods(contract)
    assert (now.rules["network"], now.in_force_until, now.versions) == ("dedicated", None, "v2")
    assert (before.rules["place"], before.versions) == ("院内驻场", "v1")
    assert before.in_force_until == now.in_force_from
    assert now.change is not None
    assert now.change.number == change.number


async def test_the_curve_shows_both_risks() -> None:
    deal = await make_contract(aql=Decimal("1"))
    curve = curves.curve_of(deal.contract.terms)
    assert curve is not None
    assert (curve.lot, curve.plan.n, curve.plan.ac) == (3000, 125, 3)
    assert curve.points[0] == ("0.00%", 10_000)
    assert curve.producer_bp == 374  # 1 - Pa(1 %) of n 125, Ac 3, binomial
    assert curve.limiting_bp == 527  # the consumer's risk quality of K at 1.0: 5.27 %
    whole = await make_contract(sampling_level="全检")
    assert curves.curve_of(whole.contract.terms) is None
