"""Pages of an organisation for its members: profile, verification, members, invitations."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts import (
    access,
    invitations,
    labels,
    members,
    organisations,
    sessions,
    sign_in,
    verification,
)
from market.accounts.exports import MEMBERS
from market.accounts.forms import (
    InvitationInput,
    JoinInput,
    OrganisationInput,
    OrganisationProfileInput,
    RoleInput,
    VerificationInput,
)
from market.accounts.identity_routes import (
    browser,
    forget_secrets,
    region_names,
    signed_in_response,
)
from market.accounts.models import Invitation, Organisation
from market.accounts.permissions import require
from market.kit import files, i18n, tables, web
from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.kit.paging import whole
from market.vocabulary import regions, trade
from market.vocabulary.industries import INDUSTRIES


async def found(request: Request) -> Response:
    """Register another organisation."""
    actor = web.signed_in(request)
    form = await Form.read(request, OrganisationInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await organisations.found_organisation(form.input, by=actor)
            return web.see_other(
                request, "accounts:organisation",
                flash=_("Registered. Choose it at the top right, then have it verified"),
            )  # fmt: skip
    return await web.render(
        request, "market/accounts/found.html", form=form, region_names=region_names(),
        kinds=labels.kind_choices(registering=True),
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """What the organisation says of itself; who has none is led to registering one."""
    actor = web.signed_in(request)
    if actor.organisation_id is None:
        return web.see_other(request, "accounts:found")
    organisation = await access.own_organisation(actor)
    form = await Form.read(
        request, OrganisationProfileInput,
        {name: getattr(organisation, name) for name in OrganisationProfileInput.model_fields},
        draft="kept",
    )  # fmt: skip
    if form.is_valid:
        with form.guard():
            await organisations.edit_organisation(organisation, form.input, by=actor)
            return web.see_other(request, "accounts:organisation", flash=_("Saved"))
    language = i18n.current_locale()
    return await web.render(
        request, "market/accounts/organisation.html", form=form, sizes=trade.ORG_SIZES.choices(language),
        industries=INDUSTRIES.choices(language), **_shown(organisation),
    )  # fmt: skip


def _shown(organisation: Organisation) -> dict[str, Any]:
    """An organisation with the words for its codes."""
    language = i18n.current_locale()
    return {
        "organisation": organisation,
        "kind": labels.kinds()[organisation.kind],
        "org_type": trade.ORG_TYPES.label(organisation.org_type, language),
        "region": regions.full_name(organisation.region_code),
    }


async def verify(request: Request) -> Response:
    """Ask the operator to verify the organisation."""
    actor = web.signed_in(request)
    organisation = await access.own_organisation(actor)
    form = await Form.read(
        request, VerificationInput,
        {"name": organisation.name, "region_code": regions.full_name(organisation.region_code)},
        draft="kept",
    )  # fmt: skip
    if form.is_valid:
        with form.guard():
            await _submit(organisation, form, by=actor)
            return web.see_other(
                request, "accounts:verify",
                flash=_("Sent to the operator; you get an e-mail with the decision"),
            )  # fmt: skip
    return await web.render(
        request, "market/accounts/verify.html", form=form, region_names=region_names(),
        org_types=trade.ORG_TYPES.choices(i18n.current_locale()), **_shown(organisation),
    )  # fmt: skip


async def _submit(organisation: Organisation, form: Form[VerificationInput], *, by: Actor) -> None:
    require(by, verified=False)
    upload = form.upload("licence")
    if upload is None:
        raise InvalidInput(fields={"licence": _("Attach the licence as PDF, PNG or JPEG")})
    licence = await files.store_upload(
        upload, by=by, field="licence", kinds=verification.LICENCE_KINDS
    )
    await verification.submit_verification(organisation, form.input, licence=licence, by=by)


async def licence(request: Request) -> Response:
    """The licence file, for the organisation's members and the operator."""
    actor = web.signed_in(request)
    file = await access.licence(request.path_params["number"], actor)
    return tables.download(await files.read(file), file.content_type, file.filename)


async def list_members(request: Request) -> Response:
    """Members and open invitations, and a form to invite."""
    actor = web.signed_in(request)
    organisation = await access.own_organisation(actor)
    form = await Form.read(request, InvitationInput)
    if form.is_valid:
        await limit("50/hour", "invite", str(organisation.id))
        with form.guard():
            await invitations.invite_member(organisation, form.input, by=actor)
            return web.see_other(
                request, "accounts:members",
                flash=_("Invitation sent to %(email)s", email=form.input.email),
            )  # fmt: skip
    if request.method == "GET" and (
        file := await MEMBERS.file(request, await access.own_members(actor))
    ):
        return file
    return await _members_page(request, form)


