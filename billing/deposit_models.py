"""Tables of deposits: what is held for a purpose, its receipts and payouts, guarantees, forfeitures."""

from typing import Any
from uuid import UUID

from tortoise import fields

from billing.deposit_states import (
    FORFEITURE_TRANSITIONS,
    GUARANTEE_TRANSITIONS,
    HOLDING_TRANSITIONS,
    ForfeitCode,
    ForfeitureStatus,
    GuaranteeStatus,
    HoldingPayoutKind,
    HoldingPurpose,
    HoldingStatus,
    ReturnGround,
)
from billing.ledger_models import fk
from billing.states import PAYOUT_TRANSITIONS, PayoutStatus
from market.kit.db import Row
from market.kit.states import Stateful


class Holding(Stateful):
    """Money one organisation puts into custody for a purpose; `subject_id` is the job, contract, pilot
    or dispute it is for. `live_key` holds purpose, subject and payer while it may still be paid or lies.
    """

    TRANSITIONS = HOLDING_TRANSITIONS
    KEEPS_REASON = True

    job_id: UUID
    payer_id: UUID
    beneficiary_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    purpose = fields.CharEnumField(HoldingPurpose, max_length=32)
    job: Any = fk("Job", "holdings")
    subject_id = fields.UUIDField()
    payer: Any = fk("Organisation", "holdings")
    beneficiary: Any = fk("Organisation", null=True)
    amount_fen = fields.BigIntField()
    status = fields.CharEnumField(HoldingStatus, max_length=32, default=HoldingStatus.AWAITED)
    live_key = fields.CharField(max_length=120, null=True, unique=True)
    reference = fields.CharField(max_length=16)  # for the transfer's narrative
    due_at = fields.DatetimeField(null=True)  # when the money must be there
    held_on = fields.DateField(null=True)  # the bank's day of the receipt; interest runs from it
    return_ground = fields.CharEnumField(ReturnGround, max_length=32, null=True)
    return_due_at = fields.DatetimeField(null=True)
    interest: Any = fields.JSONField(null=True)  # how the interest was made, see deposit_interest
    reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "holdings"
        indexes = (
            ("beneficiary_id",),
            ("status", "purpose"),
            ("payer_id",),
            ("job_id", "purpose"),
            ("reference",),
        )

    @property
    def interest_fen(self) -> int:
        """The interest that goes back with it."""
        return int(self.interest["fen"]) if self.interest else 0


class HoldingReceipt(Row):
    """What of a bank receipt is for which holding."""

    line_id: UUID
    holding_id: UUID

    line: Any = fk("BankLine", "holding_receipts")
    holding: Any = fk("Holding", "receipts")
    amount_fen = fields.BigIntField()
    rung = fields.CharField(max_length=16)

    class Meta:
        table = "holding_receipts"
        indexes = (("line_id",), ("holding_id",))


class HoldingPayout(Stateful):
    """An instruction to the custody bank; interest waits without a hold until the bank has credited it."""

    TRANSITIONS = PAYOUT_TRANSITIONS

    holding_id: UUID
    payee_id: UUID
    transfer_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    holding: Any = fk("Holding", "payouts")
    kind = fields.CharEnumField(HoldingPayoutKind, max_length=32)
    payee: Any = fk("Organisation")
    payee_account = fields.CharField(max_length=40, default="")
    amount_fen = fields.BigIntField()
    status = fields.CharEnumField(PayoutStatus, max_length=32, default=PayoutStatus.PENDING)
    transfer: Any = fk("LedgerTransfer", null=True)
    provider_id = fields.CharField(max_length=64, default="")  # the bank's reference
    paid_at = fields.DatetimeField(null=True)

    class Meta:
        table = "holding_payouts"
        indexes = (("holding_id",), ("status",), ("payee_id",))


class Forfeiture(Stateful):
    """That a deposit be kept: a coded reason, proposed by its beneficiary, decided by the operator."""

    TRANSITIONS = FORFEITURE_TRANSITIONS
    KEEPS_REASON = True

    holding_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    holding: Any = fk("Holding", "forfeitures")
    code = fields.CharEnumField(ForfeitCode, max_length=40)
    amount_fen = fields.BigIntField()
    statement = fields.TextField()
    reason = fields.TextField(default="")  # of who decided
    status = fields.CharEnumField(
        ForfeitureStatus, max_length=32, default=ForfeitureStatus.PROPOSED
    )
    proposed_by_id = fields.UUIDField(null=True)
    decided_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "forfeitures"
        indexes = (("holding_id",), ("status",))


class Guarantee(Stateful):
    """A letter of guarantee (保函) in place of money."""

    TRANSITIONS = GUARANTEE_TRANSITIONS
    KEEPS_REASON = True

    holding_id: UUID
    file_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    holding: Any = fk("Holding", "guarantees")
    issuer = fields.CharField(max_length=120)
    letter_number = fields.CharField(max_length=64)
    amount_fen = fields.BigIntField()
    expires_on = fields.DateField()
    submitted_on = fields.DateField()
    file: Any = fk("StoredFile")
    status = fields.CharEnumField(GuaranteeStatus, max_length=32, default=GuaranteeStatus.SUBMITTED)
    reason = fields.TextField(default="")
    checked_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "guarantees"
        indexes = (("holding_id",), ("status", "expires_on"))
