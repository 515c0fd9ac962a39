"""Money put into custody for a purpose of its own: asked for, received, paid out or sent back, to the fen."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from billing import ledger, transfers
from billing.chart import (
    CUSTODY_BANK,
    CUSTODY_INTEREST,
    SUSPENSE,
    AccountKey,
    credit,
    debit,
    deposit_held,
    fee_held,
)
from billing.deposit_models import Holding, HoldingPayout, HoldingReceipt
from billing.deposit_states import (
    DEPOSITS,
    HoldingPayoutKind,
    HoldingPurpose,
    HoldingStatus,
)
from billing.ledger_models import LedgerTransfer
from billing.models import BankLine, BillingProfile
from billing.references import new_reference
from billing.states import PayoutStatus
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.kit.numbers import next_number
from market.tendering import securities
from market.tendering.models import Job


class HoldingClosed(Conflict):
    """The money is not awaited, not there, or on its way out."""

    title = "This is not possible any more"


def account_of(holding: Holding) -> AccountKey:
    """The ledger account that holds it."""
    held = deposit_held if holding.purpose in DEPOSITS else fee_held
    return held(holding.number)


def receipt_key(holding: Holding) -> str:
    """The ledger key of its receipt."""
    return f"holding:{holding.id}"


async def ask_for(
    purpose: HoldingPurpose, *, job: Job, subject_id: UUID, payer_id: UUID, amount_fen: int,
    beneficiary_id: UUID | None = None, due_at: dt.datetime | None = None,
) -> Holding:  # fmt: skip
    """The payable of a purpose: one that lives for each subject and payer; in the caller's verb."""
    live_key = f"{purpose}:{subject_id}:{payer_id}"
    if existing := await Holding.get_or_none(live_key=live_key):
        return existing
    made = await Holding.create(
        number=await next_number("HD"), purpose=purpose, job=job, subject_id=subject_id,
        payer_id=payer_id, beneficiary_id=beneficiary_id, amount_fen=amount_fen,
        live_key=live_key, reference=new_reference(), due_at=due_at,
    )  # fmt: skip
    await outbox.record("holding.changed", holding=made.id, what="asked")
    return made


async def receive(holding: Holding, line: BankLine, *, rung: str, fen: int, by: Actor) -> None:
    """Set a part of a receipt aside; complete, the money lies in custody. In the bank's verb (B1).

    Raises HoldingClosed when it was given up, or covered by a letter, since it was looked up.
    """
    holding = await lock(holding)
    if holding.status != HoldingStatus.AWAITED:
        raise HoldingClosed(_("No deposit is awaited"))
    await HoldingReceipt.create(line=line, holding=holding, amount_fen=fen, rung=rung)
    if await come_of(holding) < holding.amount_fen:
        return
    await ledger.post(
        [debit(SUSPENSE, holding.amount_fen), credit(account_of(holding), holding.amount_fen)],
        kind="holding",
        key=receipt_key(holding),
    )
    come = await HoldingReceipt.filter(holding=holding).select_related("line")
    last = max(row.line.booked_on for row in come)
    await holding.move_to(HoldingStatus.HELD, by=by, held_on=last)
    await _secure(holding, last)
    await outbox.record("holding.changed", holding=holding.id, what="received")


async def come_of(holding: Holding) -> int:
    """What of an awaited holding has come, in fen."""
    return sum(row.amount_fen for row in await HoldingReceipt.filter(holding=holding))


async def cover(holding: Holding, *, given_on: dt.date, by: Actor) -> None:
    """An accepted letter of guarantee stands in for the money; in the verb that accepts it."""
    await holding.move_to(HoldingStatus.COVERED, by=by, held_on=given_on)
    await _secure(holding, given_on)


async def _secure(holding: Holding, day: dt.date) -> None:
    if holding.purpose == HoldingPurpose.BID_DEPOSIT:
        job = await Job.get(id=holding.job_id)
        await securities.note_security(job, holding.payer_id, given_on=day)


