"""The directory in the JSON API: what is listed, one's own profile, prices and talents."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from tortoise.queryset import QuerySet

from market.directory import access, certificates, profiles, rates, tags, talents
from market.directory.forms import ConsentInput, PricesInput, ProfileInput, TalentInput
from market.directory.models import SupplierProfile, Talent
from market.directory.schemas import (
    CertificateOut,
    SupplierOut,
    SupplierQuery,
    SupplierSummary,
    TalentCard,
    TalentOut,
    TalentQuery,
)
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, cursor_page


def _columns(row: Any, model: type[BaseModel], **more: Any) -> dict[str, Any]:
    """The columns of a row that a model shows."""
    return {name: more[name] if name in more else getattr(row, name) for name in model.model_fields}


def _identity(profile: SupplierProfile) -> dict[str, Any]:
    names = ("number", "external_id", "name", "region_code", "scale_class", "uscc")
    return {name: getattr(profile.organisation, name) for name in names}


def supplier_out(profile: SupplierProfile) -> SupplierOut:
    """A profile with its rows fetched, as the API writes it."""
    proofs = list(profile.organisation.certificates)
    lists: Mapping[str, Any] = {
        "prices": [_plain(row) for row in profile.prices],
        "capacities": [_plain(row) for row in profile.capacities],
        "certificates": [
            _columns(item, CertificateOut) for item in certificates.standings(profile, proofs)
        ],
    }
    return SupplierOut.model_validate(
        _columns(profile, SupplierOut, **_identity(profile), **lists), context={"lenient": True}
    )


def _plain(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


def _talent_out(talent: Talent) -> TalentOut:
    return TalentOut.model_validate(_columns(talent, TalentOut), context={"lenient": True})


def _talent_card(talent: Talent) -> TalentCard:
    organisation = talent.organisation.number if talent.organisation else None
    return TalentCard(
        number=talent.number, name=talents.shown_name(talent), organisation=organisation,
        shown=talents.consented(talent),
    )  # fmt: skip


def _narrowed(listing: str, rows: QuerySet[Any], asked: dict[str, str]) -> QuerySet[Any]:
    return tags.narrow(listing, rows, {facet: [word] for facet, word in asked.items() if word})


@operation("GET", "/suppliers", summary="List suppliers", tag="Directory", public=True,
           query=SupplierQuery, returns=CursorPage[SupplierSummary])  # fmt: skip
async def list_suppliers(call: Call[Nothing, SupplierQuery]) -> CursorPage[SupplierSummary]:
    """Published profiles of verified suppliers."""
    asked = call.query.model_dump(exclude={"limit", "after"})
    query = _narrowed("suppliers", access.listed_suppliers(), asked)
    rows, after = await cursor_page(query, call.query)
    items = [
        SupplierSummary.model_validate(_columns(row, SupplierSummary, **_identity(row)))
        for row in rows
    ]
    return CursorPage(items=items, next=after)


@operation("GET", "/suppliers/{number}", summary="Show a supplier", tag="Directory", public=True,
           returns=SupplierOut)  # fmt: skip
async def show_supplier(call: Call[Nothing, Nothing]) -> SupplierOut:
    """Everything a supplier lists; one's own also before it is published."""
    return supplier_out(await access.supplier_to_see(call.path("number"), call.actor))


@operation("PUT", "/supplier/profile", summary="Save your profile", tag="Directory",
           body=ProfileInput, returns=SupplierOut, scope="directory:write")  # fmt: skip
async def save_profile(call: Call[ProfileInput, Nothing]) -> SupplierOut:
    """Replace the whole profile; prices and capacities are kept."""
    organisation_id = access.organisation_of(call.actor)
    await profiles.save_profile(organisation_id, call.body, by=call.actor)
    return supplier_out(await access.own_profile(call.actor))


@operation("PUT", "/supplier/prices", summary="Set your prices", tag="Directory",
           body=PricesInput, returns=SupplierOut, scope="directory:write")  # fmt: skip
