"""The rows behind figures beside the money, as a table."""

from collections.abc import Sequence

from market.bureau import labels
from market.bureau.models import ActivityFact
from market.bureau.sheets import Sheet
from market.kit.i18n import gettext as _
from market.kit.tables import Column

MAX_EXPORTED = 50_000


def activities_sheet(facts: Sequence[ActivityFact]) -> Sheet:
    """One row a fact."""
    columns = [
        Column(_("Event")), Column(_("Time"), "datetime"), Column(_("Number")),
        Column(_("Region")), Column(_("Industry")), Column(_("Modality")),
        Column(_("Count"), "integer"), Column(_("Amount (yuan)"), "money"),
        Column(_("Order's total (yuan)"), "money"),
    ]  # fmt: skip
    rows = [
        [
            labels.activity(fact.kind), fact.occurred_at, fact.source_number,
            labels.region(fact.region_code), labels.industry(fact.industry),
            labels.modality(fact.modality), fact.hits, fact.amount_fen, fact.base_fen or None,
        ]
        for fact in facts
    ]  # fmt: skip
    return Sheet("activities", _("Events"), columns, rows)
