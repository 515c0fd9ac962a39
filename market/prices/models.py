"""Signed unit prices with what they depend on, and the cells of the index that pages read."""

from tortoise import fields

from market.kit.db import Row


class PriceObservation(Row):
    """The unit price of one contract as both sides first signed it. Written once, never updated.

    Task and modality are codes of the vocabulary, the region is the buyer's. `quality_bp` is the
    highest quality floor agreed, `days` the time to deliver: none where the contract names none.
    """

    contract_id = fields.UUIDField(unique=True)
    number = fields.CharField(max_length=20)
    signed_at = fields.DatetimeField()
    month = fields.CharField(max_length=7)  # of the Chinese calendar day
    task_type = fields.CharField(max_length=80)
    unit = fields.CharField(max_length=16)
    region_code = fields.CharField(max_length=6)
    unit_price = fields.DecimalField(max_digits=14, decimal_places=4)  # yuan
    quantity = fields.DecimalField(max_digits=18, decimal_places=2)
    quality_bp = fields.IntField(null=True)
    days = fields.IntField(null=True)

    class Meta:
        table = "price_observations"
        indexes = (("task_type", "unit", "month"),)


class PriceCell(Row):
    """The spread of a month's unit prices of one task and unit in a region and all below it."""

    region_code = fields.CharField(max_length=6)
    month = fields.CharField(max_length=7)
    task_type = fields.CharField(max_length=80)
    unit = fields.CharField(max_length=16)
    n = fields.IntField(default=0)
    p10 = fields.DecimalField(max_digits=14, decimal_places=4, default=0)
    median = fields.DecimalField(max_digits=14, decimal_places=4, default=0)
    p90 = fields.DecimalField(max_digits=14, decimal_places=4, default=0)
    outliers = fields.IntField(default=0)

    class Meta:
        table = "price_cells"
        unique_together = (("region_code", "month", "task_type", "unit"),)
        indexes = (("region_code", "task_type", "unit", "month"),)
