"""Mail about contracts, orders and deliveries goes to the party whose turn it is."""

from market.accounts.states import Role
from market.orders import contracts, reviews
from market.orders.forms import ReviewInput
from market.orders.models import Order
from tests.factories import make_membership
from tests.factories.mail import address_of, deliver_mail
from tests.factories.orders import (
    deliver,
    inspect,
    make_completed_order,
    make_contract,
    make_order,
)


async def test_signing(rollback: None) -> None:
    deal = await make_contract()
    buyer, supplier = await address_of(deal.buyer), await address_of(deal.supplier)
    number = deal.contract.number

    drafted = [mail for mail in await deliver_mail() if number in mail.subject]
    assert {mail.recipient for mail in drafted} == {buyer, supplier}

    await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    signed = await deliver_mail()
    assert [(mail.recipient, mail.subject) for mail in signed] == [
        (supplier, f"对方已签署合同 {number}")
    ]

    await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.supplier)
    mails = {(mail.recipient, mail.subject) for mail in await deliver_mail()}
    order = await Order.get(contract_id=deal.contract.id)
    assert mails == {
        (buyer, f"合同 {number} 已生效"),
        (supplier, f"合同 {number} 已生效"),
        (buyer, f"请支付订单 {order.number} 首期款"),
    }


async def test_delivery_and_verdict(rollback: None) -> None:
    deal = await make_order()
    await deliver_mail()
    inspector = await make_membership(await deal.contract.buyer, role=Role.QUALITY)
    await make_membership(await deal.contract.buyer, role=Role.VIEWER)

    batch = await deliver(deal)
    await inspector.fetch_related("person")
    mails = await deliver_mail()
    assert {mail.recipient for mail in mails} == {
        await address_of(deal.buyer),
        inspector.person.email,
    }
    assert {mail.subject for mail in mails} == {f"交付 {batch.number} 待验收"}

    await inspect(deal, batch, nonconforming=200)
    (verdict,) = await deliver_mail()
    assert verdict.recipient == await address_of(deal.supplier)
    assert verdict.subject == f"交付 {batch.number} 未通过验收"


async def test_completion_and_review(rollback: None) -> None:
    deal = await make_completed_order()
    assert deal.order is not None
    subjects = [mail.subject for mail in await deliver_mail()]
    assert subjects.count(f"订单 {deal.order.number} 已完成") == 2

    review = ReviewInput(rating=5, text="按时交付")
    await reviews.write_review(deal.order, review, by=deal.buyer)
    assert await deliver_mail() == []
    await reviews.write_review(deal.order, ReviewInput(rating=4), by=deal.supplier)
    mails = {mail.recipient: mail.text for mail in await deliver_mail()}
    assert "按时交付" in mails[await address_of(deal.supplier)]
    assert "按时交付" not in mails[await address_of(deal.buyer)]
