"""The twin's payment page: what a buyer clicks through when no processor is configured."""

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing import stripe_gateway, twin
from market.kit import web
from market.kit.errors import Conflict, NotFound
from market.kit.i18n import gettext as _


def _session(request: Request) -> twin.Body:
    if not stripe_gateway.is_twin():
        raise NotFound(_("This page does not exist"))
    session = twin.twin().session(request.path_params["session"])
    if session is None:
        raise NotFound(_("This payment page does not exist"))
    return session


async def show(request: Request) -> Response:
    """The amount, and what the customer may do."""
    return await web.render(request, "billing/twin_show.html", session=_session(request))


async def act(request: Request) -> Response:
    """Pay, pay with delay, fail or give up; then deliver the events and go back to the shop."""
    session = _session(request)
    choice = str((await request.form()).get("choice", ""))
    try:
        _play(session["id"], choice)
    except twin.Refused as refusal:
        raise Conflict(str(refusal)) from None
    await deliver_events(request)
    return RedirectResponse(session["success_url"], status_code=303)


def _play(session_id: str, choice: str) -> None:
    processor = twin.twin()
    match choice:
        case "pay":
            processor.pay(session_id)
        case "delay":
            processor.pay(session_id, delayed=True)
        case "fail":
            processor.pay(session_id, delayed=True)
            processor.finish_delayed(session_id, succeeds=False)
        case "arrive" | "refuse":
            processor.finish_delayed(session_id, succeeds=choice == "arrive")
        case _:
            processor.expire(session_id)


async def deliver_events(request: Request) -> None:
    """POST the twin's waiting events to our webhook, signed, as the processor would."""
    transport = httpx.ASGITransport(request.app)
    path = web.path_for("webhooks:stripe")
    async with httpx.AsyncClient(transport=transport, base_url=str(request.base_url)) as http:
        for payload, signature in twin.twin().take_deliveries():
            await http.post(path, content=payload, headers={"stripe-signature": signature})


routes = [
    Route("/pay/twin/{session}", show, name="twin:show"),
    Route("/pay/twin/{session}", act, name="twin:act", methods=["POST"]),
]
