"""What is measured of each side of a deal."""

from enum import StrEnum


class Measure(StrEnum):
    """A yes-or-no question about one order, batch or payment stage; yes is good."""

    ON_TIME = "on_time"
    FIRST_INSPECTION = "first_inspection"
    SUPPLIER_DISPUTES = "supplier_disputes"
    SUPPLIER_ANSWERS = "supplier_answers"
    PAYS_ON_TIME = "pays_on_time"
    INSPECTS = "inspects"
    BUYER_DISPUTES = "buyer_disputes"
    BUYER_ANSWERS = "buyer_answers"
