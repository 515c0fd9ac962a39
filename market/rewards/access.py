"""Who may see which claim: its organisation, and the authority of the region."""

from uuid import UUID

from tortoise.queryset import QuerySet

from market.accounts.oversight import READERS, codes_within, own_region
from market.accounts.states import OrganisationKind
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.rewards.models import RewardClaim, RewardPaper
from market.rewards.records import Reward, reward_of
from market.rewards.states import ClaimStatus
from market.vocabulary import regions


def is_authority(by: Actor) -> bool:
    """Whether the actor looks at claims of others."""
    return by.kind in READERS and by.verified


def reward_to_see(code: str) -> Reward:
    """Published rewards are public; NotFound for any other."""
    if (found := reward_of(code)) is None:
        raise NotFound(_("There is no such reward"))
    return found


def claims_to_see(by: Actor) -> QuerySet[RewardClaim]:
    """One's own; for an authority what was handed in from its region."""
    rows = RewardClaim.all().select_related("organisation").order_by("-id")
    if is_authority(by):
        span = codes_within(own_region(by).prefix)
        return rows.filter(region_code__range=span).exclude(submitted_at=None)
    return rows.filter(organisation_id=by.organisation_id)


def undecided_claims(by: Actor) -> QuerySet[RewardClaim]:
    """What waits for a bureau of the region."""
    area = regions.region(by.region_code)
    span = codes_within(area.prefix if area else by.region_code)
    return RewardClaim.filter(region_code__range=span, status=ClaimStatus.SUBMITTED)


async def claim_to_read(by: Actor, number: str) -> RewardClaim:
    """One of them; NotFound for any other."""
    found = await claims_to_see(by).filter(number=number).first()
    if found is None:
        raise NotFound(_("This claim does not exist"))
    return found


async def own_claim(by: Actor, number: str) -> RewardClaim:
    """The organisation's own; NotFound for any other."""
    found = await claim_to_read(by, number)
    if found.organisation_id != by.organisation_id:
        raise NotFound(_("This claim does not exist"))
    return found


async def claim_to_decide(by: Actor, number: str) -> RewardClaim:
    """One of a bureau's region; NotFound for everybody else."""
    found = await claim_to_read(by, number)
    if by.kind != OrganisationKind.BUREAU or found.status == ClaimStatus.DRAFT:
        raise NotFound(_("This claim does not exist"))
    return found


async def paper_to_read(claim: RewardClaim, key: UUID) -> RewardPaper:
    """A paper of a claim that may be read."""
    found = await RewardPaper.get_or_none(claim=claim, id=key).select_related("file")
    if found is None:
        raise NotFound(_("This file does not exist"))
    return found
