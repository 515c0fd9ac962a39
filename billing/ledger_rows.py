"""The ledger rows behind the amounts of a list, and the entries of an account, for whoever asks how."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from billing import words
from billing.access import missing, require_operator
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerTransaction
from billing.models import Payment, Payout, Refund, Settlement
from billing.statements import Posting, with_entries
from market.accounts.access import as_uuid
from market.kit.actor import Actor
from market.kit.i18n import N_
from market.kit.tables import Export

KEYS: dict[type, Callable[[UUID], Iterable[str]]] = {
    Payment: lambda key: (f"payment:{key}", f"reverse:payment:{key}"),
    Payout: lambda key: (f"transfer:payout:{key}",),
    Settlement: lambda key: (f"settlement:{key}",),
}


async def rows_behind(items: Sequence[Any]) -> dict[UUID, list[Posting]]:
    """The postings of each payment, payout, refund or settlement, by its id: two statements for all."""
    owner = {key: item.id for item in items for key in _keys_of(item)}
    posted = await LedgerTransaction.filter(key__in=list(owner)).order_by("id")
    found: dict[UUID, list[Posting]] = {item.id: [] for item in items}
    for posting in await with_entries(posted):
        found[owner[posting.transaction.key]].append(posting)
    return found


def _keys_of(item: Any) -> Iterable[str]:
    """A part that went back is a transfer; a whole receipt that did is reversed, and paid back by bank."""
    if not isinstance(item, Refund):
        return KEYS[type(item)](item.id)
    if item.is_reduction:
        return (f"transfer:refund:{item.id}",)
    return (f"reverse:payment:{item.payment_id}", f"paid_back:{item.id}")


def accounts_to_see(by: Actor) -> QuerySet[LedgerAccount]:
    """Every account, for the operator's finance."""
    require_operator(by)
    return LedgerAccount.all().order_by("kind", "code")


async def account_to_see(by: Actor, key: str) -> LedgerAccount:
    """One account; NotFound for any other."""
    found = await accounts_to_see(by).get_or_none(id=as_uuid(key))
    if found is None:
        raise missing()
    return found


def entries_of(account: LedgerAccount) -> QuerySet[LedgerEntry]:
    """The entries of an account, the newest first."""
    rows = LedgerEntry.filter(account_id=account.id).order_by("-id")
    return rows.select_related("transaction__order")


def _amount_on(side: str) -> Callable[[LedgerEntry], int | None]:
    return lambda entry: entry.amount_fen if entry.side == side else None


ACCOUNTS = Export(
    N_("Trial balance"),
    (
        (N_("Account"), "text", words.account),
        (N_("Code"), "text", "code"),
        (N_("Balance (yuan)"), "money", "balance_fen"),
        (N_("Kept back (yuan)"), "money", "pending_fen"),
    ),
)
ENTRIES = Export(
    N_("Ledger rows"),
    (
        (N_("Posted at"), "datetime", "transaction.posted_at"),
        (N_("What"), "text", lambda entry: words.posting(entry.transaction.kind)),
        (N_("Order"), "text", "transaction.order.number"),
        (N_("Debit (yuan)"), "money", _amount_on("debit")),
        (N_("Credit (yuan)"), "money", _amount_on("credit")),
        (N_("Digest"), "text", "transaction.digest"),
    ),
)
