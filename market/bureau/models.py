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


class TradeFact(Row):
    """One event of one deal with the dimensions of the reports. Amounts in fen, never updated."""

    kind = fields.CharEnumField(FactKind, max_length=16)
    source_id = fields.UUIDField()  # the contract, batch, settlement or refund
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
        indexes = (("month", "kind"),)


class TradeRollup(Row):
    """Sums of facts by kind, month, region, industry and modality; re-computable from the facts."""

    kind = fields.CharEnumField(FactKind, max_length=16)
    month = fields.CharField(max_length=7)
    region_code = fields.CharField(max_length=6)
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    deals = fields.IntField(default=0)
    quantity = fields.DecimalField(max_digits=20, decimal_places=2, default=0)
    amount_fen = fields.BigIntField(default=0)

    class Meta:
        table = "trade_rollups"
        unique_together = (("kind", "month", "region_code", "industry", "modality"),)
