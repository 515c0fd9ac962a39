"""Errands of those who keep the books: statement lines, instructions to the bank, the treasury, the fee account."""

import datetime as dt
from contextlib import suppress

from billing import bank, ledger, payouts, redemptions, refunds, transfers
from billing.chart import CUSTODY_BANK, PLATFORM_FEE, TAX, AccountKind, credit, debit
from billing.ledger_models import LedgerTransfer
from billing.models import Payout, Refund, VoucherRedemption
from billing.states import (
    PaymentMethod,
    PayoutStatus,
    RedemptionStatus,
    RefundStatus,
    TransferStatus,
)
from market.bench.simulation.buyers import CLERK
from market.bench.simulation.scene import Scene
from market.kit.errors import InvalidInput
from market.kit.ids import uuid7

FEE_KEY = "fee-tax"
EARNED = 1000
LATER = dt.timedelta(minutes=15)


class Clerks:
    """What the platform's clerks, its accountant and the treasury do."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.rails, self.world = scene, scene.rails, scene.world

    async def open_books(self) -> None:
        """What the platform had earned before."""
        self.rails.bank_fen += EARNED
        await ledger.post(
            [debit(CUSTODY_BANK, EARNED), credit(PLATFORM_FEE, EARNED)],
            kind="opening",
            key="opening",
        )

    async def book_receipts(self) -> None:
        """The clerk enters the credits of the custody account; one may be entered already."""
        for line in list(self.rails.bank_credits):
            with suppress(InvalidInput):
                await bank.record_bank_line(line, by=self.world.operator)
            if line in self.rails.bank_credits:
                self.rails.bank_credits.remove(line)

    async def bank_instructions(self) -> None:
        """The clerk gives the bank what is to be paid by it, and books what it did."""
        for payout in await Payout.filter(
            source=AccountKind.CUSTODY_BANK, status=PayoutStatus.PENDING
        ).order_by("id"):
            await self.rails.bank_pays(f"payout {payout.number}", payout.amount_fen)
            await payouts.confirm_bank_payout(payout, reference="B", by=self.world.operator)
        for refund in await Refund.filter(status=RefundStatus.PENDING).select_related("payment"):
            if refund.payment.method == PaymentMethod.BANK_TRANSFER:
                await self.rails.bank_pays(f"refund {refund.number}", refund.amount_fen)
                await refunds.confirm_bank_refund(refund, reference="B", by=self.world.operator)

    async def retry_refused(self) -> None:
        """The operator gives refused payouts and refunds to their rail again."""
        for payout in await Payout.filter(status=PayoutStatus.FAILED):
            await payouts.retry_payout(payout, by=self.world.operator)
        for refund in await Refund.filter(status=RefundStatus.FAILED):
            await refunds.retry_refund(refund, by=self.world.operator)

    async def treasury(self) -> None:
        """The treasury pays what was redeemed."""
        for claim in await VoucherRedemption.filter(status=RedemptionStatus.REDEEMED):
            await self.rails.treasury_pays(f"voucher {claim.number}", claim.grant_fen)
            await redemptions.record_treasury_payment(claim, reference="T", by=self.world.bureau)

    async def reserve_fee(self) -> None:
        """The accountant keeps back a part of the fee account as tax, for a quarter of an hour."""
        free = await ledger.balance_of(PLATFORM_FEE)
        if free:
            await transfers.reserve(
                PLATFORM_FEE, TAX, self.scene.chance.randrange(free // 2 + 1, free + 1),
                kind="fee_tax", key=f"{FEE_KEY}:{uuid7()}",
                expires_at=self.scene.scheduler.now + LATER,
            )  # fmt: skip

    async def resolve_fee(self) -> None:
        """The accountant posts a part of what was kept back, or gives it up."""
        held = await LedgerTransfer.filter(
            status=TransferStatus.HELD, key__startswith=FEE_KEY
        ).first()
        if held is None:
            return
        if self.scene.chance.random() < 0.5:
            part = self.scene.chance.randrange(1, held.amount_fen + 1)
            await transfers.post_transfer(held, by=CLERK, amount_fen=part)
        else:
            await transfers.void_transfer(held, by=CLERK)
