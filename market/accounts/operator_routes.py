"""Pages of the operator: the verification queue and the standing of organisations."""

from collections.abc import Awaitable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts import access, labels, organisations, shareholders, verification
from market.accounts.exports import ORGANISATIONS
from market.accounts.forms import DecisionInput, NewOrganisationInput
from market.accounts.identity_routes import region_names
from market.accounts.models import Organisation
from market.accounts.states import OrganisationStatus
from market.kit import audit, i18n, web
from market.kit.actor import Actor
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.vocabulary import regions, trade


class Decision(Protocol):
    """A verb that decides about an organisation, with a reason."""

    def __call__(
        self, organisation: Organisation, reason: str, *, by: Actor
    ) -> Awaitable[Organisation]: ...


async def list_organisations(request: Request) -> Response:
    """Who waits for verification, the longest first; other standings by filter."""
    actor = web.signed_in(request, "operator")
    status = request.query_params.get("status", OrganisationStatus.PENDING_VERIFICATION)
    text = request.query_params.get("q", "")
    query = access.organisations_to_decide(actor, status=status, text=text)
    return await ORGANISATIONS.file(request, query) or await web.render(
        request, "market/accounts/operator_verification.html", page=await paginate(request, query),
        kinds=labels.kinds(), region_name=regions.full_name, status=status, text=text,
        statuses=tuple(OrganisationStatus),
    )  # fmt: skip


async def show_organisation(request: Request) -> Response:
    """An organisation with its licence and history, and what may be decided about it."""
    actor = web.signed_in(request, "operator")
    organisation = await access.organisation_to_decide(request.path_params["number"], actor)
    return await _page(request, organisation, Form(DecisionInput))


async def _page(
    request: Request, organisation: Organisation, form: Form[DecisionInput]
) -> Response:
    language = i18n.current_locale()
    return await web.render(
        request, "market/accounts/operator_organisation.html", form=form, organisation=organisation,
        kind=labels.kinds()[organisation.kind], region=regions.full_name(organisation.region_code),
        org_type=trade.ORG_TYPES.label(organisation.org_type, language),
        holders=await shareholders.shareholders_of(organisation),
        history=_timeline(await audit.history(organisation)),
    )  # fmt: skip


def _timeline(entries: list[audit.LogEntry]) -> list[dict[str, object]]:
    words = labels.history_words()
    return [
        {
            "at": entry.created_at,
            "text": words.get(entry.action, entry.action),
            "actor": entry.actor_label,
            "detail": entry.reason,
        }
        for entry in reversed(entries)
    ]


async def approve(request: Request) -> Response:
    """The licence proves the facts."""
    actor = web.signed_in(request, "operator")
    organisation = await access.organisation_to_decide(request.path_params["number"], actor)
    await verification.approve(organisation, by=actor)
    return web.see_other(
        request, "operator:verification",
        flash=_("%(name)s is verified", name=organisation.name),
    )  # fmt: skip


async def _decide(request: Request, decide: Decision) -> Response:
    actor = web.signed_in(request, "operator")
    organisation = await access.organisation_to_decide(request.path_params["number"], actor)
    form = await Form.read(request, DecisionInput)
    if form.is_valid:
        with form.guard():
            await decide(organisation, form.input.reason, by=actor)
            return web.see_other(
                request, "operator:organisation", number=organisation.number, flash=_("Decided")
            )
    return await _page(request, organisation, form)


async def reject(request: Request) -> Response:
    """Send a request for verification back with the reason."""
    return await _decide(request, verification.reject)


async def suspend(request: Request) -> Response:
    """Stop an organisation from acting."""
    return await _decide(request, verification.suspend)


async def reinstate(request: Request) -> Response:
    """Let a suspended organisation act again."""
    return await _decide(request, verification.reinstate)


async def create(request: Request) -> Response:
    """Create an organisation of any kind and invite its owner."""
    actor = web.signed_in(request, "operator")
    form = await Form.read(request, NewOrganisationInput)
    if form.is_valid:
        with form.guard():
            organisation = await organisations.create_organisation(form.input, by=actor)
            return web.see_other(
                request, "operator:organisation", number=organisation.number,
                flash=_("Created; its owner has been invited"),
            )  # fmt: skip
    return await web.render(
        request, "market/accounts/operator_create_organisation.html", form=form, region_names=region_names(),
        kinds=labels.kind_choices(registering=False),
    )  # fmt: skip


routes = [
    Route("/operator/organisations", list_organisations, name="operator:verification"),
    Route("/operator/organisations/new", create, name="operator:create_organisation",
          methods=["GET", "POST"]),
    Route("/operator/organisations/{number}", show_organisation, name="operator:organisation"),
    Route("/operator/organisations/{number}/approve", approve, name="operator:approve",
          methods=["POST"]),
    Route("/operator/organisations/{number}/reject", reject, name="operator:reject",
          methods=["POST"]),
    Route("/operator/organisations/{number}/suspend", suspend, name="operator:suspend",
          methods=["POST"]),
    Route("/operator/organisations/{number}/reinstate", reinstate, name="operator:reinstate",
          methods=["POST"]),
]  # fmt: skip
