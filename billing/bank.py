"""Corporate transfers (对公转账): each statement line enters once, and is applied only when it is certain."""

from billing import ledger
from billing.chart import CUSTODY_BANK, SUSPENSE, credit, debit
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
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.models import Order


class LineDoesNotFit(Conflict):
    """The receipt and the payment differ, or the payment is not open."""

    title = "The receipt does not fit this payment"


@atomic()
async def record_bank_line(line_input: BankLineInput, *, by: Actor) -> BankLine:
    """Enter a receipt on the custody account; it lies in suspense until it is applied.

    Applied at once when the narrative carries one valid code of an open transfer payment, the amount
    is exact and the payer is the buyer. Operator's finance. Raises InvalidInput, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    if line_input.booked_on > clock.today():
        raise InvalidInput(fields={"booked_on": _("This date has not come yet")})
    if await BankLine.exists(bank_reference=line_input.bank_reference):
        raise InvalidInput(fields={"bank_reference": _("This statement line was entered before")})
    payment, reason = await _match(line_input)
    if payment is not None:
        await lock_id(Order, payment.order_id)
    line = await BankLine.create(
        number=await next_number("BL"), reason=reason, **line_input.model_dump()
    )
    await ledger.post(
        [debit(CUSTODY_BANK, line.amount_fen), credit(SUSPENSE, line.amount_fen)],
        kind="bank_receipt",
        key=line_key(line),
    )
    if payment is not None:
        await _apply(line, payment, by=by, reason=reason)
    return line


@atomic()
async def apply_bank_line(line: BankLine, payment: Payment, *, reason: str, by: Actor) -> BankLine:
    """Say by hand which payment a receipt in suspense is for; the amount must be exact (B1).

    Operator's finance; the reason is logged. Raises LineDoesNotFit, InvalidTransition, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    await lock_id(Order, payment.order_id)
    line, payment = await lock(line), await lock(payment)
    if line.amount_fen != payment.amount_fen or not _is_open_transfer(payment):
        raise LineDoesNotFit(
            _(
                "Receipt %(line)s and payment %(payment)s differ, or the payment is not open",
                line=line.number,
                payment=payment.number,
            )
        )
    await _apply(line, payment, by=by, reason=reason)
    return line


def line_key(line: BankLine) -> str:
    """The ledger key of a receipt."""
    return f"bank_line:{line.id}"


async def _match(line_input: BankLineInput) -> tuple[Payment | None, str]:
    """The one payment a line is certainly for; otherwise why not."""
    codes = find_references(line_input.narrative)
    if len(codes) != 1:
        return None, _("No single valid payment code in the narrative")
    payment = await Payment.filter(reference=codes[0]).select_related("payer").first()
    if payment is None or not _is_open_transfer(payment):
        return None, _("No open transfer has this payment code")
    if payment.amount_fen != line_input.amount_fen:
        return None, _("The amount differs from the payment's")
    if payment.payer.name != line_input.payer_name:
        return None, _("Paid by a third party: not applied by itself")
    return payment, _("Payment code, payer and amount agree")


def _is_open_transfer(payment: Payment) -> bool:
    return payment.method == PaymentMethod.BANK_TRANSFER and payment.status == PaymentStatus.PENDING


async def _apply(line: BankLine, payment: Payment, *, by: Actor, reason: str) -> None:
    await record_received(payment, into=debit(SUSPENSE, payment.amount_fen), by=by)
    await line.move_to(BankLineStatus.APPLIED, by=by, reason=reason, payment_id=payment.id)
