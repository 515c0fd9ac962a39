"""Services and quotes as files."""

from market.directory.words import place
from market.kit.i18n import N_
from market.kit.tables import Export, status
from market.services.kinds import label

SERVICES = Export(N_("Services on offer"), (
    (N_("Number"), "text", "number"), (N_("Industry service"), "text", "title"),
    (N_("Kind of service"), "text", lambda row: label(row.kind)),
    (N_("Provider"), "text", "provider.name"), (N_("Region"), "text", lambda row: place(row.region_code)),
    (N_("Price note"), "text", "price_note"), (N_("Status"), "text", status("service")),
))  # fmt: skip
QUOTES = Export(N_("Quotes"), (
    (N_("Number"), "text", "number"), (N_("Industry service"), "text", "listing.title"),
    (N_("Provider"), "text", "listing.provider.name"), (N_("Asked by"), "text", "requester.name"),
    (N_("Status"), "text", status("quote")), (N_("Amount (yuan)"), "money", "amount_fen"),
    (N_("Valid until"), "date", "valid_until"), (N_("Asked for on"), "datetime", "created_at"),
    (N_("Answered at"), "datetime", "answered_at"),
))  # fmt: skip
