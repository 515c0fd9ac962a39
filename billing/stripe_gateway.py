"""The payment processor through its SDK: the only module that knows Stripe, and the same code for its twin."""

import datetime as dt
import json
from collections.abc import Awaitable, Mapping
from functools import cache
from typing import Any, TypeVar

import httpx
import stripe
from starlette.types import ASGIApp

from billing.bank_models import LateReturn
from billing.models import Payment, Payout, Refund
from billing.payments import CheckoutState
from billing.states import PaymentStatus, RefundStatus
from billing.twin import API_KEY, local_webhook_secret, twin
from market.accounts.models import Organisation
from market.kit import clock, db
from market.kit.errors import AppError
from market.kit.i18n import gettext as _
from market.settings import settings

TOLERANCE = dt.timedelta(minutes=5)
CHECKOUT_LIFETIME = dt.timedelta(hours=23)
T = TypeVar("T")


class GatewayUnreachable(AppError):
    """No answer came; the same call with the same key may be repeated."""

    status_code = 503
    title = "The payment service does not answer"


class GatewayRefused(AppError):
    """The processor said no; repeating the call will not help."""

    status_code = 502
    title = "The payment service refused"


class BadSignature(AppError):
    """The webhook call is not the processor's, is too old, or is dated in the future."""

    status_code = 400
    title = "Signature not valid"


class _HttpClient(stripe.HTTPXClient):
    """The SDK's HTTP client; with an application behind it, it needs no network."""

    def __init__(self, app: ASGIApp | None = None) -> None:
        super().__init__(verify_ssl_certs=app is None)
        if app is not None:
            self._client_async = httpx.AsyncClient(transport=httpx.ASGITransport(app))

    def _get_request_args_kwargs(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any
    ) -> Any:
        """httpx wants an encoded body as `content`; the SDK still passes it as `data`."""
        args, options = super()._get_request_args_kwargs(method, url, headers, post_data)
        data = options.pop("data")
        return args, options | {"content": data or None}


@cache
def _client() -> stripe.StripeClient:
    if key := settings.stripe_secret_key.get_secret_value():
        return stripe.StripeClient(key, max_network_retries=2, http_client=_HttpClient())
    return stripe.StripeClient(API_KEY, max_network_retries=0, http_client=_HttpClient(twin().app))


def is_twin() -> bool:
    """Whether payments run against the local twin."""
    return not settings.stripe_secret_key.get_secret_value()


async def _call(request: Awaitable[T]) -> T:
    """One request; nothing outside the database may be called while a verb runs."""
    try:
        return await request
    except (stripe.APIConnectionError, stripe.RateLimitError) as exc:
        raise GatewayUnreachable(
            _("The payment service does not answer; please try again")
        ) from exc
    except stripe.StripeError as exc:
        raise GatewayRefused(exc.user_message or str(exc)) from exc


def _options(row: Payment | Payout | Refund | LateReturn | Organisation) -> stripe.RequestOptions:
    """The idempotency key is our row's id: at most one effect however often we ask (W3).

    A refused attempt had no effect, and its refusal is remembered under its key: the next attempt
    an operator asks for has a key of its own.
    """
    attempts = getattr(row, "attempts", 1)
    return {"idempotency_key": f"{row.id}:{attempts}" if attempts > 1 else str(row.id)}


async def create_checkout(
    payment: Payment, *, description: str, return_url: str
) -> tuple[str, str]:
    """Open the processor's payment page for an intent; returns (session id, address)."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    expires = payment.created_at + CHECKOUT_LIFETIME
    session = await _call(
        _client().v1.checkout.sessions.create_async(
            {
                "mode": "payment",
                "client_reference_id": str(payment.id),
                "metadata": {"payment": payment.number},
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": "cny",
                            "unit_amount": payment.amount_fen,
                            "product_data": {"name": description},
                        },
                    }
                ],
                "payment_intent_data": {"metadata": {"payment": payment.number}},
                "expires_at": int(expires.timestamp()),
                "success_url": return_url,
                "cancel_url": return_url,
            },
            _options(payment),
        )
    )
    return session.id, session.url or ""


async def retrieve_checkout(session_id: str) -> tuple[CheckoutState, str | None]:
    """What a session is now, and the id of our payment it names."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    session: Any = await _call(
        _client().v1.checkout.sessions.retrieve_async(session_id, {"expand": ["payment_intent"]})
    )
    intent = session.payment_intent
    state = CheckoutState(
        session_id=session.id,
        status=_payment_status(session),
        amount_fen=session.amount_total,
        currency=session.currency,
        payment_intent=intent.id if intent else "",
    )
    return state, session.client_reference_id


