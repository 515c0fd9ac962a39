"""What the pages of rewards show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.kit import audit, clock, money
from market.kit.actor import Actor
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status
from market.registration.models import Registration
from market.rewards import words
from market.rewards.eligibility import Criterion, Finding, Standing, find
from market.rewards.facts import facts_of, registrations_in
from market.rewards.models import RewardClaim
from market.rewards.records import Reward, reward_of, rewards
from market.rewards.registration_terms import RegistrationTerms, terms_for
from market.vocabulary import regions

CLAIMS = Export(
    N_("Claims for rewards"),
    (
        (N_("Number"), "text", "number"),
        (N_("Applicant"), "text", "organisation.name"),
        (N_("Reward"), "text", lambda row: title_of(row.reward)),
        (N_("Year"), "text", "year"),
        (N_("Asked (yuan)"), "money", "asked_fen"),
        (N_("Status"), "text", status("reward_claim")),
        (N_("Granted (yuan)"), "money", "granted_fen"),
        (N_("Handed in"), "datetime", "submitted_at"),
        (N_("Decided"), "datetime", "decided_at"),
        (N_("Reasons"), "text", "reasons"),
    ),
)
REWARDS = Export(
    N_("Rewards"),
    (
        (N_("Reward"), "text", lambda row: _(row.title)),
        (N_("Source"), "text", "source"),
        (N_("Clause"), "text", "clause"),
        (N_("Quotation"), "text", "quote"),
        (N_("At most (yuan)"), "money", "max_fen"),
        (N_("From"), "date", "first_day"),
        (N_("Until"), "date", "last_day"),
    ),
)


def title_of(code: str) -> str:
    """The reward's name in the reader's language."""
    reward = reward_of(code)
    return _(reward.title) if reward else code


async def finding_for(reward: Reward, by: Actor, year: int) -> Finding | None:
    """How a reward stands for the actor's organisation; None where it is not for it."""
    own = await Organisation.get_or_none(id=by.organisation_id) if by.organisation_id else None
    if own is None or not reward.applies_to(own.kind, own.region_code) or not reward.covers(year):
        return None
    return find(reward, (await facts_of([own], year))[own.id])


async def findings_for(by: Actor, year: int) -> dict[str, Finding]:
    """The same for every reward, by its code."""
    own = await Organisation.get_or_none(id=by.organisation_id) if by.organisation_id else None
    if own is None:
        return {}
    facts = (await facts_of([own], year))[own.id]
    return {
        reward.code: find(reward, facts) for reward in rewards()
        if reward.applies_to(own.kind, own.region_code) and reward.covers(year)
    }  # fmt: skip


def reasons(criteria: Sequence[Criterion], papers: Collection[str] = ()) -> list[dict[str, Any]]:
    """The conditions for the page's list of reasons; of `papers` those that a paper is attached to."""
    met = {Standing.MET: True, Standing.UNMET: False, Standing.MISSING: None}
    return [
        {"met": met[one.standing], "text": words.sentence(one, has_paper=one.path in papers)}
        for one in criteria
    ]


def stored(content: dict[str, Any]) -> list[Criterion]:
    """The conditions as a claim keeps them."""
    return [
        Criterion(**{**one, "standing": Standing(one["standing"])})
        for one in content.get("criteria", ())
    ]


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """A certificate with what the terms of its day make of its fee; None while rates are unset."""

    registration: Registration
    waived_fen: int | None
    due_fen: int | None


@dataclass(frozen=True, slots=True)
class RegistrationTermsPage:
    """The terms, each certificate of the year, and the subsidy on their sum."""

    terms: RegistrationTerms
    lines: Sequence[RegistrationLine]
    registered_fen: int
    subsidy_fen: int | None


async def registration_page(own_id: UUID, region: str, year: int) -> RegistrationTermsPage | None:
    """What registering cost an organisation in a year and what it is given back."""
    terms = terms_for(region, clock.today())
    if terms is None:
        return None
    rows = await registrations_in([own_id], year).order_by("id")
    lines = [
        RegistrationLine(
            row,
            terms.waived_fen(is_first=row.is_first, is_certified=True),
            terms.due_fen(is_first=row.is_first, is_certified=True),
        )
        for row in rows
    ]
    total = sum(row.content["amount_fen"] for row in rows)
    return RegistrationTermsPage(
        terms, lines, total, terms.subsidy_fen(total, is_certified=bool(rows))
    )


async def history(claim: RewardClaim) -> list[dict[str, Any]]:
    """The log as a timeline."""
    texts = {
        "begun": _("Claim begun"), "paper attached": _("Paper attached"),
        "status:submitted": _("Claim handed in"), "status:granted": _("Reward granted"),
        "status:refused": _("Reward refused"), "status:withdrawn": _("Withdrawn"),
    }  # fmt: skip
    return [
        {"at": entry.created_at, "text": texts.get(entry.action, entry.action),
         "actor": entry.actor_label}
        for entry in await audit.history(claim)
    ]  # fmt: skip


def region_name(code: str) -> str:
    """A region with what it lies in."""
    return regions.full_name(code) or _("the whole country")


def class_choices(reward: Reward) -> list[tuple[str, str]]:
    """The classes of a reward with their amounts."""
    return [(name, f"{name} · {money.format_short(fen)}") for name, fen in reward.classes.items()]


def criterion_choices(finding: Finding) -> list[tuple[str, str]]:
    """The conditions that want a paper, each with the paper that proves it."""
    return [
        (one.path, f"{words.label_of(one.path)}：{words.paper_of(one.path)}")
        for one in finding.missing
    ]
