"""What our gateway relies on, asked of the twin and, where its command is on the PATH, of localstripe.

localstripe (GPL) runs as a process of its own and is never imported. It knows neither Checkout nor
idempotency and takes refunds above the payment: those cases are the twin's alone (test_twin.py).
"""

import http.server
import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
import stripe

from billing import stripe_gateway
from billing.models import Refund
from billing.states import RefundStatus
from billing.stripe_gateway import BadSignature, GatewayRefused, check_signature
from billing.twin import Twin, local_webhook_secret
from market.kit.ids import uuid7
from tests.factories.billing import pay_stage, unpaid_order

PRICE = 7_200_000
SECRET = "whsec_localstripe"
KEY = "sk_test_localstripe"


@dataclass
class Rail:
    """A processor: `pay` takes money and names its payment intent, `deliver` gives what it sends."""

    secret: str
    pay: Callable[[], Awaitable[str]]
    deliver: Callable[[], tuple[bytes, str]]


@pytest.fixture(params=["twin", "localstripe"])
def rail(request: pytest.FixtureRequest) -> Rail:
    """Each processor in turn."""
    found: Rail = request.getfixturevalue(f"{request.param}_rail")
    return found


@pytest.fixture
def twin_rail(rollback: None, processor: Twin, monkeypatch: pytest.MonkeyPatch) -> Rail:
    """The twin in memory."""
    sent: list[tuple[bytes, str]] = []

    async def pay() -> str:
        take = processor.take_deliveries

        def noted() -> list[tuple[bytes, str]]:
            sent.extend(found := take())
            return found

        monkeypatch.setattr(processor, "take_deliveries", noted)
        return (await pay_stage(await unpaid_order(), processor)).payment_intent

    return Rail(local_webhook_secret(), pay, lambda: sent[0])


@pytest.fixture(scope="module")
def deliveries() -> Iterator[tuple[str, "queue.Queue[tuple[bytes, str]]"]]:
    """The address of an endpoint on loopback, and what was sent there."""
    kept: queue.Queue[tuple[bytes, str]] = queue.Queue()

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", kept
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def localstripe_url(
    deliveries: tuple[str, "queue.Queue[tuple[bytes, str]]"],
) -> Iterator[str]:
    """A process of localstripe that sends to our endpoint; skipped where the command is missing."""
    command = shutil.which("localstripe")
    if command is None:
        pytest.skip("the command `localstripe` is not on the PATH (pip install localstripe)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [command, "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        hook = {"url": deliveries[0], "secret": SECRET}
        httpx.post(f"{url}/_config/webhooks/market", data=hook).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    for _try in range(300):
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("localstripe did not come up")


@pytest.fixture
async def localstripe_rail(
    localstripe_url: str,
    deliveries: tuple[str, "queue.Queue[tuple[bytes, str]]"],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Rail]:
    """Our gateway directed to the process."""
    kept = deliveries[1]
    http_client = stripe_gateway._HttpClient()
    client = stripe.StripeClient(
        KEY,
        base_addresses={"api": localstripe_url},
        max_network_retries=0,
        http_client=http_client,
    )
    monkeypatch.setattr(stripe_gateway, "_client", lambda: client)

    async def pay() -> str:
        card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "123"}
        method = _post(
            localstripe_url, "payment_methods",
            {"type": "card"} | {f"card[{name}]": value for name, value in card.items()},
        )  # fmt: skip
        wanted = {"amount": str(PRICE), "currency": "cny", "confirm": "true"}
        return _post(localstripe_url, "payment_intents", wanted | {"payment_method": method})

    yield Rail(SECRET, pay, lambda: kept.get(timeout=20))
    await http_client._client_async.aclose()


def _post(url: str, path: str, values: dict[str, str]) -> str:
    answer = httpx.post(f"{url}/v1/{path}", data=values, auth=(KEY, ""))
    answer.raise_for_status()
    return str(answer.json()["id"])


def refund_of(fen: int) -> Refund:
    """A refund row that is nowhere kept."""
    return Refund(order_id=uuid7(), payment_id=uuid7(), amount_fen=fen)


async def test_w3_a_refund_names_our_row(rail: Rail) -> None:
    refund = refund_of(3333)
    intent = await rail.pay()
    made, status = await stripe_gateway.create_refund(refund, payment_intent=intent)
    assert status == RefundStatus.SUCCEEDED
    assert await stripe_gateway.retrieve_refund(made) == (RefundStatus.SUCCEEDED, str(refund.id))


async def test_parts_of_a_payment_go_back_one_after_the_other(rail: Rail) -> None:
    intent = await rail.pay()
    made = [
        await stripe_gateway.create_refund(refund_of(fen), payment_intent=intent)
        for fen in (3333, 3333, 3334)
    ]
    assert len({name for name, _status in made}) == 3
    assert {status for _name, status in made} == {RefundStatus.SUCCEEDED}


async def test_what_it_does_not_know_it_refuses(rail: Rail) -> None:
    with pytest.raises(GatewayRefused):
        await stripe_gateway.retrieve_refund("re_unknown")
    with pytest.raises(GatewayRefused):
        await stripe_gateway.create_refund(refund_of(1), payment_intent="pi_unknown")


async def test_w2_its_events_are_signed_as_we_check(rail: Rail) -> None:
    await rail.pay()
    payload, header = rail.deliver()
    check_signature(payload, header, rail.secret)
    for broken, secret in ((payload + b" ", rail.secret), (payload, "whsec_other")):
        with pytest.raises(BadSignature):
            check_signature(broken, header, secret)
