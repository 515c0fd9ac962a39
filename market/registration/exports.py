"""The lists as files."""

from market.kit.i18n import N_
from market.kit.tables import Export, status

REGISTRATIONS = Export(
    N_("Registrations"),
    (
        (N_("Registration number"), "text", "number"),
        (N_("Contract"), "text", "contract.number"),
        (N_("Object"), "text", lambda row: row.content["object"]),
        (N_("Buyer"), "text", lambda row: row.content["buyer"]["name"]),
        (N_("Supplier"), "text", lambda row: row.content["supplier"]["name"]),
        (N_("Amount"), "money", lambda row: row.content["amount_fen"]),
        (N_("Registered"), "datetime", "issued_at"),
        (N_("Digest (SHA-256)"), "text", "digest"),
    ),
)
FILINGS = Export(
    N_("Filings"),
    (
        (N_("Number"), "text", "number"),
        (N_("Filed by"), "text", "filer.name"),
        (N_("Other party"), "text", "counterparty_name"),
        (N_("Object"), "text", "title"),
        (N_("Amount"), "money", "amount_fen"),
        (N_("Signed"), "date", "signed_on"),
        (N_("Status"), "text", status("filing")),
        (N_("Reasons"), "text", "reasons"),
        (N_("Filed"), "datetime", "created_at"),
    ),
)
