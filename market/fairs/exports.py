"""The lists of fairs as files."""

from market.fairs import labels
from market.kit.i18n import N_
from market.kit.tables import Export, status

FAIRS = Export(
    N_("Fairs"),
    (
        (N_("Number"), "text", "number"),
        (N_("Title"), "text", "title"),
        (N_("Host"), "text", "host.name"),
        (N_("Status"), "text", status("fair")),
        (N_("Begins"), "datetime", "starts_at"),
        (N_("Registration ends"), "datetime", "closes_at"),
    ),
)
REGISTRATIONS = Export(
    N_("Who comes"),
    (
        (N_("Number"), "text", "organisation.number"),
        (N_("Who takes part"), "text", "organisation.name"),
        (N_("Side"), "text", labels.side),
        (N_("Jobs"), "text", lambda row: "、".join(row.jobs)),
        (N_("Away in"), "text", lambda row: "、".join(str(slot + 1) for slot in row.away)),
        (N_("Meetings at most"), "integer", "max_meetings"),
        (N_("Status"), "text", status("fair_registration")),
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
