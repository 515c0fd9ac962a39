"""A party's month: what it owed and was due at first, every movement, and what at the end, from the ledger."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from billing import ledger
from billing.chart import AccountKind
from billing.deposit_models import Holding
from billing.ledger_models import LedgerEntry, LedgerTransaction
from billing.statements import Posting, with_entries
from market.accounts.models import Organisation
from market.kit import clock
from market.kit.errors import NotFound
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.orders.models import Order

SECTIONS = {
    AccountKind.BUYER_PAYABLE: N_("Owed for your orders"),
    AccountKind.ORDER_HELD: N_("Held in custody for your orders"),
    AccountKind.SUPPLIER_RECEIVABLE: N_("Released to you, not paid out yet"),
    AccountKind.SUBSIDY_PAYABLE: N_("Subsidies granted to you, not paid yet"),
    AccountKind.DEPOSIT_HELD: N_("Your deposits in custody"),
    AccountKind.FEE_HELD: N_("Paid in for others' work"),
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One ledger entry: what it was, of which order, and how it changed the balance."""

    at: dt.datetime
    kind: str
    order: str
    change_fen: int
    balance_fen: int
    digest: str
    transaction_id: UUID


@dataclass(frozen=True, slots=True)
class Section:
    """One obligation over the month; opening and movements make the closing."""

    kind: AccountKind
    opening_fen: int
    movements: tuple[Movement, ...]

    @property
    def label(self) -> str:
        """What it is, for the party."""
        return _(SECTIONS[self.kind])

    @property
    def closing_fen(self) -> int:
        """What stands at the end."""
        return self.opening_fen + sum(one.change_fen for one in self.movements)


def month_named(text: str) -> dt.date:
    """The first day of "2026-11". Raises NotFound for anything else and for months to come."""
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound(_("There is no such month")) from None
    if len(text) != 7 or first > clock.today():
        raise NotFound(_("There is no such month"))
    return first


def months() -> list[str]:
    """The last twelve months, the present one first."""
    found, day = [], clock.today().replace(day=1)
    for _month in range(12):
        found.append(f"{day:%Y-%m}")
        day = (day - dt.timedelta(days=1)).replace(day=1)
    return found


async def statement_for(organisation: Organisation, first: dt.date) -> list[Section]:
    """The sections of a party's month that had a balance or moved.

    A buyer's are those of its orders, a supplier's its own accounts.
    """
    bought = await Order.filter(buyer_id=organisation.id).values_list("number", flat=True)
    own = (AccountKind.SUPPLIER_RECEIVABLE, AccountKind.SUBSIDY_PAYABLE)
    mine = Q(account__kind__in=own, account__owner=organisation.number)
    ordered = (AccountKind.BUYER_PAYABLE, AccountKind.ORDER_HELD)
    mine |= Q(account__kind__in=ordered, account__owner__in=list(bought))
    paid_in = [row.number for row in await Holding.filter(payer_id=organisation.id)]
    purposes = (AccountKind.DEPOSIT_HELD, AccountKind.FEE_HELD)
    mine |= Q(account__kind__in=purposes, account__owner__in=paid_in)
    end = (first + dt.timedelta(days=32)).replace(day=1)
    entries: list[Any] = (
        await LedgerEntry.filter(mine, transaction__posted_at__lt=clock.start_of_day(end))
        .order_by("transaction__posted_at", "id")
        .select_related("transaction__order", "account")
    )
    found = [_section(kind, entries, clock.start_of_day(first)) for kind in SECTIONS]
    return [section for section in found if section.opening_fen or section.movements]


async def rows_behind(sections: Sequence[Section]) -> dict[UUID, list[Posting]]:
    """The whole posting of each movement, by the transaction's id."""
    ids = {one.transaction_id for section in sections for one in section.movements}
    posted = await LedgerTransaction.filter(id__in=list(ids)).order_by("id")
    return {posting.transaction.id: [posting] for posting in await with_entries(posted)}


def _section(kind: AccountKind, entries: Sequence[Any], start: dt.datetime) -> Section:
    opening, balance, moved = 0, 0, []
    for entry in entries:
        if entry.account.kind != kind:
            continue
        change = ledger.fold(ledger.key_of(entry.account), [entry])
        balance += change
        posted = entry.transaction
        if posted.posted_at < start:
            opening = balance
            continue
        order = posted.order.number if posted.order else ""
        moved.append(
            Movement(
                posted.posted_at, posted.kind, order, change, balance, posted.digest, posted.id
            )
        )  # fmt: skip
    return Section(kind, opening, tuple(moved))
