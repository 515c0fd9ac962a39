"""A supplier's credentials: added with proof, counted only while valid."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind
from market.directory.announcements import announce
from market.directory.forms import CertificateInput
from market.directory.models import Certificate, SupplierProfile
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.files import StoredFile

EDITORS = ("sales", "project", "quality")
State = Literal["valid", "expired", "declared"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A credential of a supplier on a day: `declared` has no certificate behind it yet."""

    name: str
    state: State
    valid_until: dt.date | None = None
    is_verified: bool = False
    certificate: Certificate | None = None


def standings(
    profile: SupplierProfile, rows: Sequence[Certificate], *, on: dt.date | None = None
) -> list[Standing]:
    """Every credential of the profile as it stands on a day (today), the longest valid row each.

    A certificate is valid to the end of its last day; one without a date does not expire.
    """
    day = on or clock.today()
    best: dict[str, Certificate] = {}
    for row in rows:
        known = best.get(row.name)
        if known is None or (row.valid_until or dt.date.max) > (known.valid_until or dt.date.max):
            best[row.name] = row
    found = [_standing(row, day) for row in best.values()]
    return found + [Standing(name, "declared") for name in profile.certs if name not in best]


def _standing(row: Certificate, day: dt.date) -> Standing:
    expired = row.valid_until is not None and row.valid_until < day
    return Standing(
        row.name,
        "expired" if expired else "valid",
        row.valid_until,
        row.verified_at is not None,
        row,
    )


def names_in_force(
    profile: SupplierProfile, rows: Sequence[Certificate], *, on: dt.date | None = None
) -> list[str]:
    """The credentials a job may count on: declared or proven, and not expired."""
    return [item.name for item in standings(profile, rows, on=on) if item.state != "expired"]


@atomic()
async def add_certificate(
    organisation_id: UUID, content: CertificateInput, *, file: StoredFile | None = None, by: Actor
) -> Certificate:
    """Add a credential with its number, last day and (optionally) its scan; it counts at once.

    Owner, sales, project and quality may. An operator's check is `verify_certificate`.
    """
    require(by, *EDITORS, verified=False)
    organisation = await Organisation.select_for_update().get(
        id=organisation_id, kind=OrganisationKind.SUPPLIER
    )
    row = await Certificate.create(organisation=organisation, file=file, **content.model_dump())
    await audit.record(row, "certificate:add", by=by, after=content.model_dump())
    profile, _made = await SupplierProfile.get_or_create(organisation_id=organisation.id)
    if row.name not in profile.certs:
        profile.certs = [*profile.certs, row.name]
        await profile.save(update_fields=["certs"])
    await announce(profile)
    return row


@atomic()
async def remove_certificate(certificate: Certificate, *, by: Actor) -> None:
    """Take out a credential; its name goes too unless another certificate carries it."""
    require(by, *EDITORS, verified=False)
    await lock_id(Organisation, certificate.organisation_id)
    if not await Certificate.filter(id=certificate.id).delete():
        return
    await audit.record(
        certificate, "certificate:remove", by=by,
        before={"name": certificate.name, "number": certificate.number},
    )  # fmt: skip
    profile = await SupplierProfile.get(organisation_id=certificate.organisation_id)
    left = {"organisation_id": certificate.organisation_id, "name": certificate.name}
    if not await Certificate.filter(**left).exists():
        profile.certs = [name for name in profile.certs if name != certificate.name]
        await profile.save(update_fields=["certs"])
    await announce(profile)


@atomic()
async def remove_name(organisation_id: UUID, name: str, *, by: Actor) -> None:
    """Take back a credential that was only declared; one with a certificate stays."""
    require(by, *EDITORS, verified=False)
    await lock_id(Organisation, organisation_id)
    profile = await SupplierProfile.get(organisation_id=organisation_id)
    proven = await Certificate.filter(organisation_id=organisation_id, name=name).exists()
    if name not in profile.certs or proven:
        return
    profile.certs = [held for held in profile.certs if held != name]
    await profile.save(update_fields=["certs"])
    await audit.record(profile, "certificate:remove", by=by, before={"name": name})
    await announce(profile)


@atomic()
async def verify_certificate(certificate: Certificate, *, by: Actor) -> Certificate:
    """An operator has seen the original; verifying again changes nothing."""
    require(by, kind=OrganisationKind.OPERATOR)
    certificate = await lock(certificate)
    if certificate.verified_at is None:
        certificate.verified_at = clock.now()
        await certificate.save(update_fields=["verified_at"])
        await audit.record(certificate, "certificate:verify", by=by)
    return certificate
