"""Tables of the custody account: statements, movements, what receipts went to, what people decided."""

from typing import Any
from uuid import UUID

from tortoise import fields

from billing.bank_states import (
    DECISION_TRANSITIONS,
    STATEMENT_TRANSITIONS,
    DecisionKind,
    DecisionStatus,
    StatementStatus,
)
from billing.ledger_models import AppendOnly, fk
from market.kit.db import Row
from market.kit.states import Stateful


class BankStatement(Stateful):
    """One statement file, known by its digest; `problems` are its unread rows, `columns` how it was read."""

    TRANSITIONS = STATEMENT_TRANSITIONS

    file_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    account = fields.CharField(max_length=40)
    digest = fields.CharField(max_length=64, unique=True)
    file: Any = fk("StoredFile")
    status = fields.CharEnumField(StatementStatus, max_length=32, default=StatementStatus.QUEUED)
    columns: Any = fields.JSONField(default=dict)
    titles: Any = fields.JSONField(default=list)
    rows_total = fields.IntField(default=0)
    rows_read = fields.IntField(default=0)
    rows_known = fields.IntField(default=0)
    problems: Any = fields.JSONField(default=list)
    first_on = fields.DateField(null=True)
    last_on = fields.DateField(null=True)
    closing_fen = fields.BigIntField(null=True)
    uploaded_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "bank_statements"
        indexes = (("account", "last_on"), ("status",))


class StatementFormat(Row):
    """How the columns of an account's statements are read, kept from the first one that was mapped."""

    account = fields.CharField(max_length=40)
    signature = fields.CharField(max_length=64)
    columns: Any = fields.JSONField()

    class Meta:
        table = "statement_formats"
        unique_together = (("account", "signature"),)


class BankDebit(AppendOnly):
    """Money that left the custody account, as the bank says."""

    statement_id: UUID | None

    bank_reference = fields.CharField(max_length=64, unique=True)
    statement: Any = fk("BankStatement", "debits", null=True)
    booked_on = fields.DateField()
    payee_name = fields.CharField(max_length=120)
    payee_account = fields.CharField(max_length=40, default="")
    amount_fen = fields.BigIntField()
    narrative = fields.CharField(max_length=300, default="")

    class Meta:
        table = "bank_debits"
        indexes = (("statement_id",), ("booked_on",))


class BankAllocation(Row):
    """What of a receipt is for which payment; it counts while the payment is awaited or paid."""

    line_id: UUID
    payment_id: UUID

    line: Any = fk("BankLine", "allocations")
    payment: Any = fk("Payment", "bank_allocations")
    amount_fen = fields.BigIntField()
    rung = fields.CharField(max_length=16)
    undone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bank_allocations"
        indexes = (("line_id",), ("payment_id",))


class BankDecision(Stateful):
    """What a person proposes for a receipt, and who else agreed when the amount wants four eyes."""

    TRANSITIONS = DECISION_TRANSITIONS

    line_id: UUID
    transfer_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    line: Any = fk("BankLine", "decisions")
    kind = fields.CharEnumField(DecisionKind, max_length=32)
    parts: Any = fields.JSONField(default=list)  # [[payment number, fen]]
    amount_fen = fields.BigIntField()
    reason = fields.TextField()
    status = fields.CharEnumField(DecisionStatus, max_length=32, default=DecisionStatus.PROPOSED)
    proposed_by_id = fields.UUIDField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    transfer: Any = fk("LedgerTransfer", null=True)
    bank_reference = fields.CharField(max_length=64, default="")
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bank_decisions"
        indexes = (("line_id",), ("status",))


class Reconciliation(AppendOnly):
    """One day's comparison of every place where money lies; `signature` is over its canonical JSON."""

    number = fields.CharField(max_length=20, unique=True)
    day = fields.DateField()
    content: Any = fields.JSONField()
    differences = fields.IntField()
    digest = fields.CharField(max_length=64)
    key = fields.CharField(max_length=64)
    signature = fields.CharField(max_length=128)

    class Meta:
        table = "reconciliations"
        indexes = (("day",),)


class LateReturn(Stateful):
    """That money the processor took for a payment that was over go back to its payer; in pairs."""

    TRANSITIONS = DECISION_TRANSITIONS

    payment_id: UUID
    transfer_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    payment: Any = fk("Payment", "late_returns")
    amount_fen = fields.BigIntField()
    reason = fields.TextField()
    status = fields.CharEnumField(DecisionStatus, max_length=32, default=DecisionStatus.PROPOSED)
    live_payment = fields.UUIDField(null=True, unique=True)
    proposed_by_id = fields.UUIDField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    transfer: Any = fk("LedgerTransfer", null=True)
    attempts = fields.IntField(default=1)
    note = fields.CharField(max_length=300, default="")  # why the processor refused
    provider_id = fields.CharField(max_length=255, default="")
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "late_returns"
        indexes = (("payment_id",), ("status",))


class ProcessorBalance(AppendOnly):
    """What the processor said it holds for the platform, when it was asked."""

    amount_fen = fields.BigIntField()
    asked_at = fields.DatetimeField()

    class Meta:
        table = "processor_balances"
        indexes = (("asked_at",),)
