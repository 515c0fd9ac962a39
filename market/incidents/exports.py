"""The list of incidents as a file."""

from market.incidents import words
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status

INCIDENTS = Export(
    N_("Incidents"),
    (
        (N_("Number"), "text", "number"),
        (N_("Incident in short"), "text", "title"),
        (N_("Kind"), "text", lambda row: _(words.KINDS[row.kind])),
        (N_("Incident level"), "text", lambda row: _(words.LEVELS[row.level])),
        (N_("Reported by"), "text", "reporter.name"),
        (N_("Discovered"), "datetime", "discovered_at"),
        (N_("Status"), "text", status("incident")),
    ),
)
