"""Money that came for a payment that was over goes back to its payer: proposed, agreed, refunded there."""

from uuid import UUID

from billing import ledger, stripe_gateway, transfers
from billing.bank_models import LateReturn
from billing.bank_states import DecisionStatus
from billing.chart import LATE_MONEY, PROCESSOR_CLEARING
from billing.ledger_models import LedgerTransaction, LedgerTransfer
from billing.models import Payment
from billing.states import RefundStatus
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.settings import settings

KEY = "late:"
RAIL = Actor.system("rail")


class NoLateMoney(Conflict):
    """Nothing came late for this payment, or it is on its way back."""

    title = "There is nothing to send back"


async def late_of(payment: Payment) -> int:
    """What came for a payment that was over, in fen."""
    posted = await LedgerTransaction.get_or_none(key=f"{KEY}{payment.id}")
    return (await ledger.legs_of(posted))[0].amount_fen if posted else 0


async def waiting() -> list[Payment]:
    """The payments whose late money nobody has decided about."""
    posted = await LedgerTransaction.filter(kind="late_money").order_by("id")
    ids = {UUID(row.key.removeprefix(KEY)) for row in posted}
    taken = {row.payment_id for row in await LateReturn.exclude(live_payment=None)}
    found = Payment.filter(id__in=list(ids - taken)).order_by("number")
    return await found.select_related("payer", "order")


@atomic()
async def propose_late_return(payment: Payment, *, reason: str, by: Actor) -> LateReturn:
    """Send all that came late back by the processor, to the payer's own means of payment only.

    Operator's finance; above FOUR_EYES_ABOVE_FEN a second person agrees. Raises NoLateMoney, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    payment = await lock(payment)
    fen = await late_of(payment)
    if not fen or await LateReturn.exists(live_payment=payment.id):
        raise NoLateMoney(_("Nothing came late for this payment, or it is on its way back"))
    row = await LateReturn.create(
        number=await next_number("LR"), payment=payment, amount_fen=fen, reason=reason,
        live_payment=payment.id, proposed_by_id=by.person_id,
    )  # fmt: skip
    if fen <= settings.four_eyes_above_fen:
        await _approve(row, by=by)
    return row


@atomic()
async def judge_late_return(
    row: LateReturn, *, is_agreed: bool, reason: str, by: Actor
) -> LateReturn:
    """A second person of the operator's finance agrees, or anybody of it refuses with a reason.

    Raises NotPermitted for the proposer who agrees, InvalidInput, InvalidTransition.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    row = await lock(row)
    if is_agreed:
        if by.person_id == row.proposed_by_id:
            raise NotPermitted(_("Somebody else must agree to what you proposed"))
        await _approve(row, by=by)
        return row
    if len(reason) < 5:
        raise InvalidInput(fields={"reason": _("Say why, in at least five characters")})
    await row.move_to(
        DecisionStatus.REFUSED, by=by, reason=reason, decided_by_id=by.person_id, live_payment=None
    )
    return row


async def _approve(row: LateReturn, *, by: Actor) -> None:
    hold = await transfers.reserve(
        LATE_MONEY, PROCESSOR_CLEARING, row.amount_fen,
        kind="late_return", key=f"late_return:{row.id}",
    )  # fmt: skip
    await row.move_to(
        DecisionStatus.APPROVED, by=by, reason=row.reason, transfer_id=hold.id,
        decided_by_id=by.person_id,
    )  # fmt: skip


async def send_late_returns() -> int:
    """The clock's: ask the processor for every approved return, outside transactions (W3); how many went."""
    sent = 0
    for row in await LateReturn.filter(status=DecisionStatus.APPROVED).select_related("payment"):
        try:
            state, _reference = await stripe_gateway.retrieve_checkout(row.payment.session_id)
            provider_id, status = await stripe_gateway.create_refund(
                row, payment_intent=state.payment_intent
            )
        except stripe_gateway.GatewayRefused as exc:
            await _note_refusal(row, note=exc.message)
            continue
        sent += await take_state(row, provider_id=provider_id, status=status)
    return sent


@atomic()
async def take_state(row: LateReturn, *, provider_id: str, status: RefundStatus) -> bool:
    """What the processor says of a return: executed, it leaves suspense, once (L5)."""
    row = await lock(row)
    if row.status != DecisionStatus.APPROVED or status == RefundStatus.PENDING:
        return False
    if status == RefundStatus.FAILED:
        await _note_refusal(row, note=provider_id)
        return False
    await row.move_to(DecisionStatus.DONE, by=RAIL, provider_id=provider_id, done_at=clock.now())
    assert row.transfer_id is not None, "an approved return has its hold"
    await transfers.post_transfer(await LedgerTransfer.get(id=row.transfer_id), by=RAIL)
    return True


@atomic()
async def _note_refusal(row: LateReturn, *, note: str) -> None:
    row = await lock(row)
    row.note, row.attempts = note[:300], row.attempts + 1
    await row.save(update_fields=["note", "attempts"])
