"""Who may see which application: its base and the authorities above it all of it, the public what is publicised."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.certification.models import (
    Certification,
    CertificationMaterial,
    CertificationObjection,
    CertificationRound,
)
from market.certification.states import CertificationStatus
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.vocabulary import regions

PUBLIC = (
    CertificationStatus.PUBLICISED,
    CertificationStatus.OBJECTED,
    CertificationStatus.CERTIFIED,
)


def is_authority(by: Actor) -> bool:
    """Whether the actor reads applications of a region."""
    return by.kind in (OrganisationKind.BUREAU, OrganisationKind.OPERATOR) and by.verified


def _whole(by: Actor) -> Q:
    """What the actor may read in full; drafts are the base's alone."""
    if not is_authority(by):
        return Q(base_id=by.organisation_id)
    area = regions.region(by.region_code) if by.kind == OrganisationKind.BUREAU else None
    prefix = area.prefix if area else "" if by.kind == OrganisationKind.OPERATOR else by.region_code
    return Q(region_code__startswith=prefix) & ~Q(status=CertificationStatus.DRAFT)


def certifications_to_see(by: Actor) -> QuerySet[Certification]:
    """In full one's own or the region's; of the others what is publicised."""
    wanted = Q(status__in=PUBLIC)
    if by.organisation_id is not None:
        wanted |= _whole(by)
    return _listed(wanted)


def certifications_to_read(by: Actor) -> QuerySet[Certification]:
    """Those that the actor may read in full, papers and contacts included."""
    return _listed(_whole(by))


def _listed(wanted: Q) -> QuerySet[Certification]:
    return Certification.filter(wanted).select_related("base", "round").order_by("-id")


def reads_annex_5(by: Actor, call: CertificationRound) -> bool:
    """Whether a round's summary is the actor's to read: an authority's of the province, over its own region."""
    if by.kind == OrganisationKind.OPERATOR:
        return is_authority(by)
    return is_authority(by) and (
        regions.is_within(by.region_code, call.region_code)
        or regions.is_within(call.region_code, by.region_code)
    )


async def certification_to_see(by: Actor, number: str) -> Certification:
    """One of them; NotFound for any other."""
    found = await certifications_to_see(by).filter(number=number).first()
    if found is None:
        raise NotFound(_("This application does not exist"))
    return found


async def reads_whole(by: Actor, row: Certification) -> bool:
    """Whether the actor sees papers, contacts and opinions, not only what is publicised."""
    if by.organisation_id is None:
        return False
    return await certifications_to_read(by).filter(id=row.id).exists()


async def certification_to_read(by: Actor, number: str) -> Certification:
    """One that the actor may read in full; NotFound for any other."""
    row = await certification_to_see(by, number)
    if not await reads_whole(by, row):
        raise NotFound(_("This application does not exist"))
    return row


async def certification_to_decide(by: Actor, number: str) -> Certification:
    """One of a bureau's region; NotFound for everybody else."""
    row = await certification_to_read(by, number)
    if by.kind != OrganisationKind.BUREAU:
        raise NotFound(_("This application does not exist"))
    return row


async def own_certification(by: Actor, number: str) -> Certification:
    """The base's own; NotFound for any other."""
    row = await certification_to_see(by, number)
    if by.organisation_id is None or row.base_id != by.organisation_id:
        raise NotFound(_("This application does not exist"))
    return row


async def round_to_see(number: str) -> CertificationRound:
    """Rounds are public."""
    found = await CertificationRound.get_or_none(number=number).select_related("organiser")
    if found is None:
        raise NotFound(_("This round does not exist"))
    return found


async def material_to_read(row: Certification, key: UUID) -> CertificationMaterial:
    """A paper of an application that may be read in full."""
    found = await CertificationMaterial.get_or_none(certification=row, id=key).select_related(
        "file"
    )
    if found is None:
        raise NotFound(_("This file does not exist"))
    return found


async def objection_of(row: Certification, key: UUID) -> CertificationObjection:
    """An objection to an application."""
    found = await CertificationObjection.get_or_none(certification=row, id=key)
    if found is None:
        raise NotFound(_("This objection does not exist"))
    return found
