"""JSON operations of the operator's finance: receipts, decisions, executed payouts and refunds, reports."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from billing import access, bank, bank_access, bank_decisions, payouts, refunds
from billing.bank_forms import DecisionInput, ReturnedInput, VerdictInput
from billing.bank_models import BankDecision
from billing.bank_states import DecisionKind, DecisionStatus
from billing.forms import BankLineInput, BankReferenceInput
from billing.models import BankLine
from billing.states import BankLineStatus, PayoutStatus, RefundStatus
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG = "custody"
READ, WRITE = "payments:read", "payments:write"


class BankLineOut(BaseModel):
    """A receipt on the custody account; `left_fen` is what is neither set aside nor on its way back."""

    number: str
    bank_reference: str
    booked_on: dt.date
    payer_name: str
    payer_account: str
    amount_fen: int
    left_fen: int
    narrative: str
    status: BankLineStatus
    reason: str

    @classmethod
    async def of(cls, line: BankLine) -> "BankLineOut":
        """A receipt as it stands."""
        names = [name for name in cls.model_fields if name != "left_fen"]
        left = await bank.remaining_of(line)
        return cls(left_fen=left, **{name: getattr(line, name) for name in names})


class DecisionOut(BaseModel):
    """What is done with a receipt, and whether a second person has agreed."""

    number: str
    line: str
    kind: DecisionKind
    status: DecisionStatus
    amount_fen: int
    parts: list[tuple[str, int]]
    reason: str

    @classmethod
    def of(cls, decision: BankDecision, *, line: str) -> "DecisionOut":
        """A decision about a receipt."""
        values: dict[str, Any] = {
            name: getattr(decision, name) for name in cls.model_fields if name != "line"
        }
        return cls(line=line, **values)


class ExecutedOut(BaseModel):
    """An instruction the bank has executed."""

    number: str
    status: PayoutStatus | RefundStatus
    amount_fen: int


@operation(
    "GET", "/bank/lines", summary="Receipts on the custody account", tag=TAG, query=CursorQuery,
    returns=CursorPage[BankLineOut], scope=READ,
)  # fmt: skip
async def list_lines(call: Call[Nothing, CursorQuery]) -> CursorPage[BankLineOut]:
    """Newest first; for the operator."""
    access.require_operator(call.actor)
    rows, following = await cursor_page(BankLine.all().order_by("-id"), call.query)
    return CursorPage(items=[await BankLineOut.of(row) for row in rows], next=following)


@operation(
    "POST", "/bank/lines", summary="Enter a receipt", tag=TAG, body=BankLineInput,
    returns=BankLineOut, status=201, scope=WRITE,
)  # fmt: skip
async def record_line(call: Call[BankLineInput, Nothing]) -> BankLineOut:
    """Applied when it is certain, otherwise in suspense with the reason; each bank reference once."""
    access.require_operator(call.actor)
    return await BankLineOut.of(await bank.record_bank_line(call.body, by=call.actor))


@operation(
    "GET", "/bank/lines/{number}", summary="A receipt", tag=TAG, returns=BankLineOut, scope=READ
)
async def show_line(call: Call[Nothing, Nothing]) -> BankLineOut:
    """What became of it."""
    return await BankLineOut.of(await bank_access.line_to_read(call.actor, call.path("number")))


@operation(
    "POST", "/bank/lines/{number}/decisions", summary="Apply, return or undo a receipt", tag=TAG,
    body=DecisionInput, returns=DecisionOut, status=201, scope=WRITE,
)  # fmt: skip
async def propose_decision(call: Call[DecisionInput, Nothing]) -> DecisionOut:
    """Above the amount of the installation it waits for a second person."""
    line = await bank_access.line_to_read(call.actor, call.path("number"))
    made = await bank_decisions.propose_decision(line, call.body, by=call.actor)
    return DecisionOut.of(made, line=line.number)


@operation(
    "POST", "/bank/decisions/{number}/verdict", summary="Agree to a decision, or refuse it",
    tag=TAG, body=VerdictInput, returns=DecisionOut, scope=WRITE,
)  # fmt: skip
async def judge_decision(call: Call[VerdictInput, Nothing]) -> DecisionOut:
    """By another person than its proposer."""
    found = await bank_access.decision_to_read(call.actor, call.path("number"))
    if call.body.agree:
        done = await bank_decisions.agree(found, by=call.actor)
    else:
        done = await bank_decisions.refuse(found, reason=call.body.reason, by=call.actor)
    return DecisionOut.of(done, line=found.line.number)


@operation(
    "POST", "/bank/decisions/{number}/returned", summary="Note that the bank has sent it back",
    tag=TAG, body=ReturnedInput, returns=DecisionOut, scope=WRITE,
)  # fmt: skip
async def confirm_return(call: Call[ReturnedInput, Nothing]) -> DecisionOut:
    """With the bank's own reference."""
    found = await bank_access.decision_to_read(call.actor, call.path("number"))
    done = await bank_decisions.confirm_return(found, reference=call.body.reference, by=call.actor)
    return DecisionOut.of(done, line=found.line.number)


@operation(
    "POST", "/payouts/{number}/confirm", summary="Note that the bank has paid a payout", tag=TAG,
    body=BankReferenceInput, returns=ExecutedOut, scope=WRITE,
)  # fmt: skip
async def confirm_payout(call: Call[BankReferenceInput, Nothing]) -> ExecutedOut:
    """With the bank's own reference."""
    payout = await access.payout_to_confirm(call.actor, call.path("number"))
    done = await payouts.confirm_bank_payout(payout, reference=call.body.reference, by=call.actor)
    return ExecutedOut(number=done.number, status=done.status, amount_fen=done.amount_fen)


@operation(
    "POST", "/refunds/{number}/confirm", summary="Note that the bank has paid a refund", tag=TAG,
    body=BankReferenceInput, returns=ExecutedOut, scope=WRITE,
)  # fmt: skip
async def confirm_refund(call: Call[BankReferenceInput, Nothing]) -> ExecutedOut:
    """With the bank's own reference."""
    refund = await access.refund_to_confirm(call.actor, call.path("number"))
    await refunds.confirm_bank_refund(refund, reference=call.body.reference, by=call.actor)
    done = await access.refund_to_confirm(call.actor, refund.number)
    return ExecutedOut(number=done.number, status=done.status, amount_fen=done.amount_fen)


operations: list[Operation] = [
    list_lines, record_line, show_line, propose_decision, judge_decision, confirm_return,
    confirm_payout, confirm_refund,
]  # fmt: skip
