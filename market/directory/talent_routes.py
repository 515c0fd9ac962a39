"""A supplier's own talents: list and file, profile, consent."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.directory import access, exports, labels, talents, words
from market.directory.forms import ConsentInput, TalentInput
from market.kit import tables, web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.vocabulary.regions import full_name

SUPPLIER = OrganisationKind.SUPPLIER


async def own(request: Request) -> Response:
    """The talents of the organisation with the state of each consent; as a file with `?format=`."""
    actor = web.signed_in(request, SUPPLIER)
    query = access.own_talents(actor)
    if fmt := tables.format_of(request):
        rows = exports.own_talent_rows(await query)
        return tables.table_response(request, _("Our talents"), exports.talent_columns(), rows, fmt)
    page = await paginate(request, query)
    return await web.render(request, "market/directory/talents_own.html", page=page, words=words)


async def add(request: Request) -> Response:
    """A new talent."""
    actor = web.signed_in(request, SUPPLIER)
    form = await Form.read(
        request, TalentInput, {"region_code": full_name(actor.region_code)}, draft="kept"
    )
    if form.is_valid:
        with form.guard():
            talent = await talents.save_talent(
                form.input, organisation_id=actor.organisation_id, by=actor
            )
            return web.see_other(
                request, "talents:consent", number=talent.number, flash=_("Talent saved")
            )
    return await web.render(
        request, "market/directory/talents_edit.html", form=form, talent=None,
        choices=labels.talent_choices(),
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """Change a talent's profile."""
    actor = web.signed_in(request, SUPPLIER)
    talent = await access.own_talent(request.path_params["number"], actor)
    form = await Form.read(
        request, TalentInput, labels.typed_row(talent, TalentInput), draft="kept"
    )
    if form.is_valid:
        with form.guard():
            await talents.save_talent(
                form.input, talent=talent, organisation_id=talent.organisation_id, by=actor
            )
            return web.see_other(request, "talents:own", flash=_("Talent saved"))
    return await web.render(
        request, "market/directory/talents_edit.html", form=form, talent=talent,
        choices=labels.talent_choices(),
    )  # fmt: skip


async def consent(request: Request) -> Response:
    """What the talent agreed to show."""
    actor = web.signed_in(request, SUPPLIER)
    talent = await access.own_talent(request.path_params["number"], actor)
    shown = talent.consented_fields or list(talents.PROFESSIONAL)
    form = await Form.read(request, ConsentInput, {"fields": shown})
    if form.is_valid:
        with form.guard():
            await talents.give_consent(talent, form.input, by=actor)
            return web.see_other(request, "talents:own", flash=_("Consent recorded"))
    return await web.render(
        request, "market/directory/talents_consent.html", form=form, talent=talent,
        choices=list(labels.consent_labels().items()),
    )  # fmt: skip


async def withdraw(request: Request) -> Response:
    """The talent no longer agrees."""
    actor = web.signed_in(request, SUPPLIER)
    talent = await access.own_talent(request.path_params["number"], actor)
    await talents.withdraw_consent(talent, by=actor)
    return web.see_other(
        request, "talents:own", flash=_("Consent withdrawn; the talent is no longer shown")
    )


async def remove(request: Request) -> Response:
    """Delete a talent's profile."""
    actor = web.signed_in(request, SUPPLIER)
    talent = await access.own_talent(request.path_params["number"], actor)
    await talents.remove_talent(talent, by=actor)
    return web.see_other(request, "talents:own", flash=_("Talent removed"))


routes = [
    Route("/my/talents", own, name="talents:own"),
    Route("/my/talents/new", add, name="talents:add", methods=["GET", "POST"]),
    Route("/my/talents/{number}", edit, name="talents:edit", methods=["GET", "POST"]),
    Route("/my/talents/{number}/consent", consent, name="talents:consent", methods=["GET", "POST"]),
    Route("/my/talents/{number}/withdraw", withdraw, name="talents:withdraw", methods=["POST"]),
    Route("/my/talents/{number}/remove", remove, name="talents:remove", methods=["POST"]),
]
