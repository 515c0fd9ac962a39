"""Mail about money goes to the finance people of the party it concerns."""

from billing.models import Payout, Settlement
from billing.twin import Twin
from market.accounts.models import Organisation
from market.kit.mail import SentMail
from tests.factories import make_membership
from tests.factories.billing import drained, pay_stage, reloaded, unpaid_order
from tests.factories.mail import address_of
from tests.factories.orders import deliver, inspect


async def test_payment_settlement_and_payout(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    buyer, supplier = await address_of(deal.buyer), await address_of(deal.supplier)
    firm = await Organisation.get(id=deal.order.supplier_id)
    await make_membership(firm, role="sales")

    payment = await pay_stage(deal, processor)
    await drained()
    receipts = await SentMail.filter(subject=f"付款 {payment.number} 已到账").order_by("id")
    assert [mail.recipient for mail in receipts] == [buyer, supplier]
    assert "您的付款已到账" in receipts[0].text
    assert "需求方已付款" in receipts[1].text
    assert all("¥72,000.00" in mail.text for mail in receipts)

    deal = await reloaded(deal)
    await inspect(deal, await deliver(deal))
    await drained()
    settlement, payout = await Settlement.get(), await Payout.get()
    (settled,) = await SentMail.filter(subject=f"结算单 {settlement.number}")
    (paid,) = await SentMail.filter(subject=f"出款 {payout.number} 已支付")
    assert (settled.recipient, paid.recipient) == (supplier, supplier)
    assert "¥720.00" in settled.text
    assert "¥71,280.00" in paid.text
