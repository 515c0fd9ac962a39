"""What people do with receipts the ladder left: apply, split, send back, undo; above an amount, in pairs."""

from tortoise.expressions import Q

from billing import ledger, transfers
from billing.bank import (
    COUNTED,
    apply_parts,
    close_if_used,
    lock_orders,
    open_items,
    remaining_of,
)
from billing.bank_forms import DecisionInput
from billing.bank_matching import Rung
from billing.bank_models import BankAllocation, BankDecision
from billing.bank_states import DecisionKind, DecisionStatus
from billing.chart import CUSTODY_BANK, CUSTODY_INTEREST, SUSPENSE, credit, debit
from billing.ledger_models import LedgerTransaction, LedgerTransfer
from billing.models import BankLine, Payment, Refund, SettlementLine
from billing.payments import receipt_key
from billing.states import BankLineStatus, PaymentStatus
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.models import Order
from market.orders.states import OrderStatus
from market.settings import settings


class LineDoesNotFit(Conflict):
    """The receipt has not that much left, or a payment is not open or wants less."""

    title = "The receipt does not fit this payment"


class NotUndoable(Conflict):
    """The money of the receipt has gone on: released, refunded or sent back."""

    title = "This receipt cannot be undone"


@atomic()
async def propose_decision(
    line: BankLine, decision_input: DecisionInput, *, by: Actor
) -> BankDecision:
    """Decide about a receipt; up to FOUR_EYES_ABOVE_FEN it is done, above it waits for a second person.

    Operator's finance; one proposal at a time. Raises LineDoesNotFit, NotUndoable, InvalidInput,
    NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    parts = decision_input.payments()
    await lock_orders([*(number for number, _fen in parts), *await _payments_of(line)])
    line = await lock(line)
    if await BankDecision.exists(line_id=line.id, status=DecisionStatus.PROPOSED):
        raise LineDoesNotFit(_("A proposal for this receipt waits for a second person already"))
    decision = await BankDecision.create(
        number=await next_number("BD"),
        line=line,
        kind=decision_input.kind,
        parts=parts,
        amount_fen=await _amount(line, decision_input.kind, parts),
        reason=decision_input.reason,
        proposed_by_id=by.person_id,
    )
    if decision.amount_fen <= settings.four_eyes_above_fen:
        await _carry_out(decision, line, by=by)
    return await BankDecision.get(id=decision.id)


@atomic()
async def agree(decision: BankDecision, *, by: Actor) -> BankDecision:
    """A second person of the operator's finance has it done; everything is checked again.

    Raises NotPermitted for the proposer, LineDoesNotFit, NotUndoable, InvalidTransition.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    if by.person_id == decision.proposed_by_id:
        raise NotPermitted(_("Somebody else must agree to what you proposed"))
    found = await BankLine.get(id=decision.line_id)
    await lock_orders([*(number for number, _fen in decision.parts), *await _payments_of(found)])
    line, decision = await lock(found), await lock(decision)
    parts = [(number, fen) for number, fen in decision.parts]
    if await _amount(line, decision.kind, parts) != decision.amount_fen:
        raise LineDoesNotFit(_("The receipt has changed since this was proposed"))
    await _carry_out(decision, line, by=by)
    return await BankDecision.get(id=decision.id)


@atomic()
async def refuse(decision: BankDecision, *, reason: str, by: Actor) -> BankDecision:
    """Not agreed, or taken back by its proposer: nothing happens. Raises InvalidInput, InvalidTransition."""
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    if len(reason) < 5:
        raise InvalidInput(fields={"reason": _("Say why, in at least five characters")})
    decision = await lock(decision)
    await decision.move_to(DecisionStatus.REFUSED, by=by, reason=reason, decided_by_id=by.person_id)
    return decision


@atomic()
async def confirm_return(decision: BankDecision, *, reference: str, by: Actor) -> BankDecision:
    """The bank has sent a receipt back (its own reference). Raises InvalidTransition, NotPermitted."""
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    decision = await lock(decision)
    if decision.kind != DecisionKind.RETURN or decision.transfer_id is None:
        raise LineDoesNotFit(_("Only an approved return is confirmed"))
    await decision.move_to(
        DecisionStatus.DONE, by=by, bank_reference=reference, done_at=clock.now()
    )
    await transfers.post_transfer(await LedgerTransfer.get(id=decision.transfer_id), by=by)
    await close_if_used(decision.line_id, reason=decision.reason, by=by)
    return decision


