"""Lists of accounts as files."""

from market.accounts import labels
from market.kit.i18n import N_
from market.kit.tables import Export, status
from market.vocabulary import regions

MEMBERS = Export(N_("Members"), (
    (N_("Full name"), "text", "person.name"), (N_("E-mail address"), "text", "person.email"),
    (N_("Role"), "text", lambda row: labels.roles()[row.role]),
    (N_("Member since"), "date", "created_at"),
))  # fmt: skip
ORGANISATIONS = Export(N_("Organisations"), (
    (N_("Number"), "text", "number"), (N_("Name"), "text", "name"),
    (N_("Kind"), "text", lambda row: labels.kinds()[row.kind]),
    (N_("Region"), "text", lambda row: regions.full_name(row.region_code)),
    (N_("Unified social credit code"), "text", "uscc"),
    (N_("Submitted on"), "datetime", "submitted_at"), (N_("Status"), "text", status("organisation")),
))  # fmt: skip
