"""Lists of dataset needs and offers, offered datasets and ratings as files."""

from decimal import Decimal
from typing import Any

from market.datasets.dataset_forms import ORIGINS
from market.directory import words
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.kit.tables import Export, status
from market.vocabulary.datasets import DIMENSIONS

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


def grade_word(row: Any) -> str:
    """A dataset's grade in the word of its badge."""
    return _(STATUS_TONES["dataset_grade", row.grade].label)


def _dimension(code: str) -> Any:
    return lambda row: Decimal(row.result[code]) if code in row.result else None


DATASETS = Export(N_("Datasets on offer"), (
    (N_("Number"), "text", "number"), (N_("Title"), "text", "title"),
    (N_("Version"), "text", "version"), (N_("Owner"), "text", "owner.name"),
    (N_("Supply mode"), "text", lambda row: words.word(row.supply_mode)),
    (N_("Price model"), "text", lambda row: words.word(row.price_model)),
    (N_("Price (yuan)"), "money", "price_fen"), (N_("Share of the revenue"), "percent", "share_bp"),
    (N_("Origin"), "text", lambda row: _(ORIGINS[row.origin])),
    (N_("Type of dataset"), "text", lambda row: words.word(row.dataset_type)),
    (N_("Industry"), "text", lambda row: words.word(row.industry)),
    (N_("Modality"), "text", lambda row: words.word(row.modality)),
    (N_("Region"), "text", lambda row: words.place(row.region_code)),
    (N_("Volume"), "number", "volume"), (N_("Unit"), "text", "unit"),
    (N_("Licence"), "text", lambda row: row.terms.get("license")),
    (N_("Rating grade"), "text", grade_word), (N_("Rated on"), "date", "rated_on"),
    (N_("Next review on"), "date", "next_review_on"), (N_("Status"), "text", status("dataset")),
    (N_("Published"), "datetime", "published_at"),
))  # fmt: skip
RATINGS = Export(N_("Ratings of datasets"), (
    (N_("Number"), "text", "number"), (N_("Dataset"), "text", "dataset.number"),
    (N_("Title"), "text", "dataset.title"), (N_("Owner"), "text", "dataset.owner.name"),
    (N_("Version"), "text", "version"), (N_("Status"), "text", status("dataset_rating")),
    *((label.zh, "number", _dimension(code)) for code, label in DIMENSIONS.items()),
    (N_("Passed"), "text", lambda row: None if row.is_passed is None else _("yes") if row.is_passed else _("no")),
    (N_("Published"), "datetime", "published_at"),
))  # fmt: skip
