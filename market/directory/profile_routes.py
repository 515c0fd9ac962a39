"""A supplier's own pages: profile by sections, prices, capacities, certificates, publishing."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.directory import access, certificates, labels, profiles, rates, words
from market.directory.forms import SECTIONS, CapacityInput, CertificateInput, PriceInput
from market.kit import files, web
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _

SUPPLIER = OrganisationKind.SUPPLIER
SCANS = {suffix: files.BINARY[suffix] for suffix in (".pdf", ".png", ".jpg", ".jpeg")}


async def overview(request: Request) -> Response:
    """The parts of the profile, what each says, and what publishing still needs."""
    actor = web.signed_in(request, SUPPLIER)
    profile = await access.own_profile(actor)
    return await web.render(
        request, "market/directory/suppliers_edit.html", profile=profile, words=words,
        organisation=profile.organisation, missing=profiles.missing_parts(profile),
        sections=labels.sections(),
        standings=certificates.standings(profile, list(profile.organisation.certificates)),
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """One section of the profile."""
    actor = web.signed_in(request, SUPPLIER)
    section = request.path_params["section"]
    if section not in SECTIONS:
        raise NotFound(_("There is no such entry"))
    profile = await access.own_profile(actor)
    form = await Form.read(request, SECTIONS[section], labels.typed(profile, section), draft="kept")
    if form.is_valid:
        with form.guard():
            await profiles.save_profile(profile.organisation_id, form.input, by=actor)
            return web.see_other(request, "suppliers:edit", flash=_("Saved"))
    return await web.render(
        request, "market/directory/suppliers_edit_section.html", form=form, section=section, words=words,
        sections=labels.sections(), choices=await labels.choices_of(section),
    )  # fmt: skip


async def publish(request: Request) -> Response:
    """List the supplier in public."""
    actor = web.signed_in(request, SUPPLIER)
    await profiles.publish_profile(await access.saved_profile(actor), by=actor)
    return web.see_other(request, "suppliers:edit", flash=_("The profile is public now"))


async def unpublish(request: Request) -> Response:
    """Take the supplier off the list."""
    actor = web.signed_in(request, SUPPLIER)
    await profiles.unpublish(await access.saved_profile(actor), by=actor)
    return web.see_other(request, "suppliers:edit", flash=_("The profile is no longer public"))


async def prices(request: Request) -> Response:
    """All price bands, and a form for one more."""
    actor = web.signed_in(request, SUPPLIER)
    form = await Form.read(request, PriceInput, {"is_tax_included": "1"})
    if form.is_valid:
        with form.guard():
            await rates.save_price(await access.saved_profile(actor), form.input, by=actor)
            return web.see_other(request, "suppliers:prices", flash=_("Price added"))
    return await _rate_page(request, "suppliers_prices.html", form)


async def edit_price(request: Request) -> Response:
    """Change a price band."""
    actor = web.signed_in(request, SUPPLIER)
    price = await access.own_price(request.path_params["key"], actor)
    form = await Form.read(request, PriceInput, labels.typed_row(price, PriceInput))
    if form.is_valid:
        with form.guard():
            await rates.save_price(price.profile, form.input, price=price, by=actor)
            return web.see_other(request, "suppliers:prices", flash=_("Price changed"))
    return await _rate_page(request, "suppliers_prices.html", form, row=price)


async def remove_price(request: Request) -> Response:
    """Take out a price band."""
    actor = web.signed_in(request, SUPPLIER)
    price = await access.own_price(request.path_params["key"], actor)
    await rates.remove_row(price.profile, price, by=actor)
    return web.see_other(request, "suppliers:prices", flash=_("Price removed"))


async def capacities(request: Request) -> Response:
    """All daily capacities, and a form for one more."""
    actor = web.signed_in(request, SUPPLIER)
    form = await Form.read(request, CapacityInput)
    if form.is_valid:
        with form.guard():
            await rates.save_capacity(await access.saved_profile(actor), form.input, by=actor)
            return web.see_other(request, "suppliers:capacities", flash=_("Capacity added"))
    return await _rate_page(request, "suppliers_capacities.html", form)


async def edit_capacity(request: Request) -> Response:
    """Change a daily capacity."""
    actor = web.signed_in(request, SUPPLIER)
    capacity = await access.own_capacity(request.path_params["key"], actor)
    form = await Form.read(request, CapacityInput, labels.typed_row(capacity, CapacityInput))
    if form.is_valid:
        with form.guard():
            await rates.save_capacity(capacity.profile, form.input, capacity=capacity, by=actor)
            return web.see_other(request, "suppliers:capacities", flash=_("Capacity changed"))
    return await _rate_page(request, "suppliers_capacities.html", form, row=capacity)


async def remove_capacity(request: Request) -> Response:
    """Take out a daily capacity."""
    actor = web.signed_in(request, SUPPLIER)
    capacity = await access.own_capacity(request.path_params["key"], actor)
    await rates.remove_row(capacity.profile, capacity, by=actor)
    return web.see_other(request, "suppliers:capacities", flash=_("Capacity removed"))


async def _rate_page(request: Request, page: str, form: Form[Any], row: Any = None) -> Response:
    profile = await access.own_profile(web.actor_of(request))
    return await web.render(
        request, f"market/directory/{page}", form=form, profile=profile, row=row, words=words,
        units=labels.unit_names(), tasks=labels.task_names(),
    )  # fmt: skip


async def certificate_list(request: Request) -> Response:
    """The credentials with their standing, and a form for one more."""
    actor = web.signed_in(request, SUPPLIER)
    form = await Form.read(request, CertificateInput)
    if form.is_valid:
        with form.guard():
            scan = form.upload("file")
            stored = await files.store_upload(scan, by=actor, kinds=SCANS) if scan else None
            await certificates.add_certificate(
                access.organisation_of(actor), form.input, file=stored, by=actor
            )
            return web.see_other(request, "suppliers:certificates", flash=_("Certificate added"))
    profile = await access.own_profile(actor)
    return await web.render(
        request, "market/directory/suppliers_certificates.html", form=form, names=labels.CERTIFICATES,
        standings=certificates.standings(profile, list(profile.organisation.certificates)),
    )  # fmt: skip


async def remove_certificate(request: Request) -> Response:
    """Take out a credential."""
    actor = web.signed_in(request, SUPPLIER)
    row = await access.own_certificate(request.path_params["key"], actor)
    await certificates.remove_certificate(row, by=actor)
    return web.see_other(request, "suppliers:certificates", flash=_("Certificate removed"))


async def remove_name(request: Request) -> Response:
    """Take back a credential that was only declared."""
    actor = web.signed_in(request, SUPPLIER)
    data = await request.form()
    organisation_id = access.organisation_of(actor)
    await certificates.remove_name(organisation_id, str(data.get("name", "")), by=actor)
    return web.see_other(request, "suppliers:certificates", flash=_("Certificate removed"))


async def verify_certificate(request: Request) -> Response:
    """An operator has seen the original."""
    actor = web.signed_in(request, OrganisationKind.OPERATOR)
    row = await access.certificate_to_check(request.path_params["key"], actor)
    await certificates.verify_certificate(row, by=actor)
    return web.see_other(
        request, "suppliers:show", number=row.organisation.number, flash=_("Certificate verified")
    )


async def certificate_file(request: Request) -> Response:
    """The scan of a credential."""
    actor = web.signed_in(request)
    file = await access.certificate_file(request.path_params["key"], actor)
    return Response(
        await files.read(file), media_type=file.content_type,
        headers={"content-disposition": "inline; filename*=UTF-8''" + quote(file.filename)},
    )  # fmt: skip


routes = [
    Route("/profile", overview, name="suppliers:edit"),
    Route("/profile/publish", publish, name="suppliers:publish", methods=["POST"]),
    Route("/profile/unpublish", unpublish, name="suppliers:unpublish", methods=["POST"]),
    Route("/profile/prices", prices, name="suppliers:prices", methods=["GET", "POST"]),
    Route(
        "/profile/prices/{key}", edit_price, name="suppliers:edit_price", methods=["GET", "POST"]
    ),
    Route(
        "/profile/prices/{key}/remove", remove_price, name="suppliers:remove_price",
        methods=["POST"],
    ),
    Route("/profile/capacities", capacities, name="suppliers:capacities", methods=["GET", "POST"]),
    Route(
        "/profile/capacities/{key}", edit_capacity, name="suppliers:edit_capacity",
        methods=["GET", "POST"],
    ),
    Route(
        "/profile/capacities/{key}/remove", remove_capacity, name="suppliers:remove_capacity",
        methods=["POST"],
    ),
    Route(
        "/profile/certificates", certificate_list, name="suppliers:certificates",
        methods=["GET", "POST"],
    ),
    Route(
        "/profile/certificates/{key}/remove", remove_certificate,
        name="suppliers:remove_certificate", methods=["POST"],
    ),
    Route(
        "/certificates/{key}/verify", verify_certificate, name="suppliers:verify_certificate",
        methods=["POST"],
    ),
    Route("/profile/declared/remove", remove_name, name="suppliers:remove_name", methods=["POST"]),
    Route("/certificates/{key}", certificate_file, name="suppliers:certificate_file"),
    Route("/profile/{section}", edit, name="suppliers:edit_section", methods=["GET", "POST"]),
]  # fmt: skip
