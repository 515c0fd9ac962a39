"""Opening the processor's payment page: the one outside call a page waits for, between two short verbs."""

from billing import payments, stripe_gateway
from billing.models import Payment
from billing.states import PaymentStatus
from market.kit.i18n import gettext as _
from market.orders.models import Order


async def open_checkout(payment: Payment, *, return_url: str) -> str:
    """The address of the payment page of an intent; asked again, or after a lost answer, the same page.

    The page sends the buyer back to `return_url` (the payment's own page, absolute).

    Raises GatewayUnreachable, GatewayRefused: the intent stays and may be tried again;
    StageNotPayable when it was given up meanwhile.
    """
    if payment.checkout_url:
        return payment.checkout_url
    order = await Order.get(id=payment.order_id)
    session_id, url = await stripe_gateway.create_checkout(
        payment,
        description=f"{order.number} {payment.number}",  # the same on every try: it is keyed
        return_url=return_url,
    )
    payment = await payments.note_session(payment, session_id=session_id, url=url)
    if payment.status == PaymentStatus.CANCELLED:
        raise payments.StageNotPayable(_("This payment was cancelled while its page was opening"))
    return url
