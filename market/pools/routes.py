"""Pages of pools: the public list, one pool, applying, and the owner's side."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.directory import words
from market.kit import web
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.kit.tables import format_of
from market.pools import access, exports, labels, memberships, pools
from market.pools.forms import (
    COMPETITION,
    FLAGS,
    AdmissionInput,
    ApplicationInput,
    PoolInput,
    PoolReasonInput,
)
from market.pools.models import Pool
from market.vocabulary.annotation import MODALITIES
from market.vocabulary.people import ANNOTATOR_TYPES
from market.vocabulary.regions import province_choices
from market.vocabulary.security import DATA_GRADES, WORK_PLACES


async def show_pools(request: Request) -> Response:
    """The public pools, newest first; also as a file."""
    words_ = request.query_params.get("q", "").strip()
    query = access.public_pools()
    query = query.filter(title__icontains=words_) if words_ else query
    if (fmt := format_of(request)) is not None:
        return await exports.pools_file(request, query, fmt)
    page = await paginate(request, query)
    return await web.render(
        request, "market/pools/pools_list.html", page=page, q=words_, words=words,
        may_open=web.actor_of(request).kind in pools.OWNERS,
    )  # fmt: skip


async def show_own(request: Request) -> Response:
    """The pools of the actor's organisation."""
    actor = web.signed_in(request)
    if actor.organisation_id is None:
        raise NotFound(_("This page does not exist"))
    query = access.own_pools(actor)
    if (fmt := format_of(request)) is not None:
        return await exports.pools_file(request, query, fmt)
    page = await paginate(request, query)
    return await web.render(request, "market/pools/pools_mine.html", page=page, words=words)


async def show(request: Request) -> Response:
    """One pool: requirements with the reader's own standing, members, and the owner's queue."""
    actor = web.actor_of(request)
    pool = await access.visible_pool(actor, request.path_params["number"])
    return await web.render(
        request, "market/pools/pools_show.html", **await _context(request, actor, pool)
    )


async def _context(request: Request, actor: Actor, pool: Pool, **more: Any) -> dict[str, Any]:
    place, checks = await access.own_place(actor, pool), []
    if actor.kind == OrganisationKind.SUPPLIER:
        firm = await Organisation.get(id=actor.organisation_id)
        checks = [check._asdict() for check in await memberships.checks_of(pool, firm)]
    is_owner = access.owns(actor, pool)
    query = access.applications_to(pool) if is_owner else access.members_of(pool)
    return {
        "pool": pool, "place": place, "checks": labels.reasons(checks), "is_owner": is_owner,
        "can_apply": _can_apply(actor, pool, place), "form": Form(ApplicationInput),
        "page": await paginate(request, query), "needs": labels.requirements_of(pool),
        "facts": labels.facts_of(pool), "reasons": labels.reasons, **more,
    }  # fmt: skip


def _can_apply(actor: Actor, pool: Pool, place: Any) -> bool:
    is_free = place is None or place.status in ("refused", "withdrawn", "expired")
    is_supplier = actor.kind == OrganisationKind.SUPPLIER and actor.verified
    return is_supplier and is_free and memberships.takes_applications(pool)


async def edit(request: Request) -> Response:
    """A new pool, or a draft to change."""
    actor = web.signed_in(request, *pools.OWNERS)
    require(actor, Role.BUYER, Role.PROJECT, verified=False)
    number = request.path_params.get("number")
    pool = await access.own_pool(actor, number) if number else None
    form = await Form.read(
        request, PoolInput, _typed(pool) if pool else {"place": "不限"}, draft="kept"
    )
    if form.is_valid:
        with form.guard():
            saved = await (
                pools.change_pool(pool, form.input, by=actor)
                if pool else pools.draft_pool(form.input, by=actor)
            )  # fmt: skip
            return web.see_other(
                request, "pools:show", number=saved.number, flash=_("The draft is saved")
            )
    return await web.render(
        request, "market/pools/pools_edit.html", form=form, pool=pool, **_choices()
    )


def _choices() -> dict[str, Any]:
    return {
        "modalities": words.choices(MODALITIES), "annotators": words.choices(ANNOTATOR_TYPES),
        "grades": words.choices(DATA_GRADES), "places": words.choices(WORK_PLACES),
        "levels": words.level_choices(), "certificates": [(n, n) for n in labels.CERTIFICATES],
        "provinces": [name for _code, name in province_choices()],
    }  # fmt: skip


def _typed(pool: Pool) -> dict[str, Any]:
    values = {name: getattr(pool, name, None) for name in PoolInput.model_fields}
    values |= {name: pool.requirements.get(name, "") for name in FLAGS}
    values |= {name: pool.competition.get(name, "") for name in COMPETITION}
    values["place_region_code"] = (
        words.place(pool.place_region_code) if pool.place_region_code else ""
    )
    values["languages"] = "、".join(pool.languages)
    values["health_level"] = "" if pool.health_level is None else str(pool.health_level)
    return values


