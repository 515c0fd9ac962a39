"""The results of a pilot as a file."""

from market.kit.i18n import N_
from market.kit.tables import Export, status

RESULTS = Export(
    N_("Pilot results"),
    (
        (N_("Firm"), "text", "bidder.name"),
        (N_("Alias"), "text", "alias"),
        (N_("Status"), "text", status("pilot")),
        (N_("Value"), "number", "value"),
        (N_("Points of 100"), "number", "points"),
    ),
)
# Before the release nothing but the alias and whether something was sent.
PARTS = Export(
    N_("Taking part"),
    (
        (N_("Alias"), "text", "alias"),
        (N_("Status"), "text", status("pilot")),
        (N_("Sent at"), "datetime", "submitted_at"),
    ),
)
