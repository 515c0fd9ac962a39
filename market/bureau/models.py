"""Facts, written once when the event happens, and the rollup that pages read."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from market.kit.db import Row


class FactKind(StrEnum):
    """The event a fact records; each is one column of the transaction-volume report."""

    CONTRACTED = "contracted"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    REFUNDED = "refunded"


class Side(StrEnum):
    """Whose region a sum is counted in: the buyer's or the supplier's."""

    DEMAND = "demand"
    SUPPLY = "supply"


class TradeFact(Row):
    """One event of one deal with the dimensions of the reports. Amounts in fen, never updated.

    Industry, modality and task type are codes of the vocabulary. The quantity of a money event
    (settled, refunded) is 0: it moves no work.
    """

    kind = fields.CharEnumField(FactKind, max_length=16)
    source_id = fields.UUIDField()  # the contract, its change, the batch, settlement or refund
    source_number = fields.CharField(max_length=20, default="")
    contract_id = fields.UUIDField(null=True)
    order_id = fields.UUIDField(null=True)
    occurred_at = fields.DatetimeField()
    month = fields.CharField(max_length=7)  # of the Chinese calendar day
    region_code = fields.CharField(max_length=6)  # the buyer's
    supplier_region_code = fields.CharField(max_length=6)
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    task_type = fields.CharField(max_length=80, default="")
    unit = fields.CharField(max_length=16)
    quantity = fields.DecimalField(max_digits=18, decimal_places=2)
    unit_price = fields.DecimalField(max_digits=14, decimal_places=4)
    amount_fen = fields.BigIntField()

    class Meta:
        table = "trade_facts"
        unique_together = (("kind", "source_id"),)
        indexes = (
            ("occurred_at", "id"),
            ("kind", "occurred_at", "id"),
            ("month", "kind"),
            ("region_code", "month"),
            ("supplier_region_code", "month"),
            ("contract_id",),
        )


ALL = "*"


class TradeRollup(Row):
    """Sums of facts for a region and every region above it, by each side; re-computable.

    A fact is counted in a cell of its industry, modality and unit, and in one where all three are
    ALL (and the quantity, of mixed units, 0); for a province and the country, whose cells are many,
    also in one of its industry and one of its modality alone: so every page reads few rows, however
    many the facts.
    `cross_province_fen` is the part whose other party is in another province; the quantity is in
    hundredths of the unit, so that the database adds integers.
    """

    side = fields.CharEnumField(Side, max_length=8)
    kind = fields.CharEnumField(FactKind, max_length=16)
    month = fields.CharField(max_length=7)
    region_code = fields.CharField(max_length=6)
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    unit = fields.CharField(max_length=16)
    facts = fields.IntField(
        default=0, db_default=0
    )  # rows behind the cell, changes of contracts too
    deals = fields.IntField(default=0)
    quantity_hundredths = fields.BigIntField(default=0)
    amount_fen = fields.BigIntField(default=0)
    cross_province_fen = fields.BigIntField(default=0)

    class Meta:
        table = "trade_rollups"
        unique_together = (
            ("side", "region_code", "industry", "modality", "month", "kind", "unit"),
        )


class TradeFlow(Row):
    """Sums of contracted facts between a region, on one side, and a province on the other; re-computable.

    Each fact counts for the buyer's district, city and province with the supplier's province beside
    it, and the other way round.
    """

    side = fields.CharEnumField(Side, max_length=8)
    month = fields.CharField(max_length=7)
    region_code = fields.CharField(max_length=6)
    partner_code = fields.CharField(max_length=6)  # a province, or what is written for one
    deals = fields.IntField(default=0)
    amount_fen = fields.BigIntField(default=0)

    class Meta:
        table = "trade_flows"
        unique_together = (("side", "region_code", "month", "partner_code"),)


class ActivityKind(StrEnum):
    """What else is counted beside the money of deals; `hits` and `amount_fen` mean as said here."""

    PUBLISHED = "published"  # a job; its budget
    OPENED = "opened"  # the bids of a job: hits = valid bids; their total
    FIRST_BID = "first_bid"  # hits = minutes from publication to the first bid
    CONCLUDED = "concluded"  # a call that ended: hits = 1 when it was awarded
    INSPECTED = "inspected"  # a delivery's verdict: hits = 1 when accepted in full at once
    DELIVERED = "delivered"  # a completed order: hits = 1 when it was on time
    REGISTERED = "registered"  # a certificate of registration; the contract's total
    FILED = "filed"  # an accepted filing of an outside deal; its amount
    VOUCHER_GRANTED = (
        "voucher_granted"  # reserved, redeemed or paid; the grant, of the order's total
    )
    VOUCHER_REDEEMED = "voucher_redeemed"  # redeemed or paid; the grant, of the order's total


class ActivityFact(Row):
    """One thing that happened, as its source row states it now; amounts in fen."""

    kind = fields.CharEnumField(ActivityKind, max_length=20)
    source_id = fields.UUIDField()
    source_number = fields.CharField(max_length=20)
    occurred_at = fields.DatetimeField()
    month = fields.CharField(max_length=7)
    region_code = fields.CharField(max_length=6)
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    hits = fields.BigIntField(default=0)
    amount_fen = fields.BigIntField(default=0)
    base_fen = fields.BigIntField(default=0)

    class Meta:
        table = "activity_facts"
        unique_together = (("source_id", "kind"),)
        indexes = (("kind", "region_code", "month"), ("kind", "occurred_at"))


class ActivityRollup(Row):
    """Sums of activity facts for a region and every region above it; re-computable.

    Like a trade rollup: a cell of each industry and modality, and one where both are ALL.
    """

    kind = fields.CharEnumField(ActivityKind, max_length=20)
    month = fields.CharField(max_length=7)
    region_code = fields.CharField(max_length=6)
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    events = fields.IntField(default=0)
    hits = fields.BigIntField(default=0)
    amount_fen = fields.BigIntField(default=0)
    base_fen = fields.BigIntField(default=0)

    class Meta:
        table = "activity_rollups"
        unique_together = (("kind", "region_code", "industry", "modality", "month"),)


class IndicatorReport(Row):
    """A value of an indicator the platform has no data for, as a document states it; never changed.

    Of several for the same region and period the one of the latest document counts, then the latest
    entered. `value` is in the indicator's own unit: fen, basis points, or the number.
    """

    indicator = fields.CharField(max_length=16)
    region_code = fields.CharField(max_length=6)
    period = fields.CharField(max_length=7)  # 2026 or 2026-10
    value = fields.BigIntField()
    document = fields.CharField(max_length=200)
    document_on = fields.DateField()
    reported_by: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "indicator_reports"
        indexes = (("indicator", "region_code", "period"),)
