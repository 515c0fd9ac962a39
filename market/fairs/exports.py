"""The lists of fairs as files."""

from market.fairs import labels
from market.kit.i18n import N_
from market.kit.tables import Export

FAIRS = Export(
    N_("Fairs"),
    (
        (N_("Number"), "text", "number"),
        (N_("Title"), "text", "title"),
        (N_("Host"), "text", "host.name"),
        (N_("Status"), "text", "status"),
        (N_("Begins"), "datetime", "starts_at"),
        (N_("Registration ends"), "datetime", "closes_at"),
    ),
)
MEETINGS = Export(
    N_("Timetable of the fair"),
    (
        (N_("Slot"), "integer", lambda row: row.slot + 1),
        (N_("Table"), "integer", "table_number"),
        (N_("Buyer"), "text", "buyer.organisation.name"),
        (N_("Supplier"), "text", "supplier.organisation.name"),
        (N_("Score"), "text", lambda row: labels.points(row.score)),
        (N_("Attendance"), "text", labels.attendance),
        (N_("Outcome"), "text", labels.outcome),
        (N_("Intent value"), "money", "intent_fen"),
        (N_("Contract"), "text", "contract.number"),
    ),
)
