"""The evidence pack of a claim: what was found, and the rows of the platform behind the figures."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.kit import clock
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export
from market.rewards import facts
from market.rewards.eligibility import Finding
from market.rewards.models import RewardClaim, RewardPaper

MOST = 5000
SOURCES = {
    "settlement": N_("Settlement"),
    "filing": N_("Filing"),
    "registration": N_("Registration"),
    "rating": N_("Dataset rating"),
}
ROWS = Export(
    N_("Evidence pack"),
    (
        (N_("Evidence"), "text", lambda row: _(SOURCES[row["source"]])),
        (N_("Number"), "text", lambda row: row["number"]),
        (N_("Day"), "date", lambda row: dt.date.fromisoformat(row["day"])),
        (N_("Amount"), "money", lambda row: row["amount_fen"]),
    ),
)


async def pack_of(
    claim: RewardClaim, found: Finding, papers: Sequence[RewardPaper]
) -> dict[str, Any]:
    """Everything the claim rests on, as it is kept and digested; amounts in fen."""
    own, reward = await Organisation.get(id=claim.organisation_id), found.reward
    return {
        "claim": claim.number, "organisation": own.name, "uscc": own.uscc or "",
        "reward": reward.code, "version": reward.version, "source": reward.source,
        "clause": reward.clause, "quote": reward.quote, "year": claim.year,
        "talent_class": claim.talent_class, "asked_fen": claim.asked_fen,
        "standing": found.standing.value,
        "criteria": [one.stored() for one in found.criteria],
        "papers": [
            {"criterion": paper.criterion, "name": paper.file.filename, "sha256": paper.file.sha256}
            for paper in papers
        ],
        "rows": await rows_of(own.id, claim.year),
    }  # fmt: skip


async def rows_of(organisation_id: UUID, year: int) -> list[dict[str, Any]]:
    """Settlements, accepted filings, registrations and passed ratings of a year; a rating has no amount."""
    own = [organisation_id]
    settled = await facts.settlements_in(own, year).order_by("id").limit(MOST)
    filed = await facts.filings_in(own, year).order_by("id").limit(MOST)
    registered = await facts.registrations_in(own, year).order_by("id").limit(MOST)
    rated = await facts.ratings_in(own, year).order_by("id").limit(MOST)
    return [
        *[_row("settlement", row.number, row.settled_at, row.gross_fen) for row in settled],
        *[_row("filing", row.number, row.signed_on, row.amount_fen) for row in filed],
        *[_row("registration", row.number, row.issued_at, row.content["amount_fen"])
          for row in registered],
        *[_row("rating", row.number, row.published_at, None) for row in rated],
    ]  # fmt: skip


def _row(source: str, number: str, at: Any, amount_fen: int | None) -> dict[str, Any]:
    day = clock.in_china(at).date() if isinstance(at, dt.datetime) else at
    return {"source": source, "number": number, "day": day.isoformat(), "amount_fen": amount_fen}
