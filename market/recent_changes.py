"""What changed lately in an organisation's own doings, as its first screen and its timeline say it."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from market.kit import web
from market.kit.actor import spoken
from market.kit.audit import LogEntry
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES

AT_MOST, READ = 8, 40
NOUNS = {
    "Job": N_("Job"),
    "Judge": N_("Judge"),
    "Lot": N_("Lot"),
    "Bid": N_("Bid"),
    "Clarification": N_("Request for explanation"),
    "Award": N_("Award"),
    "Pilot": N_("Pilot"),
    "PilotSubmission": N_("Answers of a pilot"),
    "Contract": N_("Contract"),
    "ContractChange": N_("Change of a contract"),
    "Order": N_("Order"),
    "DeliveryBatch": N_("Delivery"),
    "Dispute": N_("Dispute"),
    "Reading": N_("Reading"),
    "Payment": N_("Payment"),
    "Refund": N_("Refund"),
    "Payout": N_("Payout"),
    "Invoice": N_("Invoice"),
    "Holding": N_("Deposit"),
    "Guarantee": N_("Letter of guarantee"),
    "Forfeiture": N_("Proposal to keep a deposit"),
    "VoucherRedemption": N_("Voucher"),
    "VoucherApplication": N_("Application for a voucher"),
    "Organisation": N_("Organisation"),
    "Pool": N_("Pool"),
    "PoolMembership": N_("Place in a pool"),
    "Fair": N_("Fair"),
    "FairRegistration": N_("Registration for a fair"),
    "Filing": N_("Filing"),
    "Certification": N_("Certification of a base"),
    "Dataset": N_("Dataset"),
    "DatasetNeed": N_("Dataset need"),
    "DatasetRating": N_("Dataset rating"),
    "SelectionEntry": N_("Entry for a selection"),
    "ReserveProject": N_("Project of the reserve"),
    "RewardClaim": N_("Claim for a reward"),
    "ServiceListing": N_("Industry service"),
    "QuoteRequest": N_("Request for a quote"),
    "Complaint": N_("Complaint"),
    "ViolationReport": N_("Violation report"),
    "Incident": N_("Incident"),
    "WebhookEndpoint": N_("Address for events"),
}
PAGES = {
    "Job": "jobs:show",
    "Contract": "contracts:show",
    "Order": "orders:show",
    "Dispute": "disputes:show",
    "Complaint": "complaints:show",
    "ContractChange": "changes:show",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what changed, in the shape the timeline macro reads."""

    at: dt.datetime
    text: str
    actor: str
    url: str


async def changes_of(own: UUID) -> list[Change]:
    """The newest changes of state that its people made.

    Of the newest rows those of the latest moment: what was taken in from elsewhere is dated back.
    """
    entries = (
        await LogEntry.filter(actor_organisation_id=own, action__startswith="status:")
        .order_by("-id")
        .limit(READ)
    )
    latest = sorted(entries, key=lambda entry: entry.created_at, reverse=True)
    return [_change(entry) for entry in latest[:AT_MOST]]


def _change(entry: LogEntry) -> Change:
    noun = _(NOUNS.get(entry.subject_type, "")) or entry.subject_type
    status = _(STATUS_TONES["", entry.action.partition(":")[2]].label)
    page = PAGES.get(entry.subject_type)
    return Change(
        entry.created_at, f"{noun} {entry.subject_label} → {status}".replace("  ", " "),
        spoken(entry.actor_label),
        web.path_for(page, number=entry.subject_label) if page else "",
    )  # fmt: skip
