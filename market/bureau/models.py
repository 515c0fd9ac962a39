"""Facts, written once when the event happens, and the rollup that pages read."""

from enum import StrEnum

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
            ("month", "kind"),
            ("region_code", "month"),
            ("supplier_region_code", "month"),
            ("contract_id",),
        )


ALL = "*"


class TradeRollup(Row):
    """Sums of facts for a region and every region above it, by each side; re-computable.

    A fact is counted in a cell of its industry, modality and unit, and in one where all three are
    ALL (and the quantity, of mixed units, 0): so every page reads few rows, however many the facts.
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
    deals = fields.IntField(default=0)
    quantity_hundredths = fields.BigIntField(default=0)
    amount_fen = fields.BigIntField(default=0)
    cross_province_fen = fields.BigIntField(default=0)

    class Meta:
        table = "trade_rollups"
        unique_together = (
            ("side", "region_code", "industry", "modality", "month", "kind", "unit"),
        )
