"""Tables of how the work is done: guideline versions, annotator groups, who is assigned."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class GuidelineVersion(Row):
    """One version of an order's labelling guideline (标注任务说明), never changed once published."""

    order_id: UUID
    file_id: UUID | None
    change_id: UUID | None

    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name="guidelines"
    )
    sequence = fields.IntField()
    label = fields.CharField(max_length=32)
    text = fields.TextField(default="")
    positive: Any = fields.JSONField(default=list)  # examples, one sentence each
    negative: Any = fields.JSONField(default=list)
    changes = fields.TextField(default="")  # against the version before
    label_classes: Any = fields.JSONField(default=list)  # that it touches; none named = all
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    published_at = fields.DatetimeField()
    transition_ends_at = fields.DatetimeField()  # until then the version before may be delivered
    affected: Any = fields.JSONField(default=list)  # {batch, status, items, of, quantity}
    change: Any = fields.OneToOneField(
        "models.ContractChange", null=True, on_delete=fields.RESTRICT, related_name="guideline"
    )

    class Meta:
        table = "guideline_versions"
        unique_together = (("order", "sequence"), ("order", "label"))


class AnnotatorGroup(Row):
    """The people who work on a part of an order; batches say which group made them."""

    order_id: UUID

    order: Any = fields.ForeignKeyField(
        "models.Order", on_delete=fields.RESTRICT, related_name="groups"
    )
    code = fields.CharField(max_length=8)  # G1, G2: all the client sees of it
    name = fields.CharField(max_length=80)

    class Meta:
        table = "annotator_groups"
        unique_together = (("order", "code"),)


class Assignment(Row):
    """One talent's place in a group; the client sees the pseudonym only."""

    group_id: UUID
    talent_id: UUID | None

    group: Any = fields.ForeignKeyField(
        "models.AnnotatorGroup", on_delete=fields.RESTRICT, related_name="assignments"
    )
    talent: Any = fields.ForeignKeyField(
        "models.Talent", null=True, on_delete=fields.SET_NULL, related_name="assignments"
    )
    pseudonym = fields.CharField(max_length=16)
    is_reviewer = fields.BooleanField(default=False)  # GB/T 45674-2025: not also an annotator
    standing: Any = fields.JSONField(default=list)  # what was checked: {code, held, until}
    assigned_at = fields.DatetimeField()
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "assignments"
        indexes = (("talent_id",), ("group_id", "removed_at"))
