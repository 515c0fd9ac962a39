"""Pages of dataset needs: the list, a need with its offers, posting from a template."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.datasets import access, dataset_routes, exports, listings, needs, offers, rating_routes
from market.datasets.forms import ClosingInput, NeedInput, OfferInput
from market.datasets.labels import need_choices, typed
from market.datasets.models import DatasetNeed
from market.datasets.modes import mode_named, modes, templates
from market.directory import words
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.kit.paging import paginate, whole
from market.vocabulary import regions


async def need_list(request: Request) -> Response:
    """Published needs, narrowed by the address."""
    needs_ = access.listed_needs()
    if file := await exports.NEEDS.file(request, listings.matching(request, needs_)):
        return file
    listing = await listings.listing(request, needs_)
    return await web.render(
        request, "market/datasets/needs_list.html", listing=listing, words=words,
        provinces=regions.province_choices(),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """A need, the rule of its mode, and the offers one may see; a POST makes an offer."""
    actor = web.actor_of(request)
    need = await access.need_to_see(request.path_params["number"], actor)
    form = await Form.read(request, OfferInput, draft="kept")
    if form.is_submitted:
        actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    if form.is_valid:
        with form.guard():
            await offers.make_offer(need, form.input, by=actor)
            return web.see_other(
                request, "needs:show", number=need.number, flash=_("Offer sent to the owner")
            )
    offered = await access.offers_to_see(need, actor)
    if request.method == "GET" and (
        file := await exports.OFFERS.file(request, offered, subject=need.number)
    ):
        return file
    return await web.render(
        request, "market/datasets/needs_show.html", need=need, form=form, words=words,
        mode=mode_named(need.supply_mode), offers=offered, offers_page=whole(request, offered),
        is_own=need.owner_id == actor.organisation_id, problems=needs.problems_of(need),
        can_offer=access.may_offer(need, actor) and offers.takes_offers(need),
    )  # fmt: skip


async def own(request: Request) -> Response:
    """The needs of one's organisation."""
    actor = web.signed_in(request)
    query = access.own_needs(actor)
    if file := await exports.NEEDS.file(request, query.select_related("owner")):
        return file
    page = await paginate(request, query)
    return await web.render(request, "market/datasets/needs_mine.html", page=page, words=words)


async def post(request: Request) -> Response:
    """A new need, from a template and a mode."""
    actor = web.signed_in(request)
    params = request.query_params
    template, mode = (
        templates().get(params.get("template", "")),
        modes().get(params.get("mode", "")),
    )
    if request.method == "GET" and (template is None or mode is None):
        return await web.render(
            request, "market/datasets/needs_start.html", modes=modes(), templates=templates(),
            language=current_locale(),
        )  # fmt: skip
    initial = template.values(mode) if template and mode else {}
    form = await Form.read(request, NeedInput, initial, draft="kept")
    if form.is_valid:
        with form.guard():
            owner_id = access.organisation_of(actor)
            need = await needs.save_need(form.input, owner_id=owner_id, by=actor)
            return web.see_other(
                request,
                "needs:show",
                number=need.number,
                flash=_("Draft saved; check and publish it"),
            )
    return await _edit_page(request, form, None, hint=template.hint if template else "")


async def edit(request: Request) -> Response:
    """Change a draft or an open need."""
    actor = web.signed_in(request)
    need = await access.own_need(request.path_params["number"], actor)
    form = await Form.read(request, NeedInput, typed(need), draft="kept")
    if form.is_valid:
        with form.guard():
            await needs.save_need(form.input, owner_id=need.owner_id, need=need, by=actor)
            return web.see_other(request, "needs:show", number=need.number, flash=_("Saved"))
    return await _edit_page(request, form, need)


async def _edit_page(
    request: Request, form: Form[Any], need: DatasetNeed | None, hint: str = ""
) -> Response:
    mode = mode_named(str(form.values.get("supply_mode", "")))
    return await web.render(
        request, "market/datasets/needs_edit.html", form=form, need=need, mode=mode, hint=hint,
        choices=need_choices(),
    )  # fmt: skip


async def publish(request: Request) -> Response:
    """Open the need to offers."""
    actor = web.signed_in(request)
    need = await access.own_need(request.path_params["number"], actor)
    await needs.publish_need(need, by=actor)
    return web.see_other(
        request, "needs:show", number=need.number, flash=_("The need is public now")
    )


async def close(request: Request) -> Response:
    """End the need, saying why."""
    actor = web.signed_in(request)
    need = await access.own_need(request.path_params["number"], actor)
    form = await Form.read(request, ClosingInput)
    if form.is_valid:
        with form.guard():
            await needs.close_need(need, form.input.reason, by=actor)
            return web.see_other(request, "needs:mine", flash=_("The need is closed"))
    return await web.render(request, "market/datasets/needs_close.html", form=form, need=need)


async def reopen(request: Request) -> Response:
    """Let go of the chosen offer."""
    actor = web.signed_in(request)
    need = await access.own_need(request.path_params["number"], actor)
    await needs.reopen_need(need, by=actor)
    return web.see_other(
        request, "needs:show", number=need.number, flash=_("The need takes offers again")
    )


async def withdraw_offer(request: Request) -> Response:
    """Take one's offer back."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    number = request.path_params["number"]
    await offers.withdraw_offer(await access.own_offer(number, actor), by=actor)
    return web.see_other(request, "needs:show", number=number, flash=_("Offer withdrawn"))


async def choose(request: Request) -> Response:
    """Choose an offer."""
    actor = web.signed_in(request)
    number = request.path_params["number"]
    offer = await access.offer_to_choose(number, request.path_params["key"], actor)
    await offers.choose_offer(offer, by=actor)
    return web.see_other(request, "needs:show", number=number, flash=_("Offer chosen"))


routes = [
    Route("/needs", need_list, name="needs:list"),
    Route("/needs/new", post, name="needs:post", methods=["GET", "POST"]),
    Route("/my/needs", own, name="needs:mine"),
    Route("/needs/{number}", show, name="needs:show", methods=["GET", "POST"]),
    Route("/needs/{number}/edit", edit, name="needs:edit", methods=["GET", "POST"]),
    Route("/needs/{number}/publish", publish, name="needs:publish", methods=["POST"]),
    Route("/needs/{number}/close", close, name="needs:close", methods=["GET", "POST"]),
    Route("/needs/{number}/reopen", reopen, name="needs:reopen", methods=["POST"]),
    Route("/needs/{number}/offer/withdraw", withdraw_offer, name="needs:withdraw_offer",
          methods=["POST"]),
    Route("/needs/{number}/offers/{key}/choose", choose, name="needs:choose", methods=["POST"]),
    *dataset_routes.routes,
    *rating_routes.routes,
]  # fmt: skip