async def set_prices(call: Call[PricesInput, Nothing]) -> SupplierOut:
    """Replace every price band."""
    profile = await access.saved_profile(call.actor)
    await rates.set_prices(profile, call.body.prices, by=call.actor)
    return supplier_out(await access.own_profile(call.actor))


@operation("POST", "/supplier/profile/publication", summary="Publish your profile",
           tag="Directory", returns=SupplierOut, scope="directory:write")  # fmt: skip
async def publish_profile(call: Call[Nothing, Nothing]) -> SupplierOut:
    """List the supplier in public; 409 names what the profile still lacks."""
    await profiles.publish_profile(await access.saved_profile(call.actor), by=call.actor)
    return supplier_out(await access.own_profile(call.actor))


@operation("DELETE", "/supplier/profile/publication", summary="Take your profile off the list",
           tag="Directory", scope="directory:write")  # fmt: skip
async def unpublish(call: Call[Nothing, Nothing]) -> None:
    """What was entered stays."""
    await profiles.unpublish(await access.saved_profile(call.actor), by=call.actor)


@operation("GET", "/talents", summary="List talents", tag="Directory", public=True,
           query=TalentQuery, returns=CursorPage[TalentCard])  # fmt: skip
async def list_talents(call: Call[Nothing, TalentQuery]) -> CursorPage[TalentCard]:
    """Talents whose consent is in force, each with the fields consented to."""
    asked = call.query.model_dump(exclude={"limit", "after"})
    query = _narrowed("talents", access.listed_talents(), asked).select_related("organisation")
    rows, after = await cursor_page(query, call.query)
    return CursorPage(items=[_talent_card(row) for row in rows], next=after)


@operation("GET", "/talents/{number}", summary="Show a talent", tag="Directory", public=True,
           returns=TalentCard)  # fmt: skip
async def show_talent(call: Call[Nothing, Nothing]) -> TalentCard:
    """The consented fields of a talent."""
    return _talent_card(await access.talent_to_see(call.path("number"), call.actor))


@operation("POST", "/supplier/talents", summary="Add a talent", tag="Directory", body=TalentInput,
           returns=TalentOut, status=201, scope="directory:write")  # fmt: skip
async def add_talent(call: Call[TalentInput, Nothing]) -> TalentOut:
    """Nothing of it is public before consent is recorded."""
    organisation_id = access.organisation_of(call.actor)
    return _talent_out(
        await talents.save_talent(call.body, organisation_id=organisation_id, by=call.actor)
    )


@operation("PUT", "/supplier/talents/{number}", summary="Change a talent", tag="Directory",
           body=TalentInput, returns=TalentOut, scope="directory:write")  # fmt: skip
async def change_talent(call: Call[TalentInput, Nothing]) -> TalentOut:
    """Replace a talent's profile; consent is untouched."""
    talent = await access.own_talent(call.path("number"), call.actor)
    return _talent_out(
        await talents.save_talent(
            call.body, talent=talent, organisation_id=talent.organisation_id, by=call.actor
        )
    )


@operation("PUT", "/supplier/talents/{number}/consent", summary="Record a talent's consent",
           tag="Directory", body=ConsentInput, returns=TalentOut,
           scope="directory:write")  # fmt: skip
async def give_consent(call: Call[ConsentInput, Nothing]) -> TalentOut:
    """Only the consented fields are public from now on."""
    talent = await access.own_talent(call.path("number"), call.actor)
    return _talent_out(await talents.give_consent(talent, call.body, by=call.actor))


@operation("DELETE", "/supplier/talents/{number}/consent", summary="Withdraw a talent's consent",
           tag="Directory", scope="directory:write")  # fmt: skip
async def withdraw_consent(call: Call[Nothing, Nothing]) -> None:
    """The talent disappears from the list and the index at once."""
    talent = await access.own_talent(call.path("number"), call.actor)
    await talents.withdraw_consent(talent, by=call.actor)


operations: list[Operation] = [
    list_suppliers, show_supplier, save_profile, set_prices, publish_profile, unpublish,
    list_talents, show_talent, add_talent, change_talent, give_consent, withdraw_consent,
]  # fmt: skip