async def open_(request: Request) -> Response:
    """Open a draft for applications."""
    actor = web.signed_in(request)
    pool = await access.own_pool(actor, request.path_params["number"])
    await pools.open_pool(pool, by=actor)
    return web.see_other(request, "pools:show", number=pool.number, flash=_("The pool is open"))


async def close(request: Request) -> Response:
    """Close a pool, with a reason."""
    actor = web.signed_in(request)
    pool = await access.own_pool(actor, request.path_params["number"])
    form = await Form.read(request, PoolReasonInput)
    if form.is_valid:
        with form.guard():
            await pools.close_pool(pool, form.input.reason, by=actor)
            return web.see_other(
                request, "pools:show", number=pool.number, flash=_("The pool is closed")
            )
    return await web.render(request, "market/pools/pools_close.html", form=form, pool=pool)


async def apply(request: Request) -> Response:
    """Apply with one click and a statement."""
    actor = web.signed_in(request)
    pool = await access.visible_pool(actor, request.path_params["number"])
    form = await Form.read(request, ApplicationInput)
    if form.is_valid:
        with form.guard():
            await memberships.apply_to_pool(pool, form.input.statement, by=actor)
            return web.see_other(
                request, "pools:show", number=pool.number, flash=_("You have applied")
            )
    context = await _context(request, actor, pool, form=form)
    return await web.render(request, "market/pools/pools_show.html", **context)


async def decide(request: Request) -> Response:
    """The owner's look at one application: checks, statement, decision."""
    actor = web.signed_in(request)
    place = await access.place_to_decide(actor, request.path_params["id"])
    form = await Form.read(request, AdmissionInput)
    if form.is_valid:
        with form.guard():
            await memberships.decide_application(place, form.input, by=actor)
            return web.see_other(
                request, "pools:show", number=place.pool.number, flash=_("Decided")
            )
    return await web.render(
        request, "market/pools/pools_decide.html", form=form, place=place, pool=place.pool,
        checks=labels.reasons(place.checks), suspension=Form(PoolReasonInput),
    )  # fmt: skip


async def suspend(request: Request) -> Response:
    """Suspend a member, with a reason."""
    actor = web.signed_in(request)
    place = await access.place_to_decide(actor, request.path_params["id"])
    form = await Form.read(request, PoolReasonInput)
    if form.is_valid:
        with form.guard():
            await memberships.suspend_member(place, form.input.reason, by=actor)
            return web.see_other(
                request, "pools:show", number=place.pool.number, flash=_("The place is suspended")
            )
    return await web.render(
        request, "market/pools/pools_decide.html", form=Form(AdmissionInput), place=place,
        pool=place.pool, checks=labels.reasons(place.checks), suspension=form,
        status_code=form.status_code,
    )  # fmt: skip


async def reinstate(request: Request) -> Response:
    """Let a suspended member compete again."""
    actor = web.signed_in(request)
    place = await access.place_to_decide(actor, request.path_params["id"])
    await memberships.reinstate_member(place, by=actor)
    return web.see_other(
        request, "pools:show", number=place.pool.number, flash=_("The place is restored")
    )


async def withdraw(request: Request) -> Response:
    """Take an application back, or leave a pool."""
    actor = web.signed_in(request)
    place = await access.place_of_own(actor, request.path_params["id"])
    await memberships.withdraw_from_pool(place, by=actor)
    return web.see_other(
        request, "pools:show", number=place.pool.number, flash=_("You are no longer in the pool")
    )


routes = [
    Route("/pools", show_pools, name="pools:list"),
    Route("/pools/new", edit, name="pools:draft", methods=["GET", "POST"]),
    Route("/pools/mine", show_own, name="pools:mine"),
    Route("/pools/{number}", show, name="pools:show"),
    Route("/pools/{number}/edit", edit, name="pools:edit", methods=["GET", "POST"]),
    Route("/pools/{number}/open", open_, name="pools:open", methods=["POST"]),
    Route("/pools/{number}/close", close, name="pools:close", methods=["GET", "POST"]),
    Route("/pools/{number}/apply", apply, name="pools:apply", methods=["POST"]),
    Route("/pool-places/{id}", decide, name="pools:decide", methods=["GET", "POST"]),
    Route("/pool-places/{id}/suspend", suspend, name="pools:suspend", methods=["POST"]),
    Route("/pool-places/{id}/reinstate", reinstate, name="pools:reinstate", methods=["POST"]),
    Route("/pool-places/{id}/withdraw", withdraw, name="pools:withdraw", methods=["POST"]),
]
