"""Verbs of claims: begin, attach a paper, hand in, withdraw; the bureau's decision."""

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, documents, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.rewards.eligibility import Finding, Standing, find
from market.rewards.facts import facts_of
from market.rewards.forms import ClaimDecision, ClaimInput
from market.rewards.models import RewardClaim, RewardPaper
from market.rewards.packs import pack_of
from market.rewards.records import Reward, reward_of
from market.rewards.states import LIVE, ClaimStatus
from market.rewards.words import label_of

CLAIMANTS = (Role.FINANCE, Role.PROJECT)
PAPERS_MAX = 20


class AlreadyClaimed(Conflict):
    """A reward is claimed once a year by an organisation, talents by class once more for each."""

    title = "This reward is claimed already"


class NotEligible(Conflict):
    """What the platform knows speaks against the claim."""

    title = "The conditions of this reward are not fulfilled"


@atomic()
async def begin_claim(reward: Reward, content: ClaimInput, *, by: Actor) -> RewardClaim:
    """Begin a claim of a reward that applies to the organisation, for a year it covers.

    Raises AlreadyClaimed beside a live claim of the same year, NotPermitted for who it is not for.
    """
    require(by, *CLAIMANTS)
    assert by.organisation_id is not None, "require() wants an organisation"
    own = await lock_id(Organisation, by.organisation_id)
    if not reward.is_claimed or not reward.applies_to(own.kind, own.region_code):
        raise NotPermitted(_("This reward is not for your organisation"))
    _check(reward, content)
    same = RewardClaim.filter(organisation=own, reward=reward.code, year=content.year)
    if not reward.classes and (other := await same.filter(status__in=LIVE).first()):
        raise AlreadyClaimed(_("It is claimed as %(number)s", number=other.number))
    claim = await RewardClaim.create(
        number=await next_number("JL"), organisation=own, region_code=own.region_code,
        reward=reward.code, reward_version=reward.version, **content.model_dump(),
    )  # fmt: skip
    await audit.record(claim, "begun", by=by, after={"reward": reward.code, "year": claim.year})
    return claim


def _check(reward: Reward, content: ClaimInput) -> None:
    wrong = {}
    if not reward.covers(content.year) or content.year > clock.today().year:
        wrong["year"] = _("This reward does not hold in that year")
    if bool(reward.classes) != bool(content.talent_class):
        wrong["talent_class"] = _("Choose a class where the reward has classes")
    most = reward.classes.get(content.talent_class, reward.max_fen)
    if most is not None and content.asked_fen > most:
        wrong["asked_fen"] = _("More than the reward gives at most")
    if wrong:
        raise InvalidInput(fields=wrong)


@atomic()
async def attach_paper(
    claim: RewardClaim, criterion: str, file: StoredFile, *, by: Actor
) -> RewardPaper:
    """Attach the proof of one condition to a claim not yet handed in."""
    require(by, *CLAIMANTS)
    claim = await lock(claim)
    _check_open(claim)
    if criterion not in {one.path for one in (await finding_of(claim)).criteria}:
        raise InvalidInput(fields={"criterion": _("This reward has no such condition")})
    if await RewardPaper.filter(claim=claim).count() >= PAPERS_MAX:
        raise Conflict(_("At most %(count)s papers", count=PAPERS_MAX))
    paper = await RewardPaper.create(claim=claim, criterion=criterion, file=file)
    await audit.record(
        claim, "paper attached", by=by, after={"criterion": criterion, "file": file.sha256}
    )
    return paper


@atomic()
async def submit_claim(claim: RewardClaim, *, by: Actor) -> RewardClaim:
    """Hand in with what the platform finds now; its digest stands on the evidence pack.

    A condition without proof needs a paper (InvalidInput names them); one that is disproved refuses
    the claim (NotEligible).
    """
    require(by, *CLAIMANTS)
    claim = await lock(claim)
    _check_open(claim)
    found = await finding_of(claim)
    if found.standing is Standing.UNMET:
        raise NotEligible(_("The platform's own figures do not fulfil the conditions"))
    papers = await RewardPaper.filter(claim=claim).select_related("file").order_by("id")
    if lacking := _lacking(found, {paper.criterion for paper in papers}):
        raise InvalidInput(
            fields={"criterion": _("Missing evidence: %(what)s", what="、".join(lacking))}
        )
    content = await pack_of(claim, found, papers)
    await claim.move_to(
        ClaimStatus.SUBMITTED, by=by, content=content, digest=documents.digest_of(content),
        submitted_at=clock.now(),
    )  # fmt: skip
    await outbox.record("reward.moved", claim=claim.id, status=ClaimStatus.SUBMITTED)
    return claim


def _lacking(found: Finding, proved: set[str]) -> list[str]:
    """The conditions without proof; of alternatives one paper is enough."""
    if found.standing is Standing.MET:
        return []
    open_ones = [one for one in found.missing if one.path not in proved]
    if found.is_any and len(open_ones) < len(found.missing):
        return []
    return [label_of(one.path) for one in open_ones]


@atomic()
async def withdraw_claim(claim: RewardClaim, *, by: Actor) -> RewardClaim:
    """Take back a claim that is not decided."""
    require(by, *CLAIMANTS)
    claim = await lock(claim)
    await claim.move_to(ClaimStatus.WITHDRAWN, by=by)
    return claim


@atomic()
async def decide_claim(claim: RewardClaim, decision: ClaimDecision, *, by: Actor) -> RewardClaim:
    """Grant an amount, at most what was asked and what the reward gives, or refuse; with reasons."""
    require(by, Role.FINANCE, Role.PROJECT, kind=OrganisationKind.BUREAU)
    claim = await lock(claim)
    if decision.grant and not 0 < decision.granted_fen <= claim.asked_fen:
        raise InvalidInput(fields={"granted_fen": _("More than nothing, at most what was asked")})
    await claim.move_to(
        ClaimStatus.GRANTED if decision.grant else ClaimStatus.REFUSED, by=by,
        reason=decision.reasons, reasons=decision.reasons, decided_by_id=by.organisation_id,
        granted_fen=decision.granted_fen if decision.grant else 0, decided_at=clock.now(),
    )  # fmt: skip
    await outbox.record("reward.moved", claim=claim.id, status=claim.status)
    return claim


def _check_open(claim: RewardClaim) -> None:
    if claim.status != ClaimStatus.DRAFT:
        raise Conflict(_("This claim has been handed in"))


async def finding_of(claim: RewardClaim) -> Finding:
    """The reward of a claim as it stands for its organisation now."""
    reward = reward_of(claim.reward, claim.year)
    assert reward is not None, "a published reward stays in the file"
    own = await Organisation.get(id=claim.organisation_id)
    return find(reward, (await facts_of([own], claim.year))[own.id])
