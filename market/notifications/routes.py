"""Pages of the bell and of one's reminders."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.calendar.deadlines import KINDS
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.notifications import choices, inbox
from market.notifications.models import Frequency

FREQUENCIES = {
    Frequency.AT_ONCE: N_("Each by itself, when its time comes"),
    Frequency.DAILY: N_("One mail in the morning, when something is due"),
}


class ChoiceInput(BaseModel):
    """The optional kinds one wants, and how."""

    wanted: list[str] = []
    frequency: Frequency = Frequency.AT_ONCE


async def show_notices(request: Request) -> Response:
    """One's notices, newest first."""
    actor = web.signed_in(request)
    page = await paginate(request, inbox.own_notices(actor))
    return await web.render(request, "market/notifications/inbox_show.html", page=page)


async def open_notice(request: Request) -> Response:
    """Mark one as read and go where it leads."""
    actor = web.signed_in(request)
    row = await inbox.own_notice(actor, request.path_params["key"])
    await inbox.mark_read(actor, row.id)
    return web.redirect(row.url)


async def read_all(request: Request) -> Response:
    """Mark all as read."""
    await inbox.mark_read(web.signed_in(request))
    return web.see_other(request, "inbox:show")


async def choose(request: Request) -> Response:
    """Which reminders come by mail, and when."""
    actor = web.signed_in(request)
    choice = await choices.choice_of(actor.person_id)
    wanted = [kind for kind in choices.OPTIONAL if kind not in choice.muted_kinds]
    initial = {"wanted": wanted, "frequency": choice.frequency.value}
    form = await Form.read(request, ChoiceInput, initial)
    if form.is_valid:
        await choices.choose(form.input.wanted, form.input.frequency, by=actor)
        return web.see_other(request, "reminders:choose", flash=_("Saved"))
    return await web.render(
        request, "market/notifications/reminders_choose.html", form=form,
        optional=[(kind, _(KINDS[kind].label)) for kind in choices.OPTIONAL],
        binding=[_(KINDS[kind].label) for kind in choices.BINDING],
        frequencies=[(code.value, _(label)) for code, label in FREQUENCIES.items()],
    )  # fmt: skip


routes = [
    Route("/my/notices", show_notices, name="inbox:show"),
    Route("/my/notices/read", read_all, name="inbox:read_all", methods=["POST"]),
    Route("/my/notices/{key}", open_notice, name="inbox:open", methods=["POST"]),
    Route("/my/reminders", choose, name="reminders:choose", methods=["GET", "POST"]),
]
