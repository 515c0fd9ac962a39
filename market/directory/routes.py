"""Public pages of the directory: suppliers, talents, bases, third-party services."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.directory import (
    access,
    certificates,
    exports,
    listings,
    profile_routes,
    talent_routes,
    talents,
    words,
)
from market.kit import clock, tables, web
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.reputation.explanations import explain

MAX_EXPORT = 5000


async def suppliers(request: Request) -> Response:
    """Listed suppliers, narrowed and ordered by the address; as a file with `?format=`."""
    query = access.listed_suppliers()
    if fmt := tables.format_of(request):
        rows = await listings.matching(request, listings.SUPPLIERS, query).limit(MAX_EXPORT)
        return tables.table_response(
            request, _("Suppliers"), exports.supplier_columns(), exports.supplier_rows(rows), fmt
        )
    listing = await listings.listing(
        request, listings.SUPPLIERS, query.prefetch_related("prices", "capacities")
    )
    return await web.render(
        request, "market/directory/suppliers_list.html", listing=listing, words=words
    )


async def supplier(request: Request) -> Response:
    """What a supplier offers."""
    actor = web.actor_of(request)
    profile = await access.supplier_to_see(request.path_params["number"], actor)
    shown = access.listed_talents().filter(organisation_id=profile.organisation_id).limit(12)
    return await web.render(
        request, "market/directory/suppliers_show.html", profile=profile, words=words,
        organisation=profile.organisation, today=clock.today(), talents=await shown,
        view=talents, record=await access.record_of(profile.organisation),
        standings=certificates.standings(profile, list(profile.organisation.certificates)),
        reputation=await explain(profile.organisation, "supplier"),
        badge=(await access.badged([profile.organisation_id])).get(profile.organisation_id),
    )  # fmt: skip


async def talent_list(request: Request) -> Response:
    """Talents whose consent is in force; as a file with `?format=`."""
    query = access.listed_talents()
    if fmt := tables.format_of(request):
        rows = await listings.matching(request, listings.TALENTS, query).limit(MAX_EXPORT)
        return tables.table_response(
            request, _("Talents"), exports.talent_columns(), exports.listed_talent_rows(rows), fmt
        )
    listing = await listings.listing(request, listings.TALENTS, query)
    return await web.render(
        request, "market/directory/talents_list.html", listing=listing, words=words, view=talents
    )


async def talent(request: Request) -> Response:
    """What a talent consented to show."""
    found = await access.talent_to_see(request.path_params["number"], web.actor_of(request))
    return await web.render(
        request, "market/directory/talents_show.html", talent=found, words=words,
        shown=talents.shown(found), is_shown=bool(talents.consented(found)), name=talents.shown_name(found),
    )  # fmt: skip


async def bases(request: Request) -> Response:
    """Annotation bases and parks with how many tenants they list."""
    query = access.named_in(request, access.listed_organisations(OrganisationKind.BASE))
    if file := await exports.ORGANISATIONS.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(
        request, "market/directory/bases_list.html", page=page, words=words,
        tenants=await access.tenants_by_base(page.items), text=access.text_of(request),
    )  # fmt: skip


async def base(request: Request) -> Response:
    """A base with its tenants."""
    found = await access.organisation_to_see(request.path_params["number"], OrganisationKind.BASE)
    tenants = access.listed_suppliers().filter(base_id=found.id).order_by("organisation__name")
    return await web.render(
        request, "market/directory/bases_show.html", base=found, tenants=await tenants, words=words
    )


async def services(request: Request) -> Response:
    """Third-party services: human resources, finance, compliance, law, training."""
    query = access.named_in(request, access.listed_organisations(OrganisationKind.SERVICE))
    if file := await exports.ORGANISATIONS.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(
        request, "market/directory/services_list.html", page=page, words=words,
        text=access.text_of(request),
    )  # fmt: skip


async def service(request: Request) -> Response:
    """What a third-party service says of itself."""
    number = request.path_params["number"]
    found = await access.organisation_to_see(number, OrganisationKind.SERVICE)
    return await web.render(
        request, "market/directory/services_show.html", service=found, words=words
    )


routes = [
    Route("/suppliers", suppliers, name="suppliers:list"),
    Route("/suppliers/{number}", supplier, name="suppliers:show"),
    Route("/talents", talent_list, name="talents:list"),
    Route("/talents/{number}", talent, name="talents:show"),
    Route("/bases", bases, name="bases:list"),
    Route("/bases/{number}", base, name="bases:show"),
    Route("/services", services, name="services:list"),
    Route("/services/{number}", service, name="services:show"),
    *profile_routes.routes,
    *talent_routes.routes,
]
