"""Keeping a deposit: its beneficiary proposes with a coded reason, the operator's finance decides."""

from collections.abc import Mapping
from typing import NamedTuple

from billing import deposits, holdings
from billing.deposit_forms import ForfeitInput
from billing.deposit_models import Forfeiture, Guarantee, Holding
from billing.deposit_states import (
    ForfeitCode,
    ForfeitureStatus,
    GuaranteeStatus,
    HoldingPayoutKind,
    HoldingPurpose,
    HoldingStatus,
)
from billing.holdings import HoldingClosed
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.parties import require_side
from market.tendering.models import Job


class ForfeitRule(NamedTuple):
    """A reason in words, which deposit it is about, and the article that allows it."""

    label: str
    purpose: HoldingPurpose
    source: str


BID, PERFORMANCE = HoldingPurpose.BID_DEPOSIT, HoldingPurpose.PERFORMANCE_DEPOSIT
RULES: Mapping[ForfeitCode, ForfeitRule] = {
    ForfeitCode.BID_REVOKED: ForfeitRule(
        N_("The bid was revoked after the deadline"), BID, "招标投标法实施条例第三十五条"),
    ForfeitCode.CONTRACT_REFUSED: ForfeitRule(
        N_("The winner refuses the contract without good reason"), BID, "招标投标法实施条例第七十四条"),
    ForfeitCode.PERFORMANCE_DEPOSIT_REFUSED: ForfeitRule(
        N_("The winner does not give the performance deposit"), BID, "招标投标法实施条例第七十四条"),
    ForfeitCode.COLLUSION: ForfeitRule(
        N_("Collusion or fraud, as the job's documents say"), BID, "招标投标法第五十三条、第五十四条"),
    ForfeitCode.NOT_PERFORMED: ForfeitRule(
        N_("The contract is not performed"), PERFORMANCE, "招标投标法第六十条"),
}  # fmt: skip


@atomic()
async def propose_forfeiture(
    holding: Holding, forfeit_input: ForfeitInput, *, by: Actor
) -> Forfeiture:
    """Ask that a deposit, or a part of a performance deposit, be kept; nothing moves yet.

    Beneficiary's owner, buyer or finance; of a bid deposit only once the bids are opened. Raises
    HoldingClosed, InvalidInput, NotPermitted.
    """
    assert holding.beneficiary_id is not None, "a deposit has a beneficiary"
    require_side(by, holding.beneficiary_id, Role.BUYER, Role.FINANCE)
    holding = await lock(holding)
    if holding.status not in deposits.THERE:
        raise HoldingClosed(_("The deposit is not in custody"))
    job = await Job.get(id=holding.job_id)
    if holding.purpose == BID and job.opened_at is None:
        raise HoldingClosed(_("The bids are not opened yet"))
    if await Forfeiture.exists(holding_id=holding.id, status=ForfeitureStatus.PROPOSED):
        raise HoldingClosed(_("A proposal about this deposit waits for its decision already"))
    if RULES[forfeit_input.code].purpose != holding.purpose:
        raise InvalidInput(fields={"code": _("This reason is not one for this deposit")})
    fen = forfeit_input.amount_fen or holding.amount_fen
    if fen > holding.amount_fen or (holding.purpose == BID and fen != holding.amount_fen):
        raise InvalidInput(
            fields={"amount_fen": _("At most the deposit; a bid deposit as a whole")}
        )
    made = await Forfeiture.create(
        number=await next_number("FF"), holding=holding, code=forfeit_input.code, amount_fen=fen,
        statement=forfeit_input.statement, proposed_by_id=by.person_id,
    )  # fmt: skip
    await outbox.record("holding.changed", holding=holding.id, what="forfeit_proposed")
    return made


@atomic()
async def decide_forfeiture(
    forfeiture: Forfeiture, *, is_agreed: bool, reason: str, by: Actor
) -> Forfeiture:
    """The second pair of eyes: agreed, the money goes to the beneficiary and the rest back with interest.

    Operator's finance, never who proposed it. Of a letter the beneficiary calls on its issuer. Raises
    InvalidTransition, HoldingClosed, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    if by.person_id == forfeiture.proposed_by_id:
        raise NotPermitted(_("Somebody else must agree to what you proposed"))
    holding = await lock(await Holding.get(id=forfeiture.holding_id))
    forfeiture = await lock(forfeiture)
    status = ForfeitureStatus.AGREED if is_agreed else ForfeitureStatus.REFUSED
    await forfeiture.move_to(status, by=by, reason=reason, decided_by_id=by.person_id)
    if is_agreed:
        await _keep(holding, forfeiture, by=by)
    await outbox.record("holding.changed", holding=holding.id, what=f"forfeit_{status}")
    return forfeiture


async def _keep(holding: Holding, forfeiture: Forfeiture, *, by: Actor) -> None:
    if holding.status == HoldingStatus.COVERED:
        for letter in await Guarantee.filter(holding=holding, status=GuaranteeStatus.ACCEPTED):
            await letter.move_to(GuaranteeStatus.CLAIMED, by=by, reason=forfeiture.reason)
        await holding.move_to(HoldingStatus.PAID_OVER, by=by, live_key=None)
        return
    if holding.status != HoldingStatus.HELD:
        raise HoldingClosed(_("The deposit is not in custody"))
    assert holding.beneficiary_id is not None, "a deposit has a beneficiary"
    rest = holding.amount_fen - forfeiture.amount_fen
    if rest:
        await deposits.send_back(holding, rest, by=by)
    else:
        await holding.move_to(HoldingStatus.LEAVING, by=by)
    await holdings.instruct(
        holding, HoldingPayoutKind.FORFEIT, payee_id=holding.beneficiary_id,
        fen=forfeiture.amount_fen,
    )  # fmt: skip
