"""What changed lately in an organisation's own doings, as its first screen and its timeline say it."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from market.kit.actor import spoken
from market.kit.audit import LogEntry
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES

AT_MOST = 8
NOUNS = {
    "Job": N_("Job"),
    "Bid": N_("Bid"),
    "Contract": N_("Contract"),
    "Order": N_("Order"),
    "DeliveryBatch": N_("Delivery"),
    "Dispute": N_("Dispute"),
    "Reading": N_("Reading"),
    "Organisation": N_("Organisation"),
    "Complaint": N_("Complaint"),
    "ViolationReport": N_("Violation report"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what changed, in the shape the timeline macro reads."""

    at: dt.datetime
    text: str
    actor: str


async def changes_of(own: UUID) -> list[Change]:
    """The newest changes of state that its people made."""
    entries = (
        await LogEntry.filter(actor_organisation_id=own, action__startswith="status:")
        .order_by("-id")
        .limit(AT_MOST)
    )
    return [_change(entry) for entry in entries]


def _change(entry: LogEntry) -> Change:
    noun = _(NOUNS.get(entry.subject_type, "")) or entry.subject_type
    status = _(STATUS_TONES["", entry.action.partition(":")[2]].label)
    return Change(
        entry.created_at, f"{noun} {entry.subject_label} → {status}", spoken(entry.actor_label)
    )
