"""JSON operations of deposits: give one, a letter in its place, keep one, execute what was instructed."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from billing import deposit_access, deposits, forfeitures, guarantees, holdings
from billing.deposit_forms import CheckInput, ForfeitInput, GuaranteeInput
from billing.deposit_models import Holding, HoldingPayout
from billing.deposit_routes import LETTERS
from billing.deposit_states import (
    HoldingPayoutKind,
    HoldingPurpose,
    HoldingStatus,
    ReturnGround,
)
from billing.file_bodies import FileBody
from billing.forms import BankReferenceInput
from billing.states import PayoutStatus
from market.kit import files
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG = "deposits"
READ, WRITE = "payments:read", "payments:write"


class HoldingPayoutOut(BaseModel):
    """An instruction to the custody bank; one of interest may wait for the bank's own credit."""

    number: str
    kind: HoldingPayoutKind
    payee: str
    amount_fen: int
    status: PayoutStatus
    is_instructed: bool

    @classmethod
    def of(cls, row: HoldingPayout) -> Self:
        """An instruction with its payee."""
        return cls(
            number=row.number, kind=row.kind, payee=row.payee.number, amount_fen=row.amount_fen,
            status=row.status, is_instructed=row.transfer_id is not None,
        )  # fmt: skip


class HoldingOut(BaseModel):
    """Money in custody for a purpose, and what became of it."""

    number: str
    purpose: HoldingPurpose
    job: str
    payer: str
    amount_fen: int
    status: HoldingStatus
    reference: str
    due_at: dt.datetime | None
    held_on: dt.date | None
    return_ground: ReturnGround | None
    return_due_at: dt.datetime | None
    interest_fen: int
    payouts: list[HoldingPayoutOut]

    @classmethod
    async def of(cls, row: Holding) -> Self:
        """One as it stands, its job and payer fetched."""
        payouts = await HoldingPayout.filter(holding=row).order_by("id").select_related("payee")
        return cls(
            number=row.number, purpose=row.purpose, job=row.job.number, payer=row.payer.number,
            amount_fen=row.amount_fen, status=row.status, reference=row.reference,
            due_at=row.due_at, held_on=row.held_on, return_ground=row.return_ground,
            return_due_at=row.return_due_at, interest_fen=row.interest_fen,
            payouts=[HoldingPayoutOut.of(one) for one in payouts],
        )  # fmt: skip


class LetterBody(FileBody, GuaranteeInput):
    """A letter of guarantee with its file in base64."""


async def _again(call: Call[Any, Any], number: str) -> HoldingOut:
    return await HoldingOut.of(await deposit_access.holding_to_read(call.actor, number))


@operation(
    "GET", "/deposits", summary="Deposits and fees in custody", tag=TAG, query=CursorQuery,
    returns=CursorPage[HoldingOut], scope=READ,
)  # fmt: skip
async def list_deposits(call: Call[Nothing, CursorQuery]) -> CursorPage[HoldingOut]:
    """Your own and those in your favour, newest first; a bid deposit in your favour after the opening."""
    rows, following = await cursor_page(deposit_access.holdings_of(call.actor), call.query)
    return CursorPage(items=[await HoldingOut.of(row) for row in rows], next=following)


@operation(
    "GET", "/deposits/{number}", summary="A deposit", tag=TAG, returns=HoldingOut, scope=READ
)
async def show_deposit(call: Call[Nothing, Nothing]) -> HoldingOut:
    """Where the money is."""
    return await _again(call, call.path("number"))


@operation(
    "POST", "/jobs/{number}/deposit", summary="Give the deposit of a job", tag=TAG,
    returns=HoldingOut, status=201, scope=WRITE,
)  # fmt: skip
async def open_deposit(call: Call[Nothing, Nothing]) -> HoldingOut:
    """The payable with the code for its transfer; asked again it is the same one."""
    job = await deposit_access.job_asking(call.actor, call.path("number"))
    made = await deposits.open_bid_deposit(job, by=call.actor)
    return await _again(call, made.number)


