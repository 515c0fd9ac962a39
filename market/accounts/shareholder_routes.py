"""Pages of who owns an organisation: its owner declares, its members and the authorities above it read."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts import access, shareholders
from market.accounts.forms import ShareInput, ShareRowsInput
from market.kit import web
from market.kit.forms import Form, from_rows
from market.kit.i18n import gettext as _


async def declare(request: Request) -> Response:
    """The shareholders of the actor's organisation; an empty row is none."""
    actor = web.signed_in(request)
    organisation = await access.own_organisation(actor)
    holders = await shareholders.shareholders_of(organisation)
    form = await Form.read(request, ShareRowsInput, shareholders.form_values(holders), draft="kept")
    if form.is_valid:
        with form.guard():
            typed = from_rows(ShareInput, shareholders.typed_rows(form.values), "holder")
            await shareholders.declare_shareholders(organisation, typed, by=actor)
            return web.see_other(request, "accounts:shareholders", flash=_("Saved"))
    return await web.render(
        request, "market/accounts/shareholders.html", form=form, organisation=organisation,
        holders=holders, count=shareholders.rows_shown(form.values),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """The shareholders of an organisation one oversees, or of one's own."""
    number, actor = request.path_params["number"], web.signed_in(request)
    organisation = await access.organisation_with_owners(number, actor)
    return await web.render(
        request, "market/accounts/shareholders_show.html", organisation=organisation,
        holders=await shareholders.shareholders_of(organisation),
    )  # fmt: skip


routes = [
    Route("/organisation/shareholders", declare, name="accounts:shareholders",
          methods=["GET", "POST"]),
    Route("/organisations/{number}/shareholders", show, name="shareholders:show"),
]  # fmt: skip