async def _members_page(
    request: Request, form: Form[InvitationInput], refused: Form[RoleInput] | None = None
) -> Response:
    actor = web.signed_in(request)
    return await web.render(
        request, "market/accounts/members.html", form=form, refused=refused,
        page=whole(request, await access.own_members(actor)), roles=labels.roles(),
        invitations=await access.own_invitations(actor), role_choices=labels.role_choices(),
        status_code=refused.status_code if refused else 200,
        **_shown(await access.own_organisation(actor)),
    )  # fmt: skip


async def change_role(request: Request) -> Response:
    """Give a member another role."""
    actor = web.signed_in(request)
    membership = await access.own_member(request.path_params["membership_id"], actor)
    form = await Form.read(request, RoleInput)
    if form.is_valid:
        with form.guard():
            await members.change_role(membership, form.input.role, by=actor)
            return web.see_other(request, "accounts:members", flash=_("Saved"))
    return await _members_page(request, Form(InvitationInput), form)


async def remove_member(request: Request) -> Response:
    """End a membership: an owner removes a member, or a member leaves."""
    actor = web.signed_in(request)
    membership = await access.own_member(request.path_params["membership_id"], actor)
    await members.remove_member(membership, by=actor)
    left = membership.person_id == actor.person_id
    page = "workspace:show" if left else "accounts:members"
    return web.see_other(request, page, flash=_("The membership has ended"))


async def revoke_invitation(request: Request) -> Response:
    """Take an open invitation back."""
    actor = web.signed_in(request)
    invitation = await access.own_invitation(request.path_params["invitation_id"], actor)
    await invitations.revoke_invitation(invitation, by=actor)
    return web.see_other(request, "accounts:members", flash=_("The invitation is taken back"))


async def join(request: Request) -> Response:
    """Accept an invitation as a new person; someone with an account logs in first."""
    invitation = await access.invitation_by_token(request.path_params["token"])
    form = await Form.read(request, JoinInput)
    if form.is_valid:
        with form.guard():
            person = await invitations.join_as_new_person(invitation, form.input)
            token = await sign_in.sign_in(person, **browser(request))
            return signed_in_response(person, token, "")
    forget_secrets(form)
    return await _invitation_page(request, invitation, form)


async def _invitation_page(
    request: Request, invitation: Invitation, form: Form[JoinInput]
) -> Response:
    actor = web.actor_of(request)
    person = await access.own_person(actor) if actor.is_authenticated else None
    return await web.render(
        request, "market/accounts/join.html", form=form, invitation=invitation,
        person=person, has_account=await access.has_account(invitation),
        is_open=access.is_open(invitation), role=labels.roles()[invitation.role],
        here=request.url.path,
    )  # fmt: skip


async def accept(request: Request) -> Response:
    """Accept an invitation with the account one is logged in with."""
    actor = web.signed_in(request)
    invitation = await access.invitation_by_token(request.path_params["token"])
    membership = await invitations.accept_invitation(invitation, by=actor)
    if actor.session_id is not None:
        await sessions.switch_organisation(actor.session_id, membership.id, by=actor)
    return web.see_other(request, "workspace:show", flash=_("Welcome"))


routes = [
    Route("/organisation", edit, name="accounts:organisation", methods=["GET", "POST"]),
    Route("/organisation/new", found, name="accounts:found", methods=["GET", "POST"]),
    Route("/organisation/verification", verify, name="accounts:verify", methods=["GET", "POST"]),
    Route("/organisation/members", list_members, name="accounts:members", methods=["GET", "POST"]),
    Route("/organisation/members/{membership_id}/role", change_role,
          name="accounts:change_role", methods=["POST"]),
    Route("/organisation/members/{membership_id}/remove", remove_member,
          name="accounts:remove_member", methods=["POST"]),
    Route("/organisation/invitations/{invitation_id}/revoke", revoke_invitation,
          name="accounts:revoke_invitation", methods=["POST"]),
    Route("/organisations/{number}/licence", licence, name="accounts:licence"),
    Route("/invitations/{token}", join, name="accounts:join", methods=["GET", "POST"]),
    Route("/invitations/{token}/accept", accept, name="accounts:accept", methods=["POST"]),
]  # fmt: skip