@atomic()
async def cancel_holding(holding: Holding, *, by: Actor, reason: str = "") -> Holding:
    """Give up what is still awaited: its payer's finance, or the clock. Raises HoldingClosed."""
    if not by.is_system and by.organisation_id != holding.payer_id:
        raise HoldingClosed(_("Only its payer gives it up"))
    require(by, Role.FINANCE, Role.SALES, Role.BUYER)
    holding = await lock(holding)
    if holding.status != HoldingStatus.AWAITED or await come_of(holding):
        raise HoldingClosed(_("Money has come for it, or it is over"))
    await holding.move_to(HoldingStatus.CANCELLED, by=by, reason=reason, live_key=None)
    return holding


async def instruct(
    holding: Holding, kind: HoldingPayoutKind, *, payee_id: UUID, fen: int, account: str = ""
) -> HoldingPayout:
    """Hold `fen` back and instruct the custody bank; in the caller's verb (W3)."""
    payout_id = uuid7()
    hold = await transfers.reserve(
        account_of(holding), CUSTODY_BANK, fen,
        kind="holding_payout", key=f"holding_payout:{payout_id}",
    )  # fmt: skip
    return await HoldingPayout.create(
        id=payout_id, number=await next_number("HP"), holding=holding, kind=kind,
        payee_id=payee_id, payee_account=account or await _profile_account(payee_id),
        amount_fen=fen, transfer=hold,
    )  # fmt: skip


async def owe_interest(holding: Holding, *, fen: int, account: str) -> None:
    """Interest that goes back with a deposit; instructed once the bank has credited that much."""
    payout = await HoldingPayout.create(
        number=await next_number("HP"), holding=holding, kind=HoldingPayoutKind.INTEREST,
        payee_id=holding.payer_id, payee_account=account, amount_fen=fen,
    )  # fmt: skip
    await fund_interest(payout)


@atomic()
async def fund_interest(payout: HoldingPayout) -> bool:
    """Instruct an interest from what the bank has credited; whether there was enough."""
    payout = await lock(payout)
    if payout.transfer_id is not None:
        return True
    try:
        hold = await transfers.reserve(
            CUSTODY_INTEREST, CUSTODY_BANK, payout.amount_fen,
            kind="deposit_interest", key=f"holding_payout:{payout.id}",
        )  # fmt: skip
    except ledger.BoundCrossed:
        return False
    payout.transfer_id = hold.id
    await payout.save(update_fields=["transfer_id"])
    return True


async def fund_waiting_interest() -> int:
    """The clock's: interest that waits is instructed as soon as it can be; returns how many."""
    waiting = await HoldingPayout.filter(transfer_id=None).order_by("id")
    return sum([await fund_interest(payout) for payout in waiting])


async def payers_account(holding: Holding) -> str:
    """The account the money came from, the only one it goes back to."""
    found = await HoldingReceipt.filter(holding=holding).order_by("-id").select_related("line")
    came_from = next((row.line.payer_account for row in found if row.line.payer_account), "")
    return came_from or await _profile_account(holding.payer_id)


async def _profile_account(organisation_id: UUID) -> str:
    profile = await BillingProfile.get_or_none(organisation_id=organisation_id)
    return profile.bank_account if profile else ""


@atomic()
async def confirm_payout(payout: HoldingPayout, *, reference: str, by: Actor) -> HoldingPayout:
    """The bank has executed an instruction (its own reference); with the last one the holding is closed.

    Operator's finance. Raises HoldingClosed while interest waits, InvalidTransition, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    holding = await lock(await Holding.get(id=payout.holding_id))
    payout = await lock(payout)
    if payout.transfer_id is None:
        raise HoldingClosed(_("The custody bank has not credited this interest yet"))
    await payout.move_to(PayoutStatus.PAID, by=by, provider_id=reference, paid_at=clock.now())
    await transfers.post_transfer(await LedgerTransfer.get(id=payout.transfer_id), by=by)
    made = await HoldingPayout.filter(holding=holding)
    if all(row.status == PayoutStatus.PAID for row in made):
        await holding.move_to(_end_of(made), by=by, live_key=None)
        await outbox.record("holding.changed", holding=holding.id, what="paid_out")
    return payout


def _end_of(made: Sequence[HoldingPayout]) -> HoldingStatus:
    over = (HoldingPayoutKind.FORFEIT, HoldingPayoutKind.FEE)
    is_over = any(row.kind in over for row in made)
    return HoldingStatus.PAID_OVER if is_over else HoldingStatus.RETURNED
