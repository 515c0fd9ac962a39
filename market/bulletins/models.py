"""Table of bulletins, each edition with the figures it states."""

from typing import Any

from tortoise import fields

from market.bulletins.states import BULLETIN_TRANSITIONS, BulletinKind, BulletinStatus
from market.kit.states import Stateful


class Bulletin(Stateful):
    """An edition. `content` is exact and for authorities, `published` suppressed and for everybody.

    `period` is "2026-10" or "2025". Both contents are lists of tables, renewed while it is a draft and
    never changed once it is issued; a correction is the next edition.
    """

    TRANSITIONS = BULLETIN_TRANSITIONS

    number = fields.CharField(max_length=20, unique=True)
    kind = fields.CharEnumField(BulletinKind, max_length=16)
    region_code = fields.CharField(max_length=6)
    period = fields.CharField(max_length=7)
    edition = fields.IntField(default=1)
    status = fields.CharEnumField(BulletinStatus, max_length=32, default=BulletinStatus.DRAFT)
    content: Any = fields.JSONField()
    published: Any = fields.JSONField()
    digest = fields.CharField(max_length=64, default="")
    published_digest = fields.CharField(max_length=64, default="")
    reason = fields.TextField(default="")  # of a correction: what was wrong
    drafted_at = fields.DatetimeField()
    issued_at = fields.DatetimeField(null=True)
    issued_by: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "bulletins"
        unique_together = (("region_code", "kind", "period", "edition"),)
        indexes = (("status", "issued_at"),)
