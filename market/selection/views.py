"""What the pages of selections show, and their figures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from market.kit import audit, clock
from market.kit.actor import Actor, spoken
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.selection import access
from market.selection.models import (
    SelectionEntry,
    SelectionEvidence,
    SelectionObjection,
    SelectionReview,
)
from market.selection.reviews import open_decisions
from market.selection.states import CallKind, EntryStatus

DECISIONS = {
    "return": N_("Return for correction"), "publicise": N_("Publicise"), "decline": N_("Decline"),
    "revoke": N_("Revoke"),
}  # fmt: skip


async def page_of(row: SelectionEntry, by: Actor) -> dict[str, Any]:
    """Everything the entry's page needs for this reader."""
    whole = await access.reads_whole(by, row)
    decides = by.organisation_id is not None and row.call.organiser_id == by.organisation_id
    reviews = SelectionReview.filter(entry=row).select_related("person").order_by("id")
    papers = SelectionEvidence.filter(entry=row).select_related("file").order_by("id")
    objections = SelectionObjection.filter(entry=row).select_related("objector").order_by("id")
    return {
        "row": row, "whole": whole, "decides": decides,
        "owns": by.organisation_id is not None and by.organisation_id == row.applicant_id,
        "decisions": [(word, _(DECISIONS[word])) for word in open_decisions(row)] if decides else [],
        "reviews": await reviews if decides else [],
        "papers": await papers if whole else [],
        "objections": await objections if whole else [],
        "history": await history(row),
        "today": clock.today(),
    }  # fmt: skip


async def history(row: SelectionEntry) -> list[dict[str, Any]]:
    """The moves as a timeline."""
    words = {
        "entered": _("Entry handed in"), "status:submitted": _("Entry handed in again"),
        "status:returned": _("Returned for correction"), "status:publicised": _("Publicised"),
        "status:objected": _("Objection raised"), "status:selected": _("Selected"),
        "status:declined": _("Declined"), "status:withdrawn": _("Withdrawn"),
        "status:revoked": _("Revoked"),
    }  # fmt: skip
    return [
        {"at": entry.created_at, "text": words[entry.action], "actor": spoken(entry.actor_label)}
        for entry in await audit.history(row)
        if entry.action in words
    ]


@dataclass(frozen=True, slots=True)
class Totals:
    """Selections in figures: what stands selected today, and cases by industry."""

    benchmark: int = 0
    cases: int = 0
    cases_by_industry: Mapping[str, int] = field(default_factory=dict)


async def totals(region_prefix: str = "") -> Totals:
    """Benchmark firms whose title holds, and selected cases, of a region's applicants (code prefix)."""
    rows = await SelectionEntry.filter(
        status=EntryStatus.SELECTED, applicant__region_code__startswith=region_prefix
    ).select_related("call")
    holds = [row for row in rows if row.valid_until is None or row.valid_until >= clock.today()]
    cases = [row for row in holds if row.call.kind is CallKind.CASE]
    return Totals(
        benchmark=len(holds) - len(cases), cases=len(cases),
        cases_by_industry=dict(Counter(row.industry for row in cases)),
    )  # fmt: skip
