"""Organisations of imported records: found by id or social credit code, else registered and verified."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field
from tortoise.expressions import Q

from market.accounts.forms import uscc_fault
from market.accounts.models import Organisation
from market.accounts.organisations import NUMBER_PREFIX
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.directory.words import RegionCode
from market.imports.fields import checked, known
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.vocabulary import uscc
from market.vocabulary.trade import ORG_CLASSES, ORG_TYPES


def _code(value: str) -> str:
    try:
        return uscc.parse(value).code
    except uscc.InvalidUscc as exc:
        raise ValueError(uscc_fault(exc)) from None


class Identity(BaseModel):
    """Who an organisation is, as a record states it."""

    name: str = Field(min_length=2, max_length=120)
    uscc: Annotated[str, AfterValidator(_code)]
    org_type: str = Field(default="", max_length=32)
    region_code: RegionCode
    scale_class: str = Field(default="", max_length=32)
    summary: str = Field(default="", max_length=2000)


def identity_of(data: Mapping[str, Any], *, prefix: str = "") -> Identity:
    """The identity in a record or in its `owner`; faults are named with the prefix."""
    own = {name: data.get(name) for name in Identity.model_fields}
    own["region_code"] = own["region_code"] or data.get("region")
    names = {name: f"{prefix}{name}" for name in Identity.model_fields}
    identity = checked(Identity, own, names)
    found = ORG_TYPES.find(identity.org_type) if identity.org_type else None
    identity.org_type = found.code if found else uscc.parse(identity.uscc).org_type
    identity.scale_class = known(ORG_CLASSES, identity.scale_class)
    return identity


async def organisation_for(
    identity: Identity, *, kind: OrganisationKind, external_id: str | None = None, by: Actor
) -> Organisation:
    """The organisation of this social credit code, registered and verified if it is new.

    The code's check digits (GB 32100) are the proof an import has; the importing operator answers
    for the rest. An organisation already here keeps what it says of itself, unless the import made
    it (`external_id`). Raises InvalidInput when the code belongs to another kind.
    """
    same = Q(uscc=identity.uscc)
    if external_id is not None:
        same |= Q(external_id=external_id)
    matches = await Organisation.filter(same)
    found = next((row for row in matches if row.external_id == external_id), None)
    found = found or next(iter(matches), None)
    if found is None:
        return await _register(identity, kind=kind, external_id=external_id, by=by)
    if external_id is None:
        return found
    if found.kind != kind:
        raise InvalidInput(
            fields={"uscc": _("%(name)s is here already, but not as a supplier", name=found.name)}
        )
    return await _update(found, identity, external_id, by)


async def _register(
    identity: Identity, *, kind: OrganisationKind, external_id: str | None, by: Actor
) -> Organisation:
    organisation = await Organisation.create(
        number=await next_number(NUMBER_PREFIX), kind=kind, external_id=external_id,
        **identity.model_dump(),
    )  # fmt: skip
    for status, changes in (
        (OrganisationStatus.PENDING_VERIFICATION, {}),
        (OrganisationStatus.ACTIVE, {"verified_at": clock.now()}),
    ):
        await organisation.move_to(status, by=by, reason="import", **changes)
    return organisation


async def _update(
    organisation: Organisation, identity: Identity, external_id: str, by: Actor
) -> Organisation:
    values = {**identity.model_dump(), "external_id": external_id}
    changed = {
        name: value for name, value in values.items() if getattr(organisation, name) != value
    }
    if changed:
        before = {name: getattr(organisation, name) for name in changed}
        await organisation.update_from_dict(changed).save(update_fields=list(changed))
        await audit.record(organisation, "imported", by=by, before=before, after=changed)
    return organisation


def acting_for(by: Actor, organisation: Organisation) -> Actor:
    """The importing actor as it acts for an organisation of the file."""
    return replace(
        by, organisation_id=organisation.id, organisation_name=organisation.name,
        kind=organisation.kind.value, region_code=organisation.region_code, verified=True,
    )  # fmt: skip
