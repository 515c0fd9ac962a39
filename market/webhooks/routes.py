"""Pages of webhooks: the endpoints of one's organisation, one with its deliveries, and its secret once."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.permissions import require
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.webhooks import access, endpoints
from market.webhooks.exports import DELIVERIES, ENDPOINTS
from market.webhooks.forms import EndpointInput
from market.webhooks.models import WebhookEndpoint
from market.webhooks.topics import TOPICS


def _choices() -> list[tuple[str, str]]:
    return [(name, f"{_(group)} · {_(words)}") for name, (group, words) in TOPICS.items()]


async def list_endpoints(request: Request) -> Response:
    """The endpoints of the organisation."""
    query = access.own_endpoints(web.signed_in(request))
    return await ENDPOINTS.file(request, query) or await web.render(
        request, "market/webhooks/list.html", page=await paginate(request, query)
    )


async def add(request: Request) -> Response:
    """Subscribe an address; the answer shows the secret, once."""
    actor = web.signed_in(request)
    require(actor)
    form = await Form.read(request, EndpointInput)
    if form.is_valid:
        with form.guard():
            endpoint, secret = await endpoints.add_endpoint(form.input, by=actor)
            return await _show_secret(request, endpoint, secret)
    return await web.render(
        request, "market/webhooks/edit.html", form=form, topics=_choices(), endpoint=None
    )


async def edit(request: Request) -> Response:
    """Change address and topics."""
    actor = web.signed_in(request)
    endpoint = await access.own_endpoint(request.path_params["number"], actor)
    form = await Form.read(request, EndpointInput, {"url": endpoint.url, "topics": endpoint.topics})
    if form.is_valid:
        with form.guard():
            await endpoints.edit_endpoint(endpoint, form.input, by=actor)
            return web.see_other(request, "webhooks:show", number=endpoint.number, flash=_("Saved"))
    return await web.render(
        request, "market/webhooks/edit.html", form=form, topics=_choices(), endpoint=endpoint
    )


async def show(request: Request) -> Response:
    """An endpoint, what was sent to it and what came of it."""
    endpoint = await access.own_endpoint(request.path_params["number"], web.signed_in(request))
    query = access.deliveries_of(endpoint)
    return await DELIVERIES.file(
        request, query, subject=endpoint.number
    ) or await web.render(
        request, "market/webhooks/show.html", endpoint=endpoint,
        page=await paginate(request, query), topics=TOPICS,
    )  # fmt: skip


async def rotate(request: Request) -> Response:
    """A new secret, shown once."""
    actor = web.signed_in(request)
    endpoint = await access.own_endpoint(request.path_params["number"], actor)
    return await _show_secret(request, endpoint, await endpoints.rotate_secret(endpoint, by=actor))


async def _show_secret(request: Request, endpoint: WebhookEndpoint, secret: str) -> Response:
    answer = await web.render(
        request, "market/webhooks/secret.html", endpoint=endpoint, secret=secret
    )
    answer.headers["cache-control"] = "no-store"
    return answer


async def pause(request: Request) -> Response:
    """Send nothing for now."""
    actor = web.signed_in(request)
    endpoint = await access.own_endpoint(request.path_params["number"], actor)
    await endpoints.pause_endpoint(endpoint, by=actor)
    return web.see_other(request, "webhooks:show", number=endpoint.number, flash=_("Paused"))


async def resume(request: Request) -> Response:
    """Send again."""
    actor = web.signed_in(request)
    endpoint = await access.own_endpoint(request.path_params["number"], actor)
    await endpoints.resume_endpoint(endpoint, by=actor)
    return web.see_other(request, "webhooks:show", number=endpoint.number, flash=_("In use again"))


async def remove(request: Request) -> Response:
    """Forget the endpoint."""
    actor = web.signed_in(request)
    endpoint = await access.own_endpoint(request.path_params["number"], actor)
    await endpoints.remove_endpoint(endpoint, by=actor)
    return web.see_other(request, "webhooks:list", flash=_("Removed"))


async def test(request: Request) -> Response:
    """Send a test event."""
    actor = web.signed_in(request)
    endpoint = await access.own_endpoint(request.path_params["number"], actor)
    await endpoints.send_test(endpoint, by=actor)
    return web.see_other(
        request, "webhooks:show", number=endpoint.number,
        flash=_("A test event is on its way; load this page again to see the answer"),
    )  # fmt: skip


async def resend(request: Request) -> Response:
    """Send an event once more."""
    actor = web.signed_in(request)
    number = request.path_params["number"]
    delivery = await access.own_delivery(number, request.path_params["id"], actor)
    await endpoints.resend(delivery, by=actor)
    return web.see_other(request, "webhooks:show", number=number, flash=_("It is sent again"))


routes = [
    Route("/organisation/webhooks", list_endpoints, name="webhooks:list"),
    Route("/organisation/webhooks/new", add, name="webhooks:add", methods=["GET", "POST"]),
    Route("/organisation/webhooks/{number}", show, name="webhooks:show"),
    Route("/organisation/webhooks/{number}/edit", edit, name="webhooks:edit", methods=["GET", "POST"]),
    Route("/organisation/webhooks/{number}/rotate", rotate, name="webhooks:rotate", methods=["POST"]),
    Route("/organisation/webhooks/{number}/pause", pause, name="webhooks:pause", methods=["POST"]),
    Route("/organisation/webhooks/{number}/resume", resume, name="webhooks:resume", methods=["POST"]),
    Route("/organisation/webhooks/{number}/remove", remove, name="webhooks:remove", methods=["POST"]),
    Route("/organisation/webhooks/{number}/test", test, name="webhooks:test", methods=["POST"]),
    Route("/organisation/webhooks/{number}/deliveries/{id}/resend", resend, name="webhooks:resend",
          methods=["POST"]),
]  # fmt: skip
