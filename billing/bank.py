"""Corporate transfers (对公转账): each statement line enters once, and is applied only when it is certain."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.functions import Sum

from billing import holdings, ledger
from billing.bank_matching import Book, OpenItem, Receipt, Verdict, match, order_of_account
from billing.bank_models import BankAllocation, BankDecision, BankStatement
from billing.bank_states import DecisionKind, DecisionStatus
from billing.bank_words import reason_of
from billing.chart import CUSTODY_BANK, SUSPENSE, credit, debit
from billing.custody import custody_account
from billing.deposit_models import Holding, HoldingReceipt
from billing.deposit_states import HoldingStatus
from billing.forms import BankLineInput
from billing.models import BankLine, Payment
from billing.payments import record_received
from billing.references import find_references
from billing.states import BankLineStatus, PaymentMethod, PaymentStatus
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.models import Order

# What is set aside for a payment counts while the payment is awaited and once it was paid.
COUNTED = (PaymentStatus.PENDING, PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)
RETURNING = (DecisionStatus.APPROVED, DecisionStatus.DONE)
GONE = (DecisionKind.RETURN, DecisionKind.INTEREST)  # out of suspense without a payment


class EnteredBefore(InvalidInput):
    """A statement line counts once, whoever enters it."""

    def __init__(self) -> None:
        super().__init__(fields={"bank_reference": _("This statement line was entered before")})


@atomic()
async def record_bank_line(
    line_input: BankLineInput, *, by: Actor, statement: BankStatement | None = None
) -> BankLine:
    """Enter a receipt on the custody account; what is not certain lies in suspense (B1).

    Certain is what billing.bank_matching says is. A part of a payment is set aside until the rest has
    come, what was paid too much stays in suspense. Operator's finance. Raises InvalidInput, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    if line_input.booked_on > clock.today():
        raise InvalidInput(fields={"booked_on": _("This date has not come yet")})
    if await BankLine.exists(bank_reference=line_input.bank_reference):
        raise EnteredBefore
    verdict = await look_up(line_input)
    await lock_orders(number for number, _fen in verdict.parts)
    try:
        line = await BankLine.create(
            number=await next_number("BL"), statement=statement, reason=reason_of(verdict),
            **line_input.model_dump(),
        )  # fmt: skip
    except IntegrityError as exc:  # somebody entered it at the same moment
        raise EnteredBefore from exc
    await ledger.post(
        [debit(CUSTODY_BANK, line.amount_fen), credit(SUSPENSE, line.amount_fen)],
        kind="bank_receipt",
        key=line_key(line),
    )
    await apply_parts(line, verdict.parts, rung=verdict.rung, reason=line.reason, by=by)
    return await BankLine.get(id=line.id)


def line_key(line: BankLine) -> str:
    """The ledger key of a receipt."""
    return f"bank_line:{line.id}"


async def look_up(line: BankLineInput | BankLine) -> Verdict:
    """What the ladder says of a receipt, over the open transfers that it may be for."""
    prefix = custody_account().sub_account_prefix
    order = order_of_account(line.account, prefix=prefix)
    named = Q(payer__name__in=_spellings(line.payer_name))
    named |= Q(reference__in=find_references(line.narrative))
    receipt = Receipt(line.amount_fen, line.payer_name, line.narrative, line.account)
    return match(receipt, Book(await open_items(named, order=order or "")), prefix=prefix)


async def open_items(where: Q, *, order: str = "") -> list[OpenItem]:
    """The awaited transfers, each with what of it has not come; `order` adds those of an order."""
    payments: list[Any] = (
        await Payment.filter(
            where | Q(order__number=order),
            method=PaymentMethod.BANK_TRANSFER,
            status=PaymentStatus.PENDING,
        )
        .order_by("id")
        .select_related("order", "payer")
    )
    come = await _come([payment.id for payment in payments])
    return [
        OpenItem(row.number, row.reference, row.order.number, row.payer.name,
                 row.amount_fen - come.get(row.id, 0))
        for row in payments
    ] + await _awaited_holdings(where)  # fmt: skip


async def _awaited_holdings(where: Q) -> list[OpenItem]:
    """Awaited deposits and fees: only their own code is certain, never an amount alone."""
    rows: list[Any] = (
        await Holding.filter(where, status=HoldingStatus.AWAITED)
        .order_by("id")
        .select_related("payer")
    )
    return [
        OpenItem(row.number, row.reference, "", row.payer.name,
                 row.amount_fen - await holdings.come_of(row), needs_code=True)
        for row in rows
    ]  # fmt: skip


async def remaining_of(line: BankLine) -> int:
    """What of a receipt is neither set aside for a payment nor on its way back, in fen."""
    given = await BankAllocation.filter(
        line_id=line.id, undone_at=None, payment__status__in=COUNTED
    )
    back = await BankDecision.filter(line_id=line.id, kind__in=GONE, status__in=RETURNING)
    kept = await HoldingReceipt.filter(line_id=line.id)
    return int(line.amount_fen - _sum(given) - _sum(back) - _sum(kept))


