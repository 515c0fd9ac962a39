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
# What it is called, and whose words its states have.
NOUNS = {
    "Job": (N_("Job"), "job"),
    "Judge": (N_("Judge"), "judge"),
    "Lot": (N_("Lot"), ""),
    "Bid": (N_("Bid"), "bid"),
    "Clarification": (N_("Request for explanation"), "clarification"),
    "Award": (N_("Award"), "award"),
    "Pilot": (N_("Pilot"), "pilot"),
    "PilotSubmission": (N_("Answers of a pilot"), "pilot"),
    "Contract": (N_("Contract"), "contract"),
    "ContractChange": (N_("Change of a contract"), "change"),
    "Order": (N_("Order"), "order"),
    "DeliveryBatch": (N_("Delivery"), "delivery"),
    "Dispute": (N_("Dispute"), "dispute"),
    "Reading": (N_("Reading"), "reading"),
    "Payment": (N_("Payment"), "payment"),
    "Refund": (N_("Refund"), "refund"),
    "Payout": (N_("Payout"), "payout"),
    "Invoice": (N_("Invoice"), "invoice"),
    "BankLine": (N_("Bank receipt"), "bank_line"),
    "BankDecision": (N_("Decision on a receipt"), "bank_decision"),
    "Holding": (N_("Deposit"), "holding"),
    "Guarantee": (N_("Letter of guarantee"), "guarantee"),
    "Forfeiture": (N_("Proposal to keep a deposit"), "forfeiture"),
    "VoucherRedemption": (N_("Voucher"), "voucher"),
    "VoucherApplication": (N_("Application for a voucher"), "voucher_application"),
    "Organisation": (N_("Organisation"), "organisation"),
    "Pool": (N_("Pool"), "pool"),
    "PoolMembership": (N_("Place in a pool"), "pool_membership"),
    "Fair": (N_("Fair"), "fair"),
    "FairRegistration": (N_("Registration for a fair"), "fair_registration"),
    "Filing": (N_("Filing"), "filing"),
    "Certification": (N_("Certification of a base"), "certification"),
    "Dataset": (N_("Dataset"), "dataset"),
    "DatasetNeed": (N_("Dataset need"), ""),
    "DatasetRating": (N_("Dataset rating"), "dataset_rating"),
    "SelectionEntry": (N_("Entry for a selection"), "entry"),
    "ReserveProject": (N_("Project of the reserve"), "reserve_project"),
    "RewardClaim": (N_("Claim for a reward"), "reward_claim"),
    "ServiceListing": (N_("Industry service"), "service"),
    "QuoteRequest": (N_("Request for a quote"), "quote"),
    "Complaint": (N_("Complaint"), "complaint"),
    "ViolationReport": (N_("Violation report"), "violation"),
    "Incident": (N_("Incident"), "incident"),
    "WebhookEndpoint": (N_("Address for events"), "webhook"),
}
PAGES = {
    "Job": "jobs:show",
    "Award": "awards:show",
    "DeliveryBatch": "batches:show",
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
        await LogEntry.filter(
            actor_organisation_id=own, action__startswith="status:", subject_type__in=list(NOUNS)
        )
        .order_by("-id")
        .limit(READ)
    )
    latest = sorted(entries, key=lambda entry: entry.created_at, reverse=True)
    return [_change(entry) for entry in latest[:AT_MOST]]


def _change(entry: LogEntry) -> Change:
    label, noun = NOUNS[entry.subject_type]
    status = _(STATUS_TONES[noun, entry.action.partition(":")[2]].label)
    page = PAGES.get(entry.subject_type)
    return Change(
        entry.created_at, f"{_(label)} {entry.subject_label}".strip() + f" → {status}",
        spoken(entry.actor_label),
        web.path_for(page, number=entry.subject_label) if page and entry.subject_label else "",
    )  # fmt: skip
