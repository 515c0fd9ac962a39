"""JSON operations of the operator's finance: exceptions, the trial balance, what is due to be settled."""

import datetime as dt
from typing import Self

from pydantic import BaseModel, Field

from billing import batch_settlements, ledger_rows, queues
from billing.access import require_operator
from billing.chart import AccountKind
from billing.ledger_models import LedgerAccount
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG = "custody"
READ, WRITE = "payments:read", "payments:write"


class ExceptionOut(BaseModel):
    """What of money waits for a person; `kind` "late" is money that came too late."""

    kind: str
    number: str
    text: str
    since: dt.datetime
    days: int
    amount_fen: int | None
    action: str
    url: str

    @classmethod
    def of(cls, item: queues.Item) -> Self:
        """One exception."""
        return cls.model_validate({name: getattr(item, name) for name in cls.model_fields})


class ExceptionQuery(BaseModel):
    """Which queue; empty for all of them."""

    kind: str = Field(default="", max_length=32)


class ExceptionsOut(BaseModel):
    """Every exception of the queues asked for, the longest waiting first."""

    items: list[ExceptionOut]


class AccountOut(BaseModel):
    """An account of the ledger; its balance is positive on its normal side."""

    id: str
    code: str
    kind: AccountKind
    balance_fen: int
    pending_fen: int

    @classmethod
    def of(cls, row: LedgerAccount) -> Self:
        """One account."""
        return cls(
            id=str(row.id), code=row.code, kind=row.kind, balance_fen=row.balance_fen,
            pending_fen=row.pending_fen,
        )  # fmt: skip


class DueOut(BaseModel):
    """An accepted order with a paid stage that only its release is missing from."""

    order: str
    buyer: str
    supplier: str


class DueListOut(BaseModel):
    """How many orders are due, and the first of them."""

    count: int
    items: list[DueOut]


class BatchOut(BaseModel):
    """Settlements made, and the orders left out with their reasons."""

    settled: int
    left_out: dict[str, str]


@operation(
    "GET", "/operator/exceptions", summary="Money that no rule could decide", tag=TAG,
    query=ExceptionQuery, returns=ExceptionsOut, scope=READ,
)  # fmt: skip
async def list_exceptions(call: Call[Nothing, ExceptionQuery]) -> ExceptionsOut:
    """What each row waits for and where it is put right; for the operator."""
    require_operator(call.actor)
    found = await queues.exceptions()
    kind = call.query.kind
    return ExceptionsOut(items=[ExceptionOut.of(one) for one in found if kind in ("", one.kind)])


@operation(
    "GET", "/ledger/accounts", summary="The trial balance", tag=TAG, query=CursorQuery,
    returns=CursorPage[AccountOut], scope=READ,
)  # fmt: skip
async def list_accounts(call: Call[Nothing, CursorQuery]) -> CursorPage[AccountOut]:
    """Every account with its balance, the newest first; for the operator."""
    rows, following = await cursor_page(ledger_rows.accounts_to_see(call.actor), call.query)
    return CursorPage(items=[AccountOut.of(row) for row in rows], next=following)


@operation(
    "GET", "/operator/settlements", summary="Orders due to be settled", tag=TAG,
    returns=DueListOut, scope=READ,
)  # fmt: skip
async def list_due_settlements(call: Call[Nothing, Nothing]) -> DueListOut:
    """What the clock settles next; for the operator."""
    require_operator(call.actor)
    count, orders = await batch_settlements.due_to_show()
    items = [
        DueOut(order=row.number, buyer=row.buyer.name, supplier=row.supplier.name) for row in orders
    ]
    return DueListOut(count=count, items=items)


@operation(
    "POST", "/operator/settlements", summary="Settle what is due", tag=TAG, returns=BatchOut,
    scope=WRITE,
)  # fmt: skip
async def settle_due(call: Call[Nothing, Nothing]) -> BatchOut:
    """At once instead of by the clock; the operator's finance."""
    require(call.actor, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    batch = await batch_settlements.settle_due()
    return BatchOut(settled=batch.settled, left_out=batch.left_out)


operations: list[Operation] = [list_exceptions, list_accounts, list_due_settlements, settle_due]