async def unposted_of(line: BankLine) -> int:
    """What of a receipt still lies in suspense: no payment was received with it, nothing sent back."""
    received = await BankAllocation.filter(
        line_id=line.id, undone_at=None, payment__status__in=COUNTED
    ).exclude(payment__status=PaymentStatus.PENDING)
    back = await BankDecision.filter(line_id=line.id, kind__in=GONE, status=DecisionStatus.DONE)
    kept = await HoldingReceipt.filter(line_id=line.id).exclude(
        holding__status__in=(HoldingStatus.AWAITED, HoldingStatus.CANCELLED)
    )
    return int(line.amount_fen - _sum(received) - _sum(back) - _sum(kept))


def _sum(rows: Iterable[Any]) -> int:
    return sum(row.amount_fen for row in rows)


async def lock_orders(payment_numbers: Iterable[str]) -> None:
    """Lock the orders of payments, in the order of their keys: before any account."""
    found = await Payment.filter(number__in=list(payment_numbers)).values_list(
        "order_id", flat=True
    )
    for order_id in sorted(set(found), key=str):
        await lock_id(Order, UUID(str(order_id)))


async def apply_parts(
    line: BankLine, parts: Sequence[tuple[str, int]], *, rung: str, reason: str, by: Actor
) -> None:
    """Set parts of a receipt aside; a payment that is complete with them is received.

    Part of the caller's verb, which has locked the orders and checked the amounts.
    """
    touched = {line.id}
    for number, fen in parts:
        if holding := await Holding.get_or_none(number=number):
            await holdings.receive(holding, line, rung=rung, fen=fen, by=by)
            touched |= {row.line_id for row in await HoldingReceipt.filter(holding=holding)}
            continue
        payment = await lock(await Payment.get(number=number))
        await BankAllocation.create(line=line, payment=payment, amount_fen=fen, rung=rung)
        if (await _come([payment.id]))[payment.id] == payment.amount_fen:
            await record_received(payment, into=debit(SUSPENSE, payment.amount_fen), by=by)
            touched |= set(await lines_of(payment))
    for line_id in sorted(touched, key=str):
        await close_if_used(line_id, reason=reason, by=by)


async def lines_of(payment: Payment) -> list[UUID]:
    """The receipts of which something is set aside for a payment."""
    found = await BankAllocation.filter(payment_id=payment.id, undone_at=None)
    return [row.line_id for row in found]


async def close_if_used(line_id: UUID, *, reason: str, by: Actor) -> None:
    """A receipt leaves suspense when all of it has reached a payment or its payer."""
    line = await lock_id(BankLine, line_id)
    if line.status != BankLineStatus.SUSPENSE or await remaining_of(line):
        return
    if (
        await BankDecision.exists(
            line_id=line.id, kind=DecisionKind.RETURN, status=DecisionStatus.APPROVED
        )
        or await BankAllocation.exists(
            line_id=line.id, undone_at=None, payment__status=PaymentStatus.PENDING
        )
        or await HoldingReceipt.exists(line_id=line.id, holding__status=HoldingStatus.AWAITED)
    ):
        return
    kept = (
        await BankAllocation.exists(line_id=line.id, undone_at=None, payment__status__in=COUNTED)
        or await HoldingReceipt.exists(line_id=line.id)
        or await BankDecision.exists(line_id=line.id, kind=DecisionKind.INTEREST)
    )
    status = BankLineStatus.APPLIED if kept else BankLineStatus.RETURNED
    await line.move_to(status, by=by, reason=reason)


async def pay_back(payment: Payment, *, key: str) -> None:
    """The bank sent a refunded payment's money back: it leaves suspense and the custody account, once."""
    await ledger.post(
        [debit(SUSPENSE, payment.amount_fen), credit(CUSTODY_BANK, payment.amount_fen)],
        kind="refund",
        key=key,
        order=await Order.get(id=payment.order_id),
    )


async def _come(payments: Sequence[UUID]) -> dict[UUID, int]:
    rows = (
        await BankAllocation.filter(payment_id__in=list(payments), undone_at=None)
        .annotate(fen=Sum("amount_fen"))
        .group_by("payment_id")
        .values("payment_id", "fen")
    )
    return {UUID(str(row["payment_id"])): int(row["fen"]) for row in rows}


def _spellings(name: str) -> list[str]:
    """A payer's name in the widths that registers and banks write it in."""
    plain = unicodedata.normalize("NFKC", name).replace(" ", "")
    wide = plain.replace("(", "（").replace(")", "）")
    return list(dict.fromkeys((name, name.strip(), plain, wide)))
