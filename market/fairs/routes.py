"""Pages of fairs: the public list, one fair, registering, and the host's side of it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.permissions import require
from market.accounts.states import Role
from market.directory import words
from market.fairs import access, exports, fairs, labels, meetings, registrations
from market.fairs.forms import BlockInput, FairInput, FairReasonInput, RegistrationInput
from market.fairs.models import Fair, FairRegistration
from market.fairs.states import Side
from market.kit import web
from market.kit.actor import Actor
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.vocabulary.annotation import MODALITIES
from market.vocabulary.regions import province_choices

BEGUN = {"pause_minutes": "5", "min_meetings": "2"}


async def show_fairs(request: Request) -> Response:
    """The fairs, the latest first; a host's own drafts among them."""
    actor = web.actor_of(request)
    query = access.fairs_to_see(actor)
    return await exports.FAIRS.file(request, query) or await web.render(
        request, "market/fairs/fairs_list.html", page=await paginate(request, query), words=words,
        may_host=actor.kind in fairs.HOSTS, figures=await meetings.totals(),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One fair: its terms, the reader's registration, and for its host who comes and who is kept apart."""
    actor = web.actor_of(request)
    fair = await access.visible_fair(actor, request.path_params["number"])
    if access.hosts(actor, fair) and (file := await _who_comes(request, fair)):
        return file
    return await web.render(
        request, "market/fairs/fairs_show.html", **await _context(request, actor, fair)
    )


async def _who_comes(request: Request, fair: Fair) -> Response | None:
    rows = access.registrations_of(fair)
    return await exports.REGISTRATIONS.file(request, rows, subject=fair.number)


async def _context(request: Request, actor: Actor, fair: Fair, **more: Any) -> dict[str, Any]:
    is_host = access.hosts(actor, fair)
    rows = access.registrations_of(fair)
    own = await access.own_registration(actor, fair)
    return {
        "fair": fair, "is_host": is_host, "own": own, "facts": labels.facts_of(fair),
        "buyers": await rows.filter(side=Side.BUYER).count(),
        "suppliers": await rows.filter(side=Side.SUPPLIER).count(),
        "page": await paginate(request, rows) if is_host else None,
        "blocks": await access.blocks_of(fair) if is_host else [],
        "timetable": await access.latest_timetable(fair) if is_host else None,
        "figures": await meetings.totals(fair_id=fair.id), "form": Form(BlockInput),
        "side": registrations.side_of(actor), "refusal": registrations.refusal(fair, actor),
        "labels": labels, "words": words, **more,
    }  # fmt: skip


async def edit(request: Request) -> Response:
    """A new fair, or a draft to change."""
    actor = web.signed_in(request, *fairs.HOSTS)
    require(actor, Role.PROJECT, verified=False)
    number = request.path_params.get("number")
    fair = await access.own_fair(actor, number) if number else None
    form = await Form.read(request, FairInput, _typed(fair) if fair else BEGUN, draft="kept")
    if form.is_valid:
        with form.guard():
            saved = await (
                fairs.change_fair(fair, form.input, by=actor)
                if fair else fairs.draft_fair(form.input, by=actor)
            )  # fmt: skip
            return web.see_other(
                request, "fairs:show", number=saved.number, flash=_("The draft is saved")
            )
    return await web.render(
        request, "market/fairs/fairs_edit.html", form=form, fair=fair,
        modalities=words.choices(MODALITIES), provinces=[name for _code, name in province_choices()],
    )  # fmt: skip


def _typed(fair: Fair) -> dict[str, Any]:
    values = {name: getattr(fair, name) for name in FairInput.model_fields}
    whole = ("slots", "slot_minutes", "pause_minutes", "tables", "min_meetings")
    return {**values, **{name: str(values[name]) for name in whole},
            "region_code": words.place(fair.region_code)}  # fmt: skip


async def open_(request: Request) -> Response:
    """Open a draft for registrations."""
    actor = web.signed_in(request)
    fair = await access.own_fair(actor, request.path_params["number"])
    await fairs.open_fair(fair, by=actor)
    return web.see_other(request, "fairs:show", number=fair.number, flash=_("The fair is open"))


async def cancel(request: Request) -> Response:
    """Call a fair off, with a reason."""
    actor = web.signed_in(request)
    fair = await access.own_fair(actor, request.path_params["number"])
    form = await Form.read(request, FairReasonInput)
    if form.is_valid:
        with form.guard():
            await fairs.cancel_fair(fair, form.input.reason, by=actor)
            return web.see_other(
                request, "fairs:show", number=fair.number, flash=_("The fair is cancelled")
            )
    return await web.render(request, "market/fairs/fairs_cancel.html", form=form, fair=fair)


async def register(request: Request) -> Response:
    """Register one's organisation, or change the registration."""
    actor = web.signed_in(request, "demand", "supplier")
    fair = await access.visible_fair(actor, request.path_params["number"])
    own = await access.own_registration(actor, fair)
    initial = _registered(own) if own else {"contact": actor.name, "max_meetings": str(fair.slots)}
    form = await Form.read(request, RegistrationInput, initial, draft="kept")
    if form.is_valid:
        with form.guard():
            await registrations.register(fair, form.input, by=actor)
            return web.see_other(
                request, "fairs:show", number=fair.number, flash=_("You are registered")
            )
    return await web.render(
        request, "market/fairs/fairs_register.html", form=form, fair=fair, own=own,
        slots=labels.slot_choices(fair), modalities=words.choices(MODALITIES),
        side=registrations.side_of(actor),
    )  # fmt: skip


def _registered(own: FairRegistration) -> dict[str, Any]:
    return {
        "contact": own.contact, "interests": own.interests, "jobs": "、".join(own.jobs),
        "wishes": "、".join(own.wishes), "away": [str(slot + 1) for slot in own.away],
        "max_meetings": str(own.max_meetings), "statement": own.statement,
    }  # fmt: skip


async def withdraw(request: Request) -> Response:
    """Take one's registration back."""
    actor = web.signed_in(request, "demand", "supplier")
    fair = await access.visible_fair(actor, request.path_params["number"])
    await registrations.withdraw(fair, by=actor)
    return web.see_other(
        request, "fairs:show", number=fair.number, flash=_("You have withdrawn from the fair")
    )


async def block(request: Request) -> Response:
    """Keep two parties apart."""
    actor = web.signed_in(request)
    fair = await access.own_fair(actor, request.path_params["number"])
    form = await Form.read(request, BlockInput)
    if form.is_valid:
        with form.guard():
            await registrations.block_pair(fair, form.input, by=actor)
            return web.see_other(
                request, "fairs:show", number=fair.number, flash=_("They are kept apart")
            )
    context = await _context(request, actor, fair, form=form)
    return await web.render(request, "market/fairs/fairs_show.html", **context)


async def lift(request: Request) -> Response:
    """Let two parties meet again."""
    actor = web.signed_in(request)
    found = await access.block_to_lift(actor, request.path_params["id"])
    await registrations.unblock_pair(found.fair, found, by=actor)
    return web.see_other(
        request, "fairs:show", number=found.fair.number, flash=_("They may meet again")
    )


routes = [
    Route("/fairs", show_fairs, name="fairs:list"),
    Route("/fairs/new", edit, name="fairs:draft", methods=["GET", "POST"]),
    Route("/fairs/{number}", show, name="fairs:show"),
    Route("/fairs/{number}/edit", edit, name="fairs:edit", methods=["GET", "POST"]),
    Route("/fairs/{number}/open", open_, name="fairs:open", methods=["POST"]),
    Route("/fairs/{number}/cancel", cancel, name="fairs:cancel", methods=["GET", "POST"]),
    Route("/fairs/{number}/register", register, name="fairs:register", methods=["GET", "POST"]),
    Route("/fairs/{number}/withdraw", withdraw, name="fairs:withdraw", methods=["POST"]),
    Route("/fairs/{number}/blocks", block, name="fairs:block", methods=["POST"]),
    Route("/fair-blocks/{id}/lift", lift, name="fairs:lift", methods=["POST"]),
]
