"""Pages of services and of quotes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.directory import words
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.services import access, exports, kinds, quotes
from market.services.forms import QuoteInput, ReplyInput, RequestInput, ServiceInput
from market.services.models import QuoteRequest
from market.services.states import QuoteStatus, ServiceStatus

FOLDER = "market/services/"


async def list_services(request: Request) -> Response:
    """Services on offer, by kind and word."""
    actor = web.actor_of(request)
    kind, text = request.query_params.get("kind", ""), request.query_params.get("q", "")
    rows = access.narrowed(access.listings_to_see(actor), kind, text)
    return await exports.SERVICES.file(request, rows) or await web.render(
        request, FOLDER + "listings_list.html", page=await paginate(request, rows), words=words,
        kind=kind, text=text, kinds=kinds, may_offer=actor.kind in quotes.PROVIDERS,
    )  # fmt: skip


async def write(request: Request) -> Response:
    """List a service."""
    actor = web.signed_in(request, *quotes.PROVIDERS)
    form = await Form.read(request, ServiceInput, draft="kept")
    if form.is_valid:
        with form.guard():
            row = await quotes.save_service(form.input, by=actor)
            return web.see_other(
                request, "listings:show", number=row.number, flash=_("The service is listed")
            )
    return await web.render(
        request, FOLDER + "listings_edit.html", form=form, row=None, kinds=kinds.choices()
    )


async def edit(request: Request) -> Response:
    """Change a service."""
    actor = web.signed_in(request)
    row = await access.own_listing(actor, request.path_params["number"])
    typed = {name: getattr(row, name) for name in ServiceInput.model_fields}
    form = await Form.read(request, ServiceInput, typed, draft="kept")
    if form.is_valid:
        with form.guard():
            await quotes.save_service(form.input, row=row, by=actor)
            return web.see_other(request, "listings:show", number=row.number, flash=_("Saved"))
    return await web.render(
        request, FOLDER + "listings_edit.html", form=form, row=row, kinds=kinds.choices()
    )


async def show(request: Request) -> Response:
    """A service; a POST asks for a quote."""
    actor = web.actor_of(request)
    row = await access.listing_to_see(actor, request.path_params["number"])
    form = await Form.read(request, RequestInput, draft="kept")
    if form.is_submitted:
        actor = web.signed_in(request, *OrganisationKind)
    if form.is_valid:
        with form.guard():
            asked = await quotes.ask_for_quote(row, form.input, by=actor)
            return web.see_other(
                request, "quotes:show", number=asked.number, flash=_("Sent to the provider")
            )
    is_own = actor.organisation_id is not None and row.provider_id == actor.organisation_id
    return await web.render(
        request, FOLDER + "listings_show.html", row=row, form=form, words=words, kinds=kinds,
        is_own=is_own, may_ask=actor.verified and not is_own and row.status is ServiceStatus.LISTED,
    )  # fmt: skip


async def move(request: Request) -> Response:
    """Take it off, or put it back."""
    actor = web.signed_in(request)
    row = await access.own_listing(actor, request.path_params["number"])
    is_listed = row.status is ServiceStatus.LISTED
    status = ServiceStatus.WITHDRAWN if is_listed else ServiceStatus.LISTED
    await quotes.move_service(row, status, by=actor)
    return web.see_other(request, "listings:show", number=row.number, flash=_("Saved"))


async def list_quotes(request: Request) -> Response:
    """What one asked for, and what one is asked."""
    rows = access.quotes_of(web.signed_in(request))
    status = request.query_params.get("status", "")
    rows = rows.filter(status=status) if status in set(QuoteStatus) else rows
    return await exports.QUOTES.file(request, rows) or await web.render(
        request, FOLDER + "quotes_list.html", page=await paginate(request, rows), status=status
    )


async def show_quote(request: Request) -> Response:
    """A request with its answer."""
    actor = web.signed_in(request)
    return await _page(request, await access.quote_to_see(actor, request.path_params["number"]))


async def _page(
    request: Request, row: QuoteRequest, form: Form[QuoteInput] | None = None
) -> Response:
    own = web.actor_of(request).organisation_id
    return await web.render(
        request, FOLDER + "quotes_show.html", row=row, form=form or Form(QuoteInput),
        provides=row.listing.provider_id == own, asks=row.requester_id == own, kinds=kinds,
    )  # fmt: skip


async def answer(request: Request) -> Response:
    """The provider's answer."""
    actor = web.signed_in(request)
    row = await access.quote_to_see(actor, request.path_params["number"])
    form = await Form.read(request, QuoteInput)
    if form.is_valid:
        with form.guard():
            await quotes.answer_request(row, form.input, by=actor)
            return web.see_other(request, "quotes:show", number=row.number, flash=_("Answered"))
    return await _page(request, row, form)


async def reply(request: Request) -> Response:
    """The requester's reply."""
    actor = web.signed_in(request)
    row = await access.quote_to_see(actor, request.path_params["number"])
    form = await Form.read(request, ReplyInput)
    if form.is_valid:
        with form.guard():
            await quotes.reply_to_quote(row, form.input, by=actor)
            return web.see_other(request, "quotes:show", number=row.number, flash=_("Saved"))
    fresh: Form[QuoteInput] = Form(QuoteInput)
    fresh.errors, fresh.message, fresh.status_code = form.errors, form.message, form.status_code
    fresh.is_submitted = True
    return await _page(request, row, fresh)


ONE, QUOTE = "/service-listings/{number}", "/quotes/{number}"
routes = [
    Route("/service-listings", list_services, name="listings:list"),
    Route("/service-listings/new", write, name="listings:write", methods=["GET", "POST"]),
    Route(ONE, show, name="listings:show", methods=["GET", "POST"]),
    Route(ONE + "/edit", edit, name="listings:edit", methods=["GET", "POST"]),
    Route(ONE + "/move", move, name="listings:move", methods=["POST"]),
    Route("/quotes", list_quotes, name="quotes:list"),
    Route(QUOTE, show_quote, name="quotes:show"),
    Route(QUOTE + "/answer", answer, name="quotes:answer", methods=["POST"]),
    Route(QUOTE + "/reply", reply, name="quotes:reply", methods=["POST"]),
]