@operation(
    "POST", "/deposits/{number}/cancel", summary="Give up an unpaid deposit", tag=TAG,
    returns=HoldingOut, scope=WRITE,
)  # fmt: skip
async def cancel_deposit(call: Call[Nothing, Nothing]) -> HoldingOut:
    """While nothing has come."""
    row = await deposit_access.own_holding(call.actor, call.path("number"))
    await holdings.cancel_holding(row, by=call.actor)
    return await _again(call, row.number)


@operation(
    "POST", "/deposits/{number}/guarantee", summary="Hand in a letter of guarantee", tag=TAG,
    body=LetterBody, returns=HoldingOut, status=201, scope=WRITE,
)  # fmt: skip
async def submit_guarantee(call: Call[LetterBody, Nothing]) -> HoldingOut:
    """Checked with its issuer before it stands for the money."""
    row = await deposit_access.own_holding(call.actor, call.path("number"))
    file = await files.store(call.body.filename, call.body.bytes(), by=call.actor, kinds=LETTERS)
    letter = GuaranteeInput.model_validate(call.body.model_dump(exclude={"filename", "content"}))
    await guarantees.submit_guarantee(row, letter, file, by=call.actor)
    return await _again(call, row.number)


@operation(
    "POST", "/deposits/{number}/forfeiture", summary="Propose to keep a deposit", tag=TAG,
    body=ForfeitInput, returns=HoldingOut, status=201, scope=WRITE,
)  # fmt: skip
async def propose_forfeiture(call: Call[ForfeitInput, Nothing]) -> HoldingOut:
    """With a coded reason; the operator's finance decides."""
    row = await deposit_access.holding_in_favour(call.actor, call.path("number"))
    await forfeitures.propose_forfeiture(row, call.body, by=call.actor)
    return await _again(call, row.number)


@operation(
    "POST", "/forfeitures/{number}", summary="Decide on a forfeiture", tag=TAG, body=CheckInput,
    returns=HoldingOut, scope=WRITE,
)  # fmt: skip
async def decide_forfeiture(call: Call[CheckInput, Nothing]) -> HoldingOut:
    """The second pair of eyes: the operator's finance."""
    row = await deposit_access.forfeiture_to_decide(call.actor, call.path("number"))
    await forfeitures.decide_forfeiture(row, **call.body.model_dump(), by=call.actor)
    return await _again(call, row.holding.number)


@operation(
    "POST", "/guarantees/{number}", summary="Record the check of a letter", tag=TAG,
    body=CheckInput, returns=HoldingOut, scope=WRITE,
)  # fmt: skip
async def check_guarantee(call: Call[CheckInput, Nothing]) -> HoldingOut:
    """What the issuer says of it."""
    row = await deposit_access.letter_to_check(call.actor, call.path("number"))
    await guarantees.check_guarantee(
        row, is_accepted=call.body.is_agreed, reason=call.body.reason, by=call.actor
    )
    return await _again(call, row.holding.number)


@operation(
    "POST", "/deposits/payouts/{number}/executed", summary="The bank has paid", tag=TAG,
    body=BankReferenceInput, returns=HoldingOut, scope=WRITE,
)  # fmt: skip
async def confirm_deposit_payout(call: Call[BankReferenceInput, Nothing]) -> HoldingOut:
    """With the last instruction the deposit is closed."""
    row = await deposit_access.payout_to_confirm(call.actor, call.path("number"))
    await holdings.confirm_payout(row, reference=call.body.reference, by=call.actor)
    holding = await Holding.get(id=row.holding_id)
    return await _again(call, holding.number)


operations: list[Operation] = [
    list_deposits, confirm_deposit_payout, show_deposit, open_deposit, cancel_deposit,
    submit_guarantee, propose_forfeiture, decide_forfeiture, check_guarantee,
]  # fmt: skip
