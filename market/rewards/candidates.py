"""Who of a bureau's region would be eligible, and what was asked, granted and refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.functions import Count, Sum
from tortoise.queryset import QuerySet

from market.accounts.models import Organisation
from market.accounts.oversight import codes_within
from market.accounts.states import OrganisationStatus
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export
from market.rewards import words
from market.rewards.eligibility import Finding, Standing, find
from market.rewards.facts import facts_of
from market.rewards.models import RewardClaim
from market.rewards.records import Reward, rewards
from market.vocabulary import regions
from market.vocabulary.regions import Region

CHUNK = 500
ORDER = (Standing.MET, Standing.MISSING, Standing.UNMET)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation and how a reward stands for it."""

    organisation: Organisation
    finding: Finding


@dataclass(frozen=True, slots=True)
class RewardTotal:
    """The claims of a reward in a region: handed in, their sum, granted, their sum (fen)."""

    reward: Reward
    claims: int
    asked_fen: int
    granted: int
    granted_fen: int


CANDIDATES = Export(
    N_("Who would be eligible"),
    (
        (N_("Applicant"), "text", "organisation.name"),
        (N_("Social credit code"), "text", "organisation.uscc"),
        (N_("Region"), "text", lambda row: regions.full_name(row.organisation.region_code)),
        (N_("Standing"), "text", lambda row: _(words.STANDINGS[row.finding.standing])),
        (
            N_("Criteria"),
            "text",
            lambda row: "；".join(map(words.sentence, row.finding.criteria)),
        ),
    ),
)
TOTALS = Export(
    N_("Claims by reward"),
    (
        (N_("Reward"), "text", lambda row: _(row.reward.title)),
        (N_("Claims"), "integer", "claims"),
        (N_("Asked (yuan)"), "money", "asked_fen"),
        (N_("Claims granted"), "integer", "granted"),
        (N_("Granted (yuan)"), "money", "granted_fen"),
    ),
)


async def candidates_of(reward: Reward, region: Region, year: int) -> list[Candidate]:
    """The verified organisations of a region that the reward is for, the eligible ones first."""
    area = regions.region(reward.region)
    inner = area if area and regions.is_within(area.code, region.code) else region
    rows = await Organisation.filter(
        kind__in=reward.subjects, status=OrganisationStatus.ACTIVE,
        region_code__range=codes_within(inner.prefix),
    ).order_by("number")  # fmt: skip
    found: list[Candidate] = []
    for start in range(0, len(rows), CHUNK):
        chunk = [
            row
            for row in rows[start : start + CHUNK]
            if reward.applies_to(row.kind, row.region_code)
        ]
        facts = await facts_of(chunk, year) if chunk else {}
        found += [Candidate(row, find(reward, facts[row.id])) for row in chunk]
    return sorted(found, key=lambda one: ORDER.index(one.finding.standing))


async def totals_of(claims: QuerySet[RewardClaim]) -> Sequence[RewardTotal]:
    """The claims handed in, by reward in the order of publication."""
    rows = await (
        claims.exclude(submitted_at=None)
        .annotate(n=Count("id"), asked=Sum("asked_fen"), granted=Sum("granted_fen"))
        .order_by()
        .group_by("reward")
        .values("reward", "n", "asked", "granted")
    )
    won = await (
        claims.filter(granted_fen__gt=0).annotate(n=Count("id")).order_by().group_by("reward").values("reward", "n")
    )  # fmt: skip
    found, counts = {row["reward"]: row for row in rows}, {row["reward"]: row["n"] for row in won}
    return [
        RewardTotal(
            one, row["n"], int(row["asked"]), counts.get(one.code, 0), int(row["granted"])
        )
        for one in rewards() if (row := found.get(one.code))
    ]  # fmt: skip