def _payment_status(session: Any) -> PaymentStatus:
    if session.status == "open":
        return PaymentStatus.PENDING
    if session.status == "expired":
        return PaymentStatus.EXPIRED
    if session.payment_status == "paid":
        return PaymentStatus.SUCCEEDED
    failed = session.payment_intent.status in ("requires_payment_method", "canceled")
    return PaymentStatus.FAILED if failed else PaymentStatus.PROCESSING


async def expire_checkout(session_id: str) -> None:
    """Close an open payment page; one that is not open any more is left as it is."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    try:
        await _call(_client().v1.checkout.sessions.expire_async(session_id))
    except GatewayRefused:
        return  # paid or expired meanwhile: the caller reads its state next


async def create_refund(
    refund: Refund | LateReturn, *, payment_intent: str
) -> tuple[str, RefundStatus]:
    """Send money of a payment back; returns (refund id, status)."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    made = await _call(
        _client().v1.refunds.create_async(
            {
                "payment_intent": payment_intent,
                "amount": refund.amount_fen,
                "metadata": {"refund": str(refund.id)},
            },
            _options(refund),
        )
    )
    return made.id, _refund_status(made)


async def retrieve_refund(refund_id: str) -> tuple[RefundStatus, str | None]:
    """What a refund is now, and the id of our row it names."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    found = await _call(_client().v1.refunds.retrieve_async(refund_id))
    names: dict[str, str] = found.metadata.to_dict() if found.metadata else {}
    return _refund_status(found), names.get("refund")


def _refund_status(refund: stripe.Refund) -> RefundStatus:
    if refund.status == "succeeded":
        return RefundStatus.SUCCEEDED
    return RefundStatus.FAILED if refund.status in ("failed", "canceled") else RefundStatus.PENDING


async def retrieve_balance() -> int:
    """What the processor holds for the platform in CNY, available and on its way, in fen."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    found = await _call(_client().v1.balance.retrieve_async())
    parts: list[dict[str, Any]] = [*found.to_dict()["available"], *found.to_dict()["pending"]]
    return sum(int(part["amount"]) for part in parts if part["currency"] == "cny")


async def open_account(organisation: Organisation) -> str:
    """The processor's account of a supplier, opened once."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    account = await _call(
        _client().v1.accounts.create_async(
            {
                "type": "express",
                "business_profile": {"name": organisation.name},
                "capabilities": {"transfers": {"requested": True}},
                "metadata": {"organisation": organisation.number},
            },
            _options(organisation),
        )
    )
    return account.id


async def create_transfer(payout: Payout, *, destination: str, group: str) -> str:
    """Move released money to a supplier's account (separate charges and transfers)."""
    assert not db.is_in_verb(), "the processor is never called inside a verb"
    transfer = await _call(
        _client().v1.transfers.create_async(
            {
                "amount": payout.amount_fen,
                "currency": "cny",
                "destination": destination,
                "transfer_group": group,
                "metadata": {"payout": payout.number},
            },
            _options(payout),
        )
    )
    return transfer.id


def verify_event(payload: bytes, header: str | None) -> dict[str, Any]:
    """The event of a webhook call, once its signature holds and its time is within five minutes.

    Unlike the SDK we refuse future timestamps too, and events of the other mode (W2). Raises BadSignature.
    """
    secret = (
        local_webhook_secret() if is_twin() else settings.stripe_webhook_secret.get_secret_value()
    )
    check_signature(payload, header, secret)
    event: dict[str, Any] = json.loads(payload)
    if event.get("livemode", False) != settings.stripe_secret_key.get_secret_value().startswith(
        "sk_live"
    ):
        raise BadSignature("event of another mode")
    return event


def check_signature(
    payload: bytes, header: str | None, secret: str, *, tolerance: dt.timedelta | None = TOLERANCE
) -> None:
    """Check a Stripe-Signature header over the raw payload; None switches the time check off."""
    try:
        stripe.WebhookSignature.verify_header(payload, header, secret)
        at = int(dict(part.split("=", 1) for part in (header or "").split(","))["t"])
    except (stripe.SignatureVerificationError, ValueError, KeyError) as exc:
        raise BadSignature("signature does not match") from exc
    if tolerance is not None and abs(clock.now().timestamp() - at) > tolerance.total_seconds():
        raise BadSignature("timestamp outside the tolerance")
