"""Tables of the review of vouchers: applications, their evidence, decisions and objections."""

from typing import Any
from uuid import UUID

from tortoise import fields

from billing.ledger_models import AppendOnly, fk
from billing.voucher_states import (
    APPLICATION_TRANSITIONS,
    ApplicationStatus,
    ObjectionOutcome,
    ReviewOutcome,
)
from market.kit.db import Row
from market.kit.states import Stateful


class VoucherApplication(Stateful):
    """A claim under review by its issuer. `step` is one of the rule's workflow; `due_at` its deadline.

    `live_key` holds order and programme while it may still be granted: one application at a time.
    """

    TRANSITIONS = APPLICATION_TRANSITIONS
    KEEPS_REASON = True

    programme_id: UUID
    order_id: UUID
    claimant_id: UUID
    redemption_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    programme: Any = fk("VoucherProgramme", "applications")
    order: Any = fk("Order", "voucher_applications")
    claimant: Any = fk("Organisation", "voucher_applications")
    side = fields.CharField(max_length=16)  # buyer, supplier
    status = fields.CharEnumField(
        ApplicationStatus, max_length=32, default=ApplicationStatus.UNDER_REVIEW
    )
    step = fields.CharField(max_length=32, default="submit")
    due_at = fields.DatetimeField(null=True)
    live_key = fields.CharField(max_length=128, null=True, unique=True)
    quoted_fen = fields.BigIntField()
    trace: Any = fields.JSONField()
    reason = fields.TextField(default="")
    source = fields.CharField(max_length=200, default="")
    redemption: Any = fields.OneToOneField(
        "models.VoucherRedemption",
        on_delete=fields.RESTRICT,
        null=True,
        related_name="application",
    )
    submitted_at = fields.DatetimeField()

    class Meta:
        table = "voucher_applications"
        indexes = (
            ("order_id",),
            ("claimant_id", "status"),
            ("programme_id", "status"),
            ("step", "due_at"),
        )


class VoucherEvidence(AppendOnly):
    """A document an application rests on; `checker` is the role the rule names for it."""

    application_id: UUID
    file_id: UUID

    application: Any = fk("VoucherApplication", "evidence")
    kind = fields.CharField(max_length=32)
    checker = fields.CharField(max_length=32)
    file: Any = fk("StoredFile")

    class Meta:
        table = "voucher_evidence"
        indexes = (("application_id",),)


class VoucherReview(AppendOnly):
    """One step taken: by whom, with what outcome, against which deadline."""

    application_id: UUID

    application: Any = fk("VoucherApplication", "reviews")
    step = fields.CharField(max_length=32)
    role = fields.CharField(max_length=32)
    outcome = fields.CharEnumField(ReviewOutcome, max_length=32)
    note = fields.TextField(default="")
    source = fields.CharField(max_length=200, default="")
    due_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField()
    decided_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "voucher_reviews"
        indexes = (("application_id",),)


class VoucherObjection(Row):
    """What somebody says against an application while it is published, and the answer."""

    application_id: UUID
    organisation_id: UUID

    application: Any = fk("VoucherApplication", "objections")
    organisation: Any = fk("Organisation", "voucher_objections")
    text = fields.TextField()
    outcome = fields.CharEnumField(ObjectionOutcome, max_length=32, default=ObjectionOutcome.OPEN)
    answer = fields.TextField(default="")
    answered_at = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "voucher_objections"
        unique_together = (("application", "organisation"),)
