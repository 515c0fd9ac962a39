"""Pages of saved searches: save, list, change, delete, and the link that ends their mail."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from search import alert_access, alert_news, alerts, saved_searches, saved_views
from search.alert_forms import NewSearchInput, SavedSearchInput
from search.alert_models import AlertFrequency
from search.documents import KINDS
from search.results import LABELS, RATE


async def list_saved(request: Request) -> Response:
    """One's saved searches: what each asks, when it last sent and looks next."""
    actor = web.signed_in(request)
    rows = [
        (row, saved_views.described(row), await saved_views.address_of(row),
         _(saved_views.FREQUENCIES[row.frequency]))
        for row in await alert_access.own_saved_searches(actor)
    ]  # fmt: skip
    return await web.render(
        request, "search/alerts_list.html", rows=rows, most=saved_searches.MOST
    )  # fmt: skip


async def save(request: Request) -> Response:
    """Save the search or the matches that the address names."""
    actor = web.signed_in(request)
    await limit(RATE, "search", str(actor.person_id))
    kind = request.query_params.get("kind", "")
    target = kind if kind in KINDS else "jobs"
    asked, name = await saved_views.asked_of(request, actor, target)
    initial = {"name": name, "kind": target, "frequency": AlertFrequency.DAILY.value}
    form = await Form.read(request, NewSearchInput, initial)
    if form.is_valid:
        asked, _name = await saved_views.asked_of(request, actor, form.input.kind)
        with form.guard():
            await saved_searches.save_search(
                asked, form.input.name, form.input.frequency, by=actor,
                seen=await alert_news.versions_now(asked.draft()),
            )  # fmt: skip
            return web.see_other(request, "alerts:list", flash=_("Saved"))
    return await web.render(
        request, "search/alerts_save.html", form=form, asked=asked, choices=saved_views.choices(),
        kinds=[(code, _(label)) for code, label in LABELS.items()],
        described=saved_views.described(asked.draft()),
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """Rename a saved search, or change when its mail comes."""
    actor = web.signed_in(request)
    row = await alert_access.own_saved_search(actor, request.path_params["key"])
    initial = {"name": row.name, "frequency": row.frequency.value}
    form = await Form.read(request, SavedSearchInput, initial)
    if form.is_valid:
        await saved_searches.change_saved_search(row, form.input.name, form.input.frequency)
        return web.see_other(request, "alerts:list", flash=_("Saved"))
    return await web.render(
        request, "search/alerts_edit.html", form=form, row=row, choices=saved_views.choices(),
        described=saved_views.described(row), address=await saved_views.address_of(row),
    )  # fmt: skip


async def delete(request: Request) -> Response:
    """Forget a saved search."""
    actor = web.signed_in(request)
    row = await alert_access.own_saved_search(actor, request.path_params["key"])
    await saved_searches.delete_saved_search(row)
    return web.see_other(request, "alerts:list", flash=_("Deleted"))


async def stop(request: Request) -> Response:
    """End the mail of one saved search by the link in it, without logging in (RFC 8058)."""
    row = await alerts.alert_to_stop(request.path_params["token"])
    if request.method == "POST":
        if row is not None:
            await saved_searches.stop_alert(row)
        if "List-Unsubscribe" in await request.form():
            return PlainTextResponse("unsubscribed")
        return web.redirect("/", flash=_("No more mail will come of this search"))
    return await web.render(request, "search/alerts_stop.html", row=row)


routes = [
    Route("/my/searches", list_saved, name="alerts:list"),
    Route("/my/searches/new", save, name="alerts:save", methods=["GET", "POST"]),
    Route("/my/searches/{key}", edit, name="alerts:edit", methods=["GET", "POST"]),
    Route("/my/searches/{key}/delete", delete, name="alerts:delete", methods=["POST"]),
    Route("/alerts/stop/{token}", stop, name="alerts:stop", methods=["GET", "POST"]),
]
