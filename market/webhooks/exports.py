"""Endpoints and deliveries as files."""

from market.kit.i18n import N_
from market.kit.tables import Export, status

ENDPOINTS = Export(
    N_("Webhooks"),
    (
        (N_("Number"), "text", "number"),
        (N_("Address"), "text", "url"),
        (N_("Topics"), "text", lambda row: " ".join(row.topics)),
        (N_("Status"), "text", status("webhook")),
        (N_("Failing since"), "datetime", "failing_since"),
    ),
)
DELIVERIES = Export(
    N_("Deliveries of events"),
    (
        (N_("Event sent"), "text", "event_id"),
        (N_("Topic"), "text", "topic"),
        (N_("Written"), "datetime", "created_at"),
        (N_("Tries"), "integer", "attempts"),
        (N_("HTTP answer"), "integer", "status_code"),
        (N_("Error"), "text", "error"),
        (N_("Arrived"), "datetime", "delivered_at"),
        (N_("Tries given up"), "datetime", "given_up_at"),
    ),
)
