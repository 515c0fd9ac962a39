"""Mail about changes of a contract, its end, due stages and new guidelines."""

from decimal import Decimal

from market.kit.actor import Actor
from market.orders import changes, contracts, guidelines, inspections, orders, terminations
from market.orders.contract_forms import ChangeInput, DraftInput, NoticeInput
from market.orders.models import Order
from market.orders.work_forms import GuidelineInput
from tests.factories.mail import address_of, deliver_mail
from tests.factories.orders import Deal, deliver, make_contract, make_order


async def mailed() -> set[tuple[str, str]]:
    return {(mail.recipient, mail.subject) for mail in await deliver_mail()}


async def test_a_change_is_told_to_whose_turn_it_is(rollback: None) -> None:
    deal = await make_order()
    await deliver_mail()
    buyer, supplier = await address_of(deal.buyer), await address_of(deal.supplier)
    contract = deal.contract.number
    content = ChangeInput(rationale="volume_changed", explanation="增加", quantity=Decimal(3600))
    change = await changes.propose_change(deal.contract, content, by=deal.buyer)
    asked = f"合同{contract}的变更单待您签署"
    assert await mailed() == {(buyer, asked), (supplier, asked)}
    await changes.sign_change(change, digest=change.digest, by=deal.buyer)
    assert await mailed() == {(supplier, f"对方已签署变更单{change.number}")}
    await changes.sign_change(change, digest=change.digest, by=deal.supplier)
    told = f"合同{contract}新版本已生效"
    assert await mailed() == {(buyer, told), (supplier, told)}


async def test_refusal_and_notice_are_told_to_both(rollback: None) -> None:
    deal = await make_order()
    await deliver_mail()
    buyer, supplier = await address_of(deal.buyer), await address_of(deal.supplier)
    notice = NoticeInput(reason="force_majeure", explanation="台风致作业场所停用")
    change = await terminations.give_notice(deal.contract, notice, by=deal.supplier)
    told = f"合同{deal.contract.number}收到解除通知"
    assert await mailed() == {(buyer, told), (supplier, told)}
    await changes.refuse_change(change, reason="场所已恢复", by=deal.supplier)
    told = f"变更单{change.number}已被拒绝"
    assert await mailed() == {(buyer, told), (supplier, told)}


async def test_a_guideline_goes_to_the_supplier(rollback: None) -> None:
    deal = await make_order()
    assert deal.order is not None
    await deliver_mail()
    content = GuidelineInput(label="v1.1", changes="边缘毛刺须完整勾画")
    await guidelines.publish_guideline(deal.order, content, by=deal.buyer)
    subject = f"订单{deal.order.number}的标注任务说明v1.1已发布"
    assert await mailed() == {(await address_of(deal.supplier), subject)}


async def progressing() -> Deal:
    """A contract in force with a progress stage at half of the volume, its order funded."""
    deal = await make_contract()
    shares = {"advance_percent": "20", "progress_percent": "40", "acceptance_percent": "30"}
    draft = DraftInput.model_validate(shares)
    contract = await contracts.settle_draft(deal.contract, draft, by=deal.buyer)
    for side in (deal.buyer, deal.supplier):
        contract = await contracts.sign_contract(contract, digest=contract.digest, by=side)
    order = await Order.get(contract_id=contract.id)
    order = await orders.mark_funded(order, by=Actor.system("billing"))
    return Deal(contract, deal.buyer, deal.supplier, order)


async def test_a_stage_that_falls_due_is_told_to_the_buyer(rollback: None) -> None:
    deal = await progressing()
    assert deal.order is not None
    batch = await deliver(deal, quantity="1500")
    await inspections.draw_sample(batch, by=deal.buyer)
    await deliver_mail()
    await inspections.record_inspection(batch, [], by=deal.buyer)
    due = (await address_of(deal.buyer), f"订单{deal.order.number}有付款节点到期")
    assert due in await mailed()
