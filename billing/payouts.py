"""Paying suppliers: an instruction row and a hold first, then the rail, then the rail's word."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from billing import ledger, transfers
from billing.chart import AccountKey, AccountKind, supplier_receivable
from billing.ledger_models import LedgerTransfer
from billing.models import Payout
from billing.states import PayoutStatus
from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.orders.models import Order


class NotByBank(Conflict):
    """The processor pays this one and says so itself."""

    title = "This payout is not the bank's"


def hold_payouts(
    book: ledger.Book,
    settlement_id: UUID,
    sources: Mapping[str, int],
    *,
    order: Order,
    supplier: Organisation,
) -> list[dict[str, Any]]:
    """One instruction for each place (`sources`: account code, fen) a settlement's money lies, held
    on a book; the rows, which still need their numbers. Part of the settling verb."""
    instructed = []
    for code, fen in sources.items():
        if fen == 0:
            continue
        payout_id = uuid7()
        hold = book.hold(
            supplier_receivable(supplier.number),
            AccountKey(AccountKind(code)),
            fen,
            kind="payout",
            key=f"payout:{payout_id}",
            order=order,
        )
        instructed.append(
            {
                "id": payout_id,
                "settlement_id": settlement_id,
                "supplier_id": supplier.id,
                "source": AccountKind(code),
                "amount_fen": fen,
                "transfer_id": hold["id"],
            }
        )
    return instructed


@atomic()
async def complete_payout(payout: Payout, *, provider_id: str, by: Actor) -> Payout:
    """The supplier has the money: the hold is posted. A second call changes nothing."""
    payout = await lock(payout)
    if payout.status == PayoutStatus.PAID:
        return payout
    await payout.move_to(PayoutStatus.PAID, by=by, provider_id=provider_id, paid_at=clock.now())
    hold = await LedgerTransfer.get(id=payout.transfer_id)
    await transfers.post_transfer(hold, by=by)
    await outbox.record("payout.paid", payout=payout.id)
    return payout


@atomic()
async def confirm_bank_payout(payout: Payout, *, reference: str, by: Actor) -> Payout:
    """The bank has executed a payout (its own reference). Operator's finance.

    Raises NotByBank, InvalidTransition, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    if payout.source != AccountKind.CUSTODY_BANK:
        raise NotByBank(_("The processor confirms this payout itself"))
    return await complete_payout(payout, provider_id=reference, by=by)


@atomic()
async def fail_payout(payout: Payout, *, note: str, by: Actor) -> None:
    """The rail refused: the money stays held for the supplier until the instruction is repeated."""
    payout = await lock(payout)
    if payout.status == PayoutStatus.PENDING:
        await payout.move_to(PayoutStatus.FAILED, by=by, note=note[:300])


@atomic()
async def retry_payout(payout: Payout, *, by: Actor) -> Payout:
    """Give a refused payout to its rail again, as a new attempt. Raises InvalidTransition."""
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    payout = await lock(payout)
    await payout.move_to(PayoutStatus.PENDING, by=by, attempts=payout.attempts + 1)
    await outbox.record("payout.instructed", payout=payout.id)
    return payout
