"""Errands about deposits and about money that came too late: asked for, come, kept, sent back."""

import datetime as dt
from collections.abc import Callable, Coroutine
from typing import Any

from billing import deposits, forfeitures, guarantees, holdings, late_returns, ledger
from billing.bank_models import LateReturn
from billing.bank_states import DecisionStatus
from billing.chart import CUSTODY_BANK, CUSTODY_INTEREST, credit, debit
from billing.deposit_forms import ForfeitInput, GuaranteeInput
from billing.deposit_models import Forfeiture, Guarantee, Holding, HoldingPayout
from billing.deposit_states import (
    ForfeitCode,
    ForfeitureStatus,
    GuaranteeStatus,
    HoldingStatus,
)
from billing.states import PayoutStatus
from market.bench.simulation.scene import Scene
from market.bench.simulation.world import SUPPLIER
from market.kit import clock
from market.kit.files import StoredFile

WHY = "for the simulation"
Named = tuple[str, str, Callable[[], Coroutine[Any, Any, object]]]


class CustodyErrands:
    """What supplier, buyer, bank and operator do about deposits and late money in one world."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.rails, self.world = scene, scene.rails, scene.world
        self.chance = scene.chance

    def of_deposits(self) -> list[Named]:
        """Every errand about deposits: its name, the process it runs in, what it does."""
        if not self.world.has_deposits:
            return []
        return [
            ("deposit", "web", self.pay_deposit),
            ("letter", "web", self.letter),
            ("forfeiture", "web", self.forfeiture),
            ("custody", "web", self.custody_bank),
            ("interest", "web", self.interest),
            ("returns", "clock", deposits.return_due_deposits),
        ]

    async def pay_deposit(self) -> None:
        """A supplier transfers an awaited deposit: at once, in two parts, or by mistake twice."""
        for holding in await Holding.filter(status=HoldingStatus.AWAITED).order_by("id"):
            if holding.number in self.rails.effects:
                continue
            self.rails.once(holding.number)
            part = self.chance.randrange(1, holding.amount_fen + 1)
            rest = holding.amount_fen - part
            parts = [holding.amount_fen] if self.chance.random() < 0.6 else [part, rest]
            if self.chance.random() < 0.1:
                parts.append(holding.amount_fen)
            for fen in filter(None, parts):
                self.rails.credit(fen, reference=holding.reference, payer=SUPPLIER)
            return

    async def letter(self) -> None:
        """A supplier hands in a letter of guarantee instead; the operator asks its issuer."""
        by = self.world.operator
        if found := await Guarantee.filter(status=GuaranteeStatus.SUBMITTED).first():
            is_good = not self.scene.is_calm and self.chance.random() < 0.7
            await guarantees.check_guarantee(found, is_accepted=is_good, reason=WHY, by=by)
            return
        holding = await Holding.filter(status=HoldingStatus.AWAITED).first()
        if holding is None or self.scene.is_calm:
            return
        letter = GuaranteeInput.model_construct(
            issuer="bank", letter_number=holding.number, amount_fen=holding.amount_fen,
            expires_on=clock.today() + dt.timedelta(days=400),
        )  # fmt: skip
        file = StoredFile(key="letter", filename="letter", content_type="", size=1, sha256="")
        await guarantees.submit_guarantee(holding, letter, file, by=self.world.supplier)

    async def forfeiture(self) -> None:
        """The buyer asks that a deposit be kept, in part or whole; the operator decides."""
        proposed = await Forfeiture.filter(status=ForfeitureStatus.PROPOSED).first()
        if proposed is not None:
            is_agreed = self.chance.random() < 0.5
            await forfeitures.decide_forfeiture(
                proposed, is_agreed=is_agreed, reason=WHY, by=self.world.operator
            )
            return
        there = await Holding.filter(status__in=deposits.THERE).first()
        if there is None or self.scene.is_calm:
            return
        part = self.chance.randrange(1, there.amount_fen + 1)
        wish = ForfeitInput.model_construct(
            code=ForfeitCode.NOT_PERFORMED, statement=WHY,
            amount_fen=part if self.chance.random() < 0.5 else None,
        )  # fmt: skip
        await forfeitures.propose_forfeiture(there, wish, by=self.world.buyer)

    async def custody_bank(self) -> None:
        """The clerk gives the custody bank what is to leave it, and books what it did."""
        waiting = HoldingPayout.filter(status=PayoutStatus.PENDING).exclude(transfer_id=None)
        for payout in await waiting.order_by("id"):
            await self.rails.bank_pays(f"custody {payout.number}", payout.amount_fen)
            await holdings.confirm_payout(payout, reference="B", by=self.world.operator)

    async def interest(self) -> None:
        """The custody bank credits the interest that returned deposits wait for."""
        for payout in await HoldingPayout.filter(transfer_id=None).order_by("id"):
            self.rails.credit_interest(payout.number, payout.amount_fen)
            fen = payout.amount_fen
            await ledger.post(
                [debit(CUSTODY_BANK, fen), credit(CUSTODY_INTEREST, fen)],
                kind="custody_interest", key=f"custody_interest:{payout.id}",
            )  # fmt: skip
        await holdings.fund_waiting_interest()

    async def late(self) -> None:
        """The operator sends late money back; of much of it a second person agrees, or not at once."""
        for payment in await late_returns.waiting():
            await late_returns.propose_late_return(payment, reason=WHY, by=self.world.operator)
        for row in await LateReturn.filter(status=DecisionStatus.PROPOSED).order_by("id"):
            await late_returns.judge_late_return(
                row, is_agreed=self.scene.is_calm or self.chance.random() < 0.7, reason=WHY,
                by=self.world.second_operator,
            )  # fmt: skip
