"""The words of reputation's pages."""

from market.kit.i18n import N_
from market.reputation.states import Measure

LABELS = {
    Measure.ON_TIME: N_("Delivered on time"),
    Measure.FIRST_INSPECTION: N_("Accepted at the first inspection"),
    Measure.SUPPLIER_DISPUTES: N_("Orders without a lost dispute"),
    Measure.SUPPLIER_ANSWERS: N_("Disputes answered in time"),
    Measure.PAYS_ON_TIME: N_("Paid on time"),
    Measure.INSPECTS: N_("Inspected within the window"),
    Measure.BUYER_DISPUTES: N_("Orders without a lost dispute"),
    Measure.BUYER_ANSWERS: N_("Disputes answered in time"),
}
QUESTIONS = {
    Measure.ON_TIME: N_(
        "A case is a completed order; good when its last batch was first delivered by the due date."
    ),
    Measure.FIRST_INSPECTION: N_(
        "A case is a batch with a verdict; good when it was accepted in full in its first round."
    ),
    Measure.SUPPLIER_DISPUTES: N_(
        "A case is a completed order; good unless a measurement or a decision went against the firm."
    ),
    Measure.SUPPLIER_ANSWERS: N_(
        "A case is a dispute the buyer raised; good when it was answered."
    ),
    Measure.PAYS_ON_TIME: N_(
        "A case is a paid stage; good when it was paid by its due date (at most 60 days)."
    ),
    Measure.INSPECTS: N_(
        "A case is a delivered batch; good unless it was accepted by silence after the window."
    ),
    Measure.BUYER_DISPUTES: N_(
        "A case is a completed order; good unless a measurement or a decision went against the buyer."
    ),
    Measure.BUYER_ANSWERS: N_(
        "A case is a dispute the supplier raised; good when it was answered."
    ),
}
