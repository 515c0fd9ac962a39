"""Whether a draft can be published as things stand now: its fields, its rules, its lots, its guests."""

from collections.abc import Sequence
from dataclasses import dataclass

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.kit.i18n import gettext as _
from market.pools.access import usable_pools
from market.tendering import gates, locks, lots
from market.tendering.models import Job, Lot
from market.tendering.procedures import ProcedureConfig
from market.tendering.rules import Effective


@dataclass(frozen=True)
class Readiness:
    """What keeps a job from being published, and what it would be published with."""

    problems: dict[str, str]
    rules: Effective
    lots: list[Lot]
    invited: list[Organisation]


async def readiness_of(job: Job) -> Readiness:
    """Every gate, with what only the database knows: locks, pools, suppliers."""
    rules, rows = await locks.rules_of(job), await lots.lots_of(job)
    problems = gates.problems_of(job, rules=rules) | lots.problems_of(job, rows)
    invited: list[Organisation] = []
    config = rules.config
    if config is not None and config.invited_only:
        invited, unknown = await invited_by(config.invited)
        if unknown and "invited" not in problems:
            problems["invited"] = _("“%(name)s” is no verified supplier here", name=unknown[0])
    if config is not None and config.pool_only and "pool" not in problems:
        problems |= await _pool_problems(job, config)
    return Readiness(problems, rules, rows, invited)


async def invited_by(words: Sequence[str]) -> tuple[list[Organisation], list[str]]:
    """The verified suppliers of these numbers or names, and the words that name none."""
    suppliers = Organisation.filter(
        kind=OrganisationKind.SUPPLIER, status=OrganisationStatus.ACTIVE
    )
    by_word = {row.number: row for row in await suppliers.filter(number__in=words)}
    by_word |= {row.name: row for row in await suppliers.filter(name__in=words)}
    found = {by_word[word].id: by_word[word] for word in words if word in by_word}
    return list(found.values()), [word for word in words if word not in by_word]


async def _pool_problems(job: Job, config: ProcedureConfig) -> dict[str, str]:
    usable = await usable_pools(job.owner_id, job.region_code)
    if config.pool not in {pool.number for pool in usable}:
        return {"pool": _("Choose a pool of your own or of your bureau that is in use")}
    return {}
