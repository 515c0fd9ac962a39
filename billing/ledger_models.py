"""Tables of the ledger: accounts, balanced transactions and their entries, two-phase transfers, epochs."""

from typing import Any
from uuid import UUID

from tortoise import fields

from billing.chart import AccountKind, Side
from billing.states import TRANSFER_TRANSITIONS, TransferStatus
from market.kit.db import Row
from market.kit.states import Stateful


def fk(model: str, related_name: str | None = None, *, null: bool = False) -> Any:
    """A foreign key of a money table: the row it points to can never be deleted."""
    options: Any = {
        "on_delete": fields.RESTRICT,
        "related_name": related_name or False,
        "null": null,
    }
    return fields.ForeignKeyField(f"models.{model}", **options)


class AppendOnly(Row):
    """A row that is written once: no save over it, no delete."""

    class Meta:
        abstract = True

    async def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; raises TypeError for a row that exists."""
        if self._saved_in_db:
            raise TypeError(f"{type(self).__name__} is append-only")
        await super().save(*args, **kwargs)

    async def delete(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError."""
        raise TypeError(f"{type(self).__name__} is append-only")


class LedgerAccount(Row):
    """One obligation or one place where money lies; the balance is a cache of its entries.

    `balance_fen` is positive on the normal side; `pending_fen` is what held transfers would take away.
    """

    code = fields.CharField(max_length=160, unique=True)
    kind = fields.CharEnumField(AccountKind, max_length=32)
    owner = fields.CharField(max_length=120, default="")
    balance_fen = fields.BigIntField(default=0)
    pending_fen = fields.BigIntField(default=0)

    class Meta:
        table = "ledger_accounts"
        indexes = (("kind",),)


class LedgerTransaction(AppendOnly):
    """A balanced posting; `key` makes it happen once, `digest` seals its content."""

    order_id: UUID | None
    reverses_id: UUID | None

    key = fields.CharField(max_length=120, unique=True)
    kind = fields.CharField(max_length=48)
    order: Any = fk("Order", null=True)
    reverses: Any = fields.OneToOneField(
        "models.LedgerTransaction", on_delete=fields.RESTRICT, null=True, related_name=False
    )
    digest = fields.CharField(max_length=64)
    posted_at = fields.DatetimeField()

    class Meta:
        table = "ledger_transactions"
        indexes = (("order_id",),)


class LedgerEntry(AppendOnly):
    """One leg of a posting."""

    transaction_id: UUID
    account_id: UUID

    transaction: Any = fk("LedgerTransaction", "entries")
    position = fields.IntField()
    account: Any = fk("LedgerAccount", "entries")
    side = fields.CharEnumField(Side, max_length=8)
    amount_fen = fields.BigIntField()

    class Meta:
        table = "ledger_entries"
        unique_together = (("transaction", "position"),)
        indexes = (("account_id", "id"),)


class LedgerEpoch(AppendOnly):
    """A sealed run of transactions up to `last_id`: the root over their entries, chained."""

    number = fields.IntField(unique=True)
    transactions = fields.IntField()
    entries = fields.IntField()
    root = fields.CharField(max_length=64)
    last_id = fields.UUIDField()
    previous_digest = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "ledger_epochs"


class LedgerTransfer(Stateful):
    """A two-phase transfer: the amount is kept back on its source until it is posted or voided."""

    TRANSITIONS = TRANSFER_TRANSITIONS

    order_id: UUID | None
    debit_account_id: UUID
    credit_account_id: UUID

    key = fields.CharField(max_length=120, unique=True)
    kind = fields.CharField(max_length=48)
    order: Any = fk("Order", null=True)
    debit_account: Any = fk("LedgerAccount")
    credit_account: Any = fk("LedgerAccount")
    amount_fen = fields.BigIntField()
    posted_fen = fields.BigIntField(default=0)
    status = fields.CharEnumField(TransferStatus, max_length=32, default=TransferStatus.HELD)
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "ledger_transfers"
        indexes = (("status", "expires_at"),)
