"""The table of what is searched for: questions by day, nothing of who asked."""

from tortoise import fields

from market.kit.db import Row


class QueryDay(Row):
    """One question on one day: how often, with how many hits, how fast; never by whom.

    `marks` is a set of 256 places, 64 hexadecimal digits: each asker marks the one that a digest of
    its address falls on. Counting them says how many different ones asked at least, and a mark is shared
    by one in 256 of all addresses there are.
    """

    day = fields.DateField()
    text = fields.CharField(max_length=200)
    target = fields.CharField(max_length=16)
    chips = fields.CharField(max_length=400, default="")
    engine = fields.CharField(max_length=16)
    asked = fields.IntField(default=0)
    hits = fields.IntField(default=0)  # at the last time
    took_ms = fields.IntField(default=0)  # of all times together
    marks = fields.CharField(max_length=64, default="0" * 64)
    askers = fields.IntField(default=0)  # places marked

    class Meta:
        table = "search_queries"
        unique_together = (("day", "text", "target", "chips", "engine"),)
        indexes = (("hits", "day"), ("askers", "day"))
