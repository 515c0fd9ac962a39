"""JSON operations of labour remuneration."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from billing import account_statements, labour, labour_access
from billing.access import require_operator
from billing.forms import BankReferenceInput
from billing.labour_forms import PayeeInput
from billing.labour_models import LabourIncome, LabourPayee
from billing.labour_states import PayeeStatus
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG = "labour"
READ, WRITE = "payments:read", "payments:write"


class PayeeOut(BaseModel):
    """A registration; of the resident number only its last four places are told."""

    number: str
    name: str
    id_tail: str
    bank_name: str
    status: PayeeStatus

    @classmethod
    def of(cls, row: LabourPayee) -> Self:
        """One as it stands."""
        return cls(
            number=row.number, name=row.name, id_tail=row.id_tail, bank_name=row.bank_name,
            status=row.status,
        )  # fmt: skip


class LabourIncomeOut(BaseModel):
    """A payment in person with its tax, and how the tax was made (fen; `run_fen` is cumulative)."""

    payout: str
    paid_on: dt.date
    income_fen: int
    run_fen: int
    months: int
    taxable_fen: int
    rate_bp: int
    quick_fen: int
    before_fen: int
    tax_fen: int
    net_fen: int

    @classmethod
    def of(cls, row: LabourIncome) -> Self:
        """One with its payout fetched."""
        return cls(
            payout=row.payout.number, paid_on=row.paid_on, income_fen=row.income_fen,
            run_fen=row.run_fen, months=row.months, taxable_fen=row.taxable_fen,
            rate_bp=row.rate_bp, quick_fen=row.quick_fen, before_fen=row.before_fen,
            tax_fen=row.tax_fen, net_fen=row.net_fen,
        )  # fmt: skip


class WithheldOut(LabourIncomeOut):
    """A payment on the month's withholding list."""

    payee: str
    name: str


class WithholdingOut(BaseModel):
    """A month's withholding list."""

    month: str
    tax_fen: int
    items: list[WithheldOut]


@operation(
    "GET", "/labour/incomes", summary="What you were paid in person", tag=TAG, query=CursorQuery,
    returns=CursorPage[LabourIncomeOut], scope=READ,
)  # fmt: skip
async def list_labour_incomes(call: Call[Nothing, CursorQuery]) -> CursorPage[LabourIncomeOut]:
    """Through any organisation, the latest first."""
    rows, following = await cursor_page(labour_access.own_incomes(call.actor), call.query)
    return CursorPage(items=[LabourIncomeOut.of(row) for row in rows], next=following)


@operation(
    "POST", "/labour/payee", summary="Register to be paid in person", tag=TAG, body=PayeeInput,
    returns=PayeeOut, status=201, scope=WRITE,
)  # fmt: skip
async def register_labour_payee(call: Call[PayeeInput, Nothing]) -> PayeeOut:
    """Your own details; another member of your organisation's finance confirms them."""
    return PayeeOut.of(await labour.register_payee(call.body, by=call.actor))


@operation(
    "POST", "/labour/payees/{number}/confirm", summary="Let a member be paid in person", tag=TAG,
    returns=PayeeOut, scope=WRITE,
)  # fmt: skip
async def confirm_labour_payee(call: Call[Nothing, Nothing]) -> PayeeOut:
    """By the organisation's finance, another person than the member."""
    payee = await labour_access.payee_to_judge(call.actor, call.path("number"))
    return PayeeOut.of(await labour.confirm_payee(payee, by=call.actor))


@operation(
    "POST", "/labour/payees/{number}/end", summary="Pay the organisation again", tag=TAG,
    returns=PayeeOut, scope=WRITE,
)  # fmt: skip
async def end_labour_payee(call: Call[Nothing, Nothing]) -> PayeeOut:
    """By the person, or the organisation's finance."""
    payee = await labour_access.payee_to_judge(call.actor, call.path("number"))
    return PayeeOut.of(await labour.end_payee(payee, by=call.actor))


@operation(
    "GET", "/withholding/{month}", summary="The withholding list of a month", tag=TAG,
    returns=WithholdingOut, scope=READ,
)  # fmt: skip
async def show_withholding(call: Call[Nothing, Nothing]) -> WithholdingOut:
    """For the operator: every payment to a person in a month such as 2026-11."""
    require_operator(call.actor)
    return await _withholding(call.path("month"))


@operation(
    "POST", "/withholding/{month}/remittance", summary="The month's tax was handed over", tag=TAG,
    body=BankReferenceInput, returns=WithholdingOut, scope=WRITE,
)  # fmt: skip
async def remit_withholding(call: Call[BankReferenceInput, Nothing]) -> WithholdingOut:
    """The operator's finance, once the month is over."""
    require_operator(call.actor)
    month = call.path("month")
    first = account_statements.month_named(month)
    await labour.remit_tax(first, reference=call.body.reference, by=call.actor)
    return await _withholding(month)


async def _withholding(month: str) -> WithholdingOut:
    rows = await labour.withheld_in(account_statements.month_named(month))
    items = [
        WithheldOut(payee=row.payee.number, name=row.name, **LabourIncomeOut.of(row).model_dump())
        for row in rows
    ]
    return WithholdingOut(month=month, tax_fen=sum(row.tax_fen for row in rows), items=items)


operations: list[Operation] = [
    list_labour_incomes, register_labour_payee, confirm_labour_payee, end_labour_payee,
    show_withholding, remit_withholding,
]  # fmt: skip
