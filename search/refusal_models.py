"""Records the search server has refused, until it takes them."""

from tortoise import fields

from market.kit.db import Row


class RefusedRecord(Row):
    """One record that a task of the server failed on; `created_at` is the first time, `updated_at` the last."""

    kind = fields.CharField(max_length=16)
    record_id = fields.CharField(max_length=64)
    task = fields.BigIntField(null=True)  # the server's number of the task that failed last
    code = fields.CharField(max_length=64, default="")
    error = fields.TextField(default="")
    tries = fields.IntField(default=0)

    class Meta:
        table = "search_refused_records"
        unique_together = (("kind", "record_id"),)