async def _payments_of(line: BankLine) -> list[str]:
    found = BankAllocation.filter(line_id=line.id, undone_at=None).select_related("payment")
    return [row.payment.number for row in await found]


async def _amount(line: BankLine, kind: DecisionKind, parts: list[tuple[str, int]]) -> int:
    """What a decision moves, after its guards."""
    if kind == DecisionKind.UNDO:
        rows = await _undoable(line)
        return sum(row.amount_fen for row in rows)
    left = await remaining_of(line)
    if kind in (DecisionKind.RETURN, DecisionKind.INTEREST):
        if left <= 0:
            raise LineDoesNotFit(_("Nothing of this receipt is left"))
        return left
    if not parts:
        raise InvalidInput(fields={"parts": _("Name at least one payment")})
    open_now = {
        item.payment: item.due_fen
        for item in await open_items(Q(number__in=[number for number, _fen in parts]))
    }
    wanted = sum(fen for _number, fen in parts)
    if wanted > left or any(fen > open_now.get(number, 0) for number, fen in parts):
        raise LineDoesNotFit(
            _("Receipt %(line)s has less left, or a payment is not open or wants less",
              line=line.number)
        )  # fmt: skip
    return wanted


async def _carry_out(decision: BankDecision, line: BankLine, *, by: Actor) -> None:
    who = {"decided_by_id": by.person_id}
    if decision.kind == DecisionKind.RETURN:
        hold = await transfers.reserve(
            SUSPENSE, CUSTODY_BANK, decision.amount_fen,
            kind="bank_return", key=f"bank_return:{decision.id}",
        )  # fmt: skip
        await decision.move_to(
            DecisionStatus.APPROVED, by=by, reason=decision.reason, transfer_id=hold.id, **who
        )
        return
    await decision.move_to(
        DecisionStatus.DONE, by=by, reason=decision.reason, done_at=clock.now(), **who
    )
    if decision.kind == DecisionKind.UNDO:
        await _undo(line, reason=decision.reason, by=by)
        return
    if decision.kind == DecisionKind.INTEREST:
        await ledger.post(
            [debit(SUSPENSE, decision.amount_fen), credit(CUSTODY_INTEREST, decision.amount_fen)],
            kind="custody_interest",
            key=f"custody_interest:{decision.id}",
        )
        await close_if_used(line.id, reason=decision.reason, by=by)
        return
    parts = [(number, fen) for number, fen in decision.parts]
    await apply_parts(line, parts, rung=Rung.QUEUE, reason=decision.reason, by=by)


async def _undoable(line: BankLine) -> list[BankAllocation]:
    """What a receipt was set aside for and can be taken from again."""
    rows = await BankAllocation.filter(
        line_id=line.id, undone_at=None, payment__status__in=COUNTED
    ).select_related("payment")
    ids = [row.payment_id for row in rows]
    stages = [row.payment.milestone_id for row in rows]
    if (
        not rows
        or await Refund.exists(payment_id__in=ids)
        or await SettlementLine.exists(milestone_id__in=stages)
    ):
        raise NotUndoable(_("Nothing was applied, or its money was released or refunded since"))
    return rows


async def _undo(line: BankLine, *, reason: str, by: Actor) -> None:
    touched = {line.id}
    for row in await _undoable(line):
        payment = await lock_id(Payment, row.payment_id)
        whose = BankAllocation.filter(payment_id=payment.id, undone_at=None)
        if payment.status == PaymentStatus.SUCCEEDED:
            touched |= {found.line_id for found in await whose}
            await _take_back(payment, reason=reason, by=by)
            await whose.update(undone_at=clock.now())
        else:
            await BankAllocation.filter(id=row.id).update(undone_at=clock.now())
    for line_id in sorted(touched, key=str):
        row_now = await lock_id(BankLine, line_id)
        if row_now.status == BankLineStatus.APPLIED:
            await row_now.move_to(BankLineStatus.SUSPENSE, by=by, reason=reason)


async def _take_back(payment: Payment, *, reason: str, by: Actor) -> None:
    """The payment's posting is mirrored and its stage is open again; unfunded, the order waits again."""
    posted = await LedgerTransaction.get(key=receipt_key(payment))
    await ledger.reverse(posted, kind="receipt_reversed")
    await payment.move_to(PaymentStatus.REVERSED, by=by, reason=reason, live_stage=None)
    order = await lock_id(Order, payment.order_id)
    paid = await Payment.exists(order_id=order.id, status=PaymentStatus.SUCCEEDED)
    if order.status == OrderStatus.FUNDED and not paid:
        await order.move_to(OrderStatus.PLACED, by=by, reason=reason)
