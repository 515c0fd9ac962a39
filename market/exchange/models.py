"""Tables of the records as they were last exchanged, and of every exchange."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.exchange.states import Collection, ExchangeDirection
from market.kit.db import Row


class ExchangeRecord(Row):
    """The newest version of a record. `origin` is who pushed it; none is this platform itself."""

    origin_id: UUID | None

    collection = fields.CharEnumField(Collection, max_length=32)
    key = fields.CharField(max_length=64)
    version = fields.BigIntField(
        unique=True
    )  # 1, 2, 3… in the order of commit, over all collections
    digest = fields.CharField(max_length=64)
    schema_version = fields.IntField()
    region_code = fields.CharField(max_length=6)
    data: Any = fields.JSONField()
    origin: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "exchange_records"
        unique_together = (("collection", "key"),)
        indexes = (("collection", "version"),)


class ExchangeSync(Row):
    """One pull or push: by whom, how many records, and which conflicts it met."""

    peer_id: UUID

    peer: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    direction = fields.CharEnumField(ExchangeDirection, max_length=16)
    collection = fields.CharEnumField(Collection, max_length=32)
    at = fields.DatetimeField()
    records = fields.IntField()
    changed = fields.IntField(default=0)
    conflicts: Any = fields.JSONField(default=list)  # key and reason
    version = fields.BigIntField(default=0)  # up to which was pulled

    class Meta:
        table = "exchange_syncs"
        indexes = (("peer_id", "at"),)
