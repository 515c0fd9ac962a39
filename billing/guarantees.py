"""Letters of guarantee (保函) in place of a deposit: handed in, checked with their issuer, given back."""

import datetime as dt

from billing import holdings
from billing.deposit_forms import GuaranteeInput
from billing.deposit_models import Guarantee, Holding
from billing.deposit_states import DEPOSITS, GuaranteeStatus, HoldingStatus
from billing.holdings import HoldingClosed
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.parties import require_side


@atomic()
async def submit_guarantee(
    holding: Holding, letter: GuaranteeInput, file: StoredFile, *, by: Actor
) -> Guarantee:
    """Hand in a letter for an awaited deposit: at least its amount (fen), not expired before it is due.

    Payer's owner, sales or finance. Raises HoldingClosed, InvalidInput, NotPermitted.
    """
    require_side(by, holding.payer_id, Role.SALES, Role.FINANCE)
    holding = await lock(holding)
    if holding.status != HoldingStatus.AWAITED or holding.purpose not in DEPOSITS:
        raise HoldingClosed(_("No deposit is awaited"))
    if await Guarantee.exists(holding_id=holding.id, status=GuaranteeStatus.SUBMITTED):
        raise HoldingClosed(_("A letter is being checked already"))
    if letter.amount_fen < holding.amount_fen:
        raise InvalidInput(fields={"amount_fen": _("The letter must cover the whole deposit")})
    needed = clock.in_china(holding.due_at).date() if holding.due_at else clock.today()
    if letter.expires_on <= max(needed, clock.today()):
        raise InvalidInput(fields={"expires_on": _("The letter must outlast the deadline")})
    made = await Guarantee.create(
        number=await next_number("GL"), holding=holding, file=file, submitted_on=clock.today(),
        **letter.model_dump(),
    )  # fmt: skip
    await outbox.record("holding.changed", holding=holding.id, what="letter_submitted")
    return made


@atomic()
async def check_guarantee(
    letter: Guarantee, *, is_accepted: bool, reason: str, by: Actor
) -> Guarantee:
    """What its issuer says of a letter: accepted, it stands for the deposit from the day it was handed in.

    Operator's finance, for until the opening the buyer may not know who bids. Raises InvalidTransition,
    HoldingClosed, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    holding = await lock(await Holding.get(id=letter.holding_id))
    letter = await lock(letter)
    status = GuaranteeStatus.ACCEPTED if is_accepted else GuaranteeStatus.REFUSED
    await letter.move_to(status, by=by, reason=reason, checked_by_id=by.person_id)
    if is_accepted:
        if holding.status != HoldingStatus.AWAITED or await holdings.come_of(holding):
            raise HoldingClosed(_("Money has come for it, or it is over"))
        await holdings.cover(holding, given_on=letter.submitted_on, by=by)
    await outbox.record("holding.changed", holding=holding.id, what=f"letter_{status}")
    return letter


async def expiring(until: dt.date) -> list[Guarantee]:
    """The accepted letters that run out by a day, the first one first."""
    return await Guarantee.filter(status=GuaranteeStatus.ACCEPTED, expires_on__lte=until).order_by(
        "expires_on", "id"
    )
