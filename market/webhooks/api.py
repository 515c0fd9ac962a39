"""JSON operations of webhooks."""

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.webhooks import access, endpoints
from market.webhooks.forms import EndpointInput
from market.webhooks.schemas import (
    WebhookDeliveryOut,
    WebhookEndpointOut,
    WebhookEndpointsOut,
    WebhookSecretOut,
)

TAG, READ, WRITE = "webhooks", "profile:read", "profile:write"


@operation("GET", "/webhooks", summary="Your webhook endpoints", tag=TAG,
           returns=WebhookEndpointsOut, scope=READ)  # fmt: skip
async def list_endpoints(call: Call[Nothing, Nothing]) -> WebhookEndpointsOut:
    """The newest first; at most ten."""
    rows = await access.own_endpoints(call.actor)
    return WebhookEndpointsOut(items=[WebhookEndpointOut.of(row) for row in rows])


@operation("POST", "/webhooks", summary="Subscribe an address to topics", tag=TAG,
           body=EndpointInput, returns=WebhookSecretOut, status=201, scope=WRITE)  # fmt: skip
async def add_endpoint(call: Call[EndpointInput, Nothing]) -> WebhookSecretOut:
    """Answers the secret, this once."""
    row, secret = await endpoints.add_endpoint(call.body, by=call.actor)
    return WebhookSecretOut(endpoint=WebhookEndpointOut.of(row), secret=secret)


@operation("GET", "/webhooks/{number}", summary="A webhook endpoint", tag=TAG,
           returns=WebhookEndpointOut, scope=READ)  # fmt: skip
async def show_endpoint(call: Call[Nothing, Nothing]) -> WebhookEndpointOut:
    """As it stands."""
    return WebhookEndpointOut.of(await access.own_endpoint(call.path("number"), call.actor))


@operation("PUT", "/webhooks/{number}", summary="Change address and topics", tag=TAG,
           body=EndpointInput, returns=WebhookEndpointOut, scope=WRITE)  # fmt: skip
async def edit_endpoint(call: Call[EndpointInput, Nothing]) -> WebhookEndpointOut:
    """What waits goes to the new address."""
    row = await access.own_endpoint(call.path("number"), call.actor)
    return WebhookEndpointOut.of(await endpoints.edit_endpoint(row, call.body, by=call.actor))


@operation("DELETE", "/webhooks/{number}", summary="Remove an endpoint", tag=TAG, scope=WRITE)
async def remove_endpoint(call: Call[Nothing, Nothing]) -> None:
    """With its deliveries."""
    row = await access.own_endpoint(call.path("number"), call.actor)
    await endpoints.remove_endpoint(row, by=call.actor)


@operation("POST", "/webhooks/{number}/rotation", summary="Replace the secret", tag=TAG,
           returns=WebhookSecretOut, scope=WRITE)  # fmt: skip
async def rotate_secret(call: Call[Nothing, Nothing]) -> WebhookSecretOut:
    """Answers the new one, this once; the old one signs beside it for 24 hours."""
    row = await access.own_endpoint(call.path("number"), call.actor)
    secret = await endpoints.rotate_secret(row, by=call.actor)
    return WebhookSecretOut(endpoint=WebhookEndpointOut.of(row), secret=secret)


@operation("POST", "/webhooks/{number}/pause", summary="Pause an endpoint", tag=TAG,
           returns=WebhookEndpointOut, scope=WRITE)  # fmt: skip
async def pause_endpoint(call: Call[Nothing, Nothing]) -> WebhookEndpointOut:
    """What waits waits; new events are not kept."""
    row = await access.own_endpoint(call.path("number"), call.actor)
    return WebhookEndpointOut.of(await endpoints.pause_endpoint(row, by=call.actor))


@operation("POST", "/webhooks/{number}/resumption", summary="Resume an endpoint", tag=TAG,
           returns=WebhookEndpointOut, scope=WRITE)  # fmt: skip
async def resume_endpoint(call: Call[Nothing, Nothing]) -> WebhookEndpointOut:
    """Also one that was stopped after days of failure."""
    row = await access.own_endpoint(call.path("number"), call.actor)
    return WebhookEndpointOut.of(await endpoints.resume_endpoint(row, by=call.actor))


@operation("POST", "/webhooks/{number}/test", summary="Send a test event", tag=TAG,
           returns=WebhookDeliveryOut, status=201, scope=WRITE)  # fmt: skip
async def send_test(call: Call[Nothing, Nothing]) -> WebhookDeliveryOut:
    """Of the topic webhook.test."""
    row = await access.own_endpoint(call.path("number"), call.actor)
    return WebhookDeliveryOut.of(await endpoints.send_test(row, by=call.actor))


@operation("GET", "/webhooks/{number}/deliveries", summary="Deliveries to an endpoint", tag=TAG,
           query=CursorQuery, returns=CursorPage[WebhookDeliveryOut], scope=READ)  # fmt: skip
async def list_deliveries(call: Call[Nothing, CursorQuery]) -> CursorPage[WebhookDeliveryOut]:
    """The newest first; kept for 30 days after they ended."""
    row = await access.own_endpoint(call.path("number"), call.actor)
    rows, onward = await cursor_page(access.deliveries_of(row), call.query)
    return CursorPage[WebhookDeliveryOut](
        items=[WebhookDeliveryOut.of(one) for one in rows], next=onward
    )


@operation("POST", "/webhooks/{number}/deliveries/{id}/resend", summary="Send an event again",
           tag=TAG, returns=WebhookDeliveryOut, scope=WRITE)  # fmt: skip
async def resend(call: Call[Nothing, Nothing]) -> WebhookDeliveryOut:
    """Under the same webhook-id."""
    row = await access.own_delivery(call.path("number"), call.path("id"), call.actor)
    return WebhookDeliveryOut.of(await endpoints.resend(row, by=call.actor))


operations: list[Operation] = [
    list_endpoints, add_endpoint, show_endpoint, edit_endpoint, remove_endpoint, rotate_secret,
    pause_endpoint, resume_endpoint, send_test, list_deliveries, resend,
]  # fmt: skip
