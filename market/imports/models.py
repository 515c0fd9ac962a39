"""The table by which an import knows a record again."""

from tortoise import fields

from market.kit.db import Row


class ImportedRecord(Row):
    """The digest of a record as it was last loaded: the same again changes nothing."""

    kind = fields.CharField(max_length=16)
    external_id = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "imported_records"
        unique_together = (("kind", "external_id"),)
