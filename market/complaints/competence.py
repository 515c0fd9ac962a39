"""Which authority decides: the bureaus whose region the job or the reported lies in, else the operator."""

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.kit.actor import Actor
from market.vocabulary import regions

DECIDERS = (Role.QUALITY, Role.PROJECT)
AUTHORITIES = (OrganisationKind.BUREAU, OrganisationKind.OPERATOR)


async def bureaus_over(region_code: str) -> list[Organisation]:
    """The bureaus in whose region a place lies, the nearest first."""
    rows = await Organisation.filter(
        kind=OrganisationKind.BUREAU, status=OrganisationStatus.ACTIVE
    ).order_by("id")
    over = [row for row in rows if regions.is_within(region_code, row.region_code)]
    return sorted(over, key=lambda row: -len(row.region_code.rstrip("0")))


async def authorities_over(region_code: str) -> list[Organisation]:
    """Who decides about a place: its bureaus, or the operator where there is none."""
    if found := await bureaus_over(region_code):
        return found
    return await Organisation.filter(
        kind=OrganisationKind.OPERATOR, status=OrganisationStatus.ACTIVE
    ).order_by("id")


async def is_competent(by: Actor, region_code: str) -> bool:
    """Whether the actor's organisation decides about a place."""
    if by.kind not in AUTHORITIES or not by.verified:
        return False
    return by.organisation_id in {row.id for row in await authorities_over(region_code)}


def require_decider(by: Actor) -> None:
    """Let a deciding member of an authority pass; raises NotPermitted."""
    kind = OrganisationKind.OPERATOR if by.kind == OrganisationKind.OPERATOR else "bureau"
    require(by, *DECIDERS, kind=kind)


def region_prefix(by: Actor) -> str:
    """The digits that codes in the actor's region begin with."""
    area = regions.region(by.region_code)
    return area.prefix if area else by.region_code
