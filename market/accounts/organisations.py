"""Organisations: founding one, creating one for others, describing it."""

from market.accounts.forms import (
    SELF_REGISTERED,
    InvitationInput,
    NewOrganisationInput,
    OrganisationInput,
    OrganisationProfileInput,
)
from market.accounts.invitations import offer_role
from market.accounts.models import Membership, Organisation, Person
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number

NUMBER_PREFIX = "O"
MAX_UNVERIFIED = 3


@atomic()
async def found_organisation(details: OrganisationInput, *, by: Actor) -> Organisation:
    """Register an organisation with the actor as owner; it must still be verified.

    Bureaus and operators are created by an operator only. Raises InvalidInput.
    """
    if by.person_id is None:
        raise NotPermitted(_("Please sign in to continue"))
    if details.kind not in SELF_REGISTERED:
        raise InvalidInput(fields={"kind": _("Choose one of the listed values")})
    person = await Person.select_for_update().get(id=by.person_id)
    unverified = await Membership.filter(
        person=person, revoked_at=None, organisation__verified_at=None
    ).count()
    if unverified >= MAX_UNVERIFIED:
        raise InvalidInput(
            _("Have the organisations you registered verified before adding another one")
        )
    organisation = await _create(details, by=by)
    await Membership.create(person=person, organisation=organisation, role=Role.OWNER)
    return organisation


@atomic()
async def create_organisation(details: NewOrganisationInput, *, by: Actor) -> Organisation:
    """Create a verified organisation of any kind and invite its first owner; operators only."""
    require(by, kind=OrganisationKind.OPERATOR)
    organisation = await _create(details, by=by)
    await organisation.move_to(OrganisationStatus.PENDING_VERIFICATION, by=by)
    await organisation.move_to(OrganisationStatus.ACTIVE, by=by, verified_at=clock.now())
    offer = InvitationInput(email=details.email, role=Role.OWNER)
    await offer_role(organisation, offer, by=by)
    return organisation


@atomic()
async def edit_organisation(
    organisation: Organisation, profile: OrganisationProfileInput, *, by: Actor
) -> Organisation:
    """Change what the organisation says of itself; its owner, verified or not."""
    require(by, verified=False)
    organisation = await lock(organisation)
    changed = {
        name: value
        for name, value in profile.model_dump().items()
        if getattr(organisation, name) != value
    }
    if not changed:
        return organisation
    before = {name: getattr(organisation, name) for name in changed}
    organisation.update_from_dict(changed)
    await organisation.save(update_fields=list(changed))
    await audit.record(organisation, "edited", by=by, before=before, after=changed)
    await note_change(organisation)
    return organisation


async def note_change(organisation: Organisation) -> None:
    """Ask for every search document that names the organisation to be renewed: its own as a
    supplier, and those of its jobs and needs; part of the verbs that change it."""
    is_supplier = organisation.kind == OrganisationKind.SUPPLIER
    topic = "supplier.changed" if is_supplier else "organisation.changed"
    await outbox.record(topic, organisation=organisation.id)


async def _create(details: OrganisationInput, *, by: Actor) -> Organisation:
    is_public = details.kind == OrganisationKind.BUREAU
    organisation = await Organisation.create(
        number=await next_number(NUMBER_PREFIX),
        kind=details.kind,
        name=details.name,
        region_code=details.region_code,
        org_type="government" if is_public else "enterprise",
    )
    await audit.record(
        organisation, "registered", by=by,
        after={"name": details.name, "kind": details.kind, "region_code": details.region_code},
    )  # fmt: skip
    return organisation
