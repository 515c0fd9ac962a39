"""The library as a file: counted columns and reported ones, each labelled as such."""

from market.directory.words import joined, place
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export
from market.library.classes import SIZES, TIERS

LIBRARY = Export(N_("Enterprise library"), (
    (N_("Number"), "text", "organisation.number"), (N_("Annotation firm"), "text", "organisation.name"),
    (N_("Social credit code"), "text", "organisation.uscc"),
    (N_("Region"), "text", lambda firm: place(firm.organisation.region_code)),
    (N_("Tier by contracts here"), "text", lambda firm: _(TIERS[firm.tier])),
    (N_("Contracted here in 365 days (yuan)"), "money", "contracted_fen"),
    (N_("Contracts here in 365 days"), "integer", "contracts"),
    (N_("Orders completed here"), "integer", "completed"),
    (N_("Talents listed here"), "integer", "talents"),
    (N_("Modalities"), "text", lambda firm: joined(firm.modalities)),
    (N_("Size by its own figures"), "text", lambda firm: _(SIZES[firm.size]) if firm.size else None),
    (N_("Reported year"), "integer", "report.year"),
    (N_("Reported turnover (yuan)"), "money", "report.revenue_fen"),
    (N_("Reported staff"), "integer", "report.staff"),
    (N_("Reported annotators"), "integer", "report.annotators"),
    (N_("Reported data (TB)"), "number", "report.data_tb"),
    (N_("Report confirmed"), "datetime", "report.confirmed_at"),
    (N_("Benchmark firm until"), "date", "badge_until"),
))  # fmt: skip
