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
SESSIONS = Export(N_("Logged-in browsers"), (
    (N_("Browser"), "text", lambda row: labels.browser_name(row.user_agent)),
    (N_("Address"), "text", "address"), (N_("Logged in"), "datetime", "created_at"),
    (N_("Last used"), "datetime", "last_seen_at"),
))  # fmt: skip
# Never the token nor its digest: what is here helps nobody to use it.
TOKENS = Export(N_("API tokens"), (
    (N_("Name"), "text", "name"), (N_("Begins with"), "text", "prefix"),
    (N_("Scopes"), "text", lambda row: " ".join(row.scopes)), (N_("Created"), "datetime", "created_at"),
    (N_("Last used"), "datetime", "last_used_at"), (N_("Valid until"), "datetime", "expires_at"),
))  # fmt: skip
ORGANISATIONS = Export(N_("Organisations"), (
    (N_("Number"), "text", "number"), (N_("Name"), "text", "name"),
    (N_("Kind"), "text", lambda row: labels.kinds()[row.kind]),
    (N_("Region"), "text", lambda row: regions.full_name(row.region_code)),
    (N_("Unified social credit code"), "text", "uscc"),
    (N_("Submitted on"), "datetime", "submitted_at"), (N_("Status"), "text", status("organisation")),
))  # fmt: skip
