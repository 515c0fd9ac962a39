"""Verification of organisations: the unified social credit code, the licence, the operator's decision."""

from tortoise.exceptions import IntegrityError

from market.accounts.forms import VerificationInput
from market.accounts.models import Membership, Organisation
from market.accounts.organisations import note_change
from market.accounts.permissions import VERIFIERS, require
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, transaction
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.files import BINARY, StoredFile
from market.kit.i18n import gettext as _
from market.vocabulary import regions, uscc

LICENCE_KINDS = {suffix: BINARY[suffix] for suffix in (".pdf", ".png", ".jpg", ".jpeg")}


class NothingToDecide(Conflict):
    """The organisation is not in the standing that the decision is about."""

    title = "Nothing to decide"


async def submit_verification(
    organisation: Organisation, facts: VerificationInput, *, licence: StoredFile, by: Actor
) -> Organisation:
    """Ask the operator to verify the organisation by its licence; the owner's step.

    The code (GB 32100-2015) belongs to one organisation only, and proposes type and region where
    they were left open. Raises InvalidInput, InvalidTransition.
    """
    require(by, verified=False)
    code = uscc.parse(facts.uscc)
    try:
        async with transaction():
            row = await lock(organisation)
            if await Organisation.filter(uscc=code.code).exclude(id=row.id).exists():
                raise _taken()
            await row.move_to(
                OrganisationStatus.PENDING_VERIFICATION, by=by,
                name=facts.name, uscc=code.code, licence_file_id=licence.id,
                org_type=facts.org_type or code.org_type,
                region_code=facts.region_code or proposed_region(code) or row.region_code,
                submitted_at=clock.now(), verification_note="",
            )  # fmt: skip
            await outbox.record("organisation.submitted", organisation=row.id)
            return row
    except IntegrityError:  # the same code from two organisations at once
        raise _taken() from None


def proposed_region(code: uscc.Uscc) -> str:
    """The region the code was given in, when it is one of today's; else nothing."""
    found = regions.region(code.region_code)
    return found.code if found else ""


@atomic()
async def approve(organisation: Organisation, *, by: Actor) -> Organisation:
    """The licence proves the facts: the organisation may act in the market.

    Operators only, and nobody approves an organisation they belong to.
    """
    require(by, *VERIFIERS, kind=OrganisationKind.OPERATOR)
    row = await lock(organisation)
    if row.status != OrganisationStatus.PENDING_VERIFICATION:
        raise NothingToDecide(_("This organisation has not asked to be verified"))
    if await Membership.exists(organisation=row, person_id=by.person_id, revoked_at=None):
        raise NotPermitted(_("You belong to this organisation; someone else must decide"))
    await row.move_to(
        OrganisationStatus.ACTIVE, by=by, verified_at=clock.now(), verification_note=""
    )
    await outbox.record("organisation.verified", organisation=row.id)
    await note_change(row)
    return row


@atomic()
async def reject(organisation: Organisation, reason: str, *, by: Actor) -> Organisation:
    """Send the request back with the reason; the code is free again for whom it belongs to."""
    require(by, *VERIFIERS, kind=OrganisationKind.OPERATOR)
    row = await lock(organisation)
    await row.move_to(
        OrganisationStatus.REGISTERED, by=by, reason=reason, uscc=None, verification_note=reason
    )
    await outbox.record("organisation.rejected", organisation=row.id)
    return row


@atomic()
async def suspend(organisation: Organisation, reason: str, *, by: Actor) -> Organisation:
    """Stop an organisation from acting in the market; what it has under way stays visible to it."""
    require(by, *VERIFIERS, kind=OrganisationKind.OPERATOR)
    row = await lock(organisation)
    await row.move_to(OrganisationStatus.SUSPENDED, by=by, reason=reason, verification_note=reason)
    await outbox.record("organisation.suspended", organisation=row.id)
    await note_change(row)
    return row


@atomic()
async def reinstate(organisation: Organisation, reason: str, *, by: Actor) -> Organisation:
    """Let a suspended organisation act again, saying why."""
    require(by, *VERIFIERS, kind=OrganisationKind.OPERATOR)
    row = await lock(organisation)
    if row.status != OrganisationStatus.SUSPENDED:
        raise NothingToDecide(_("Only a suspended organisation can be reinstated"))
    await row.move_to(OrganisationStatus.ACTIVE, by=by, reason=reason, verification_note="")
    await outbox.record("organisation.reinstated", organisation=row.id)
    await note_change(row)
    return row


def _taken() -> InvalidInput:
    return InvalidInput(
        fields={
            "uscc": _(
                "Another organisation here has this code; ask its owner to invite you,"
                " or write to the operator"
            )
        }
    )
