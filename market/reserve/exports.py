"""The reserve as a file."""

from market.directory.words import place, word
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status
from market.reserve.states import TIER_WORDS

PROJECTS = Export(N_("Project reserve"), (
    (N_("Number"), "text", "number"), (N_("Project"), "text", "title"),
    (N_("Owner"), "text", "owner.name"), (N_("Tier of the reserve"), "text", lambda row: _(TIER_WORDS[row.tier])),
    (N_("Status"), "text", status("reserve_project")),
    (N_("Industry"), "text", lambda row: word(row.industry)),
    (N_("Region"), "text", lambda row: place(row.region_code)),
    (N_("Planned investment (yuan)"), "money", "investment_fen"),
    (N_("Starts"), "date", "starts_on"), (N_("Ends"), "date", "ends_on"),
    (N_("Reviewed"), "datetime", "reviewed_at"),
))  # fmt: skip
