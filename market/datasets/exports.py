"""Lists of dataset needs and offers as files."""

from market.directory import words
from market.kit.i18n import N_
from market.kit.tables import Export, status

NEEDS = Export(N_("Dataset needs"), (
    (N_("Number"), "text", "number"), (N_("Title"), "text", "title"),
    (N_("Owner"), "text", "owner.name"), (N_("Supply mode"), "text", lambda row: words.word(row.supply_mode)),
    (N_("Status"), "text", status("need")), (N_("Modality"), "text", lambda row: words.word(row.modality)),
    (N_("Region"), "text", lambda row: words.place(row.region_code)),
    (N_("Volume"), "number", "volume"), (N_("Unit"), "text", "unit"),
    (N_("Budget (yuan)"), "money", "budget_fen"), (N_("Deadline"), "date", "deadline"),
    (N_("Published"), "datetime", "published_at"),
))  # fmt: skip
OFFERS = Export(N_("Offers"), (
    (N_("Supplier"), "text", "supplier.name"), (N_("Price (yuan)"), "money", "price_fen"),
    (N_("Offer"), "text", "text"), (N_("Offered at"), "datetime", "created_at"),
    (N_("Chosen"), "datetime", "chosen_at"), (N_("Withdrawn"), "datetime", "withdrawn_at"),
))  # fmt: skip
