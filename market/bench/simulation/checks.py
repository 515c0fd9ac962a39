"""The invariants: after every commit what can be seen at once, at the end everything."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from tortoise.models import Model

from billing import deposits
from billing.bank import COUNTED
from billing.bank_models import BankAllocation, LateReturn
from billing.bank_states import DecisionStatus
from billing.chart import LATE_MONEY, AccountKind, Side
from billing.deposit_models import (
    Forfeiture,
    Guarantee,
    Holding,
    HoldingPayout,
    HoldingReceipt,
)
from billing.deposit_states import ForfeitureStatus, GuaranteeStatus
from billing.ledger_models import LedgerAccount, LedgerEntry, LedgerTransfer
from billing.models import (
    BankLine,
    Payment,
    Payout,
    Refund,
    Settlement,
    SettlementLine,
    VoucherAllocation,
    VoucherRedemption,
    WebhookEvent,
)
from billing.states import (
    EventStatus,
    PaymentStatus,
    PayoutStatus,
    RedemptionStatus,
    RefundStatus,
    TransferStatus,
)
from billing.verification import verify_ledger
from market.bench.simulation.clerks import EARNED
from market.bench.simulation.rails import Rails
from market.bench.simulation.scheduler import Violation
from market.bench.simulation.store import Store, Transaction
from market.bench.simulation.tables import Values
from market.kit.outbox import OutboxMessage
from market.orders.models import Milestone, Order
from market.orders.states import OrderStatus


class Checks:
    """Looks at every commit of a store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def commit(self, transaction: Transaction) -> None:
        """What may be judged from the rows a transaction wrote."""
        writes = transaction.writes
        sums: dict[Any, int] = defaultdict(int)
        for pk, values in writes.get(LedgerEntry, {}).items():
            self._entry(pk)
            sign = 1 if values["side"] == Side.DEBIT else -1
            sums[values["transaction_id"]] += sign * values["amount_fen"]
        if any(sums.values()):
            raise Violation("L1", "debits are not credits")
        for values in writes.get(LedgerAccount, {}).values():
            self._account(values)
        for values in writes.get(SettlementLine, {}).values():
            self._release(values)
        for values in writes.get(Payment, {}).values():
            if values["status"] == PaymentStatus.SUCCEEDED:
                self._paid_once(values)
        for values in writes.get(Refund, {}).values():
            self._refunded(values["payment_id"])
        for model in (BankAllocation, HoldingReceipt):
            for values in writes.get(model, {}).values():
                self._applied(values["line_id"])

    def _entry(self, pk: Any) -> None:
        if pk in self.store.tables.get(LedgerEntry, {}):
            raise Violation("L2", "an entry was written over")

    def _account(self, values: Values) -> None:
        if not 0 <= values["pending_fen"] <= values["balance_fen"]:
            raise Violation(
                "L3",
                f"{values['code']}: {values['pending_fen']} pending of {values['balance_fen']}",
            )

    def _release(self, values: Values) -> None:
        milestone = self.store.tables[Milestone][values["milestone_id"].int]
        order = self.store.row(Order, milestone["order_id"].int)
        assert order is not None
        if order["status"] != OrderStatus.COMPLETED:
            raise Violation("P3", f"{order['number']} was released while {order['status']}")

    def _paid_once(self, values: Values) -> None:
        for other in self.store.tables.get(Payment, {}).values():
            if (
                other["milestone_id"] == values["milestone_id"]
                and other["id"] != values["id"]
                and other["status"] == PaymentStatus.SUCCEEDED
            ):
                raise Violation("P2", f"{values['number']} and {other['number']} pay one stage")

    def _refunded(self, payment_id: UUID) -> None:
        payment = self._row(Payment, payment_id)
        back = sum(self._of(Refund, "payment_id", payment_id))
        if back > payment["amount_fen"]:
            raise Violation(
                "P4", f"{back} of {payment['number']} go back, {payment['amount_fen']} came"
            )

    def _applied(self, line_id: UUID) -> None:
        line = self._row(BankLine, line_id)
        applied = sum(self._of(HoldingReceipt, "line_id", line_id))
        for part in self.store.table(BankAllocation):
            payment = self._row(Payment, part["payment_id"])
            is_counted = part["undone_at"] is None and payment["status"] in COUNTED
            applied += part["amount_fen"] * (is_counted and part["line_id"] == line_id)
        if applied > line["amount_fen"]:
            raise Violation("B1", f"{applied} of a bank line of {line['amount_fen']} are applied")

    def _row(self, model: type[Model], key: UUID) -> Values:
        found = self.store.row(model, key.int)
        assert found is not None
        return found

    def _of(self, model: type[Model], column: str, key: UUID) -> list[int]:
        return [row["amount_fen"] for row in self.store.table(model) if row[column] == key]


async def judge(rails: Rails) -> None:
    """Everything at the end, when every message was handled and every event delivered."""
    for problem in await verify_ledger():
        raise Violation("ledger", problem)
    await _rails_agree(rails)
    await _allocations_sum()
    await _vouchers_agree()
    await _nothing_is_left(rails)


async def _rails_agree(rails: Rails) -> None:
    """The books of processor, bank and treasury against our clearing accounts."""
    balances = {row.code: row.balance_fen for row in await LedgerAccount.all()}
    paid = [row.grant_fen for row in await VoucherRedemption.filter(status=RedemptionStatus.PAID)]
    for name, ours, theirs in (
        ("processor", balances.get(AccountKind.PROCESSOR_CLEARING, 0), rails.processor_fen),
        ("bank", balances.get(AccountKind.CUSTODY_BANK, 0), rails.bank_fen),
        ("treasury", sum(paid), rails.treasury_fen),
    ):
        if ours != theirs:
            raise Violation("P1", f"{name} has {theirs} fen, we have written {ours}")
    held = {row.order_id: 0 for row in await Payment.all()}
    for payment in await Payment.filter(status=PaymentStatus.SUCCEEDED):
        held[payment.order_id] += payment.amount_fen
    made = await Settlement.all()
    for settlement in made:
        held[settlement.order_id] -= settlement.net_fen + settlement.fee_fen
    for order in await Order.all():
        if held.get(order.id, 0) != balances.get(f"order_held:{order.number}", 0):
            raise Violation("P1", f"{order.number}: paid in is not released and held")
    fees = balances.get(AccountKind.PLATFORM_FEE, 0) + balances.get(AccountKind.TAX, 0)
    if fees != EARNED + sum(settlement.fee_fen for settlement in made):
        raise Violation("P1", "the fee accounts are not the fees of the settlements")


async def _allocations_sum() -> None:
    """Every figure that was split sums to what was split, to the fen."""
    for made in await Settlement.all():
        lines = await SettlementLine.filter(settlement_id=made.id)
        out = sum(row.amount_fen for row in await Payout.filter(settlement_id=made.id))
        vat = made.calculation["vat_lines"]
        for name, whole, parts in (
            ("stages", made.gross_fen, sum(line.amount_fen for line in lines)),
            ("vouchers", made.voucher_fen, sum(line.voucher_fen for line in lines)),
            ("cash and vouchers", made.gross_fen, made.cash_fen + made.voucher_fen),
            ("payouts", made.net_fen, out),
            ("price and VAT", made.gross_fen, sum(x["net_fen"] + x["vat_fen"] for x in vat)),
            ("VAT", made.vat_fen, sum(line["vat_fen"] for line in vat)),
        ):
            if whole != parts:
                invariant = "T1" if name == "VAT" else "P5"
                raise Violation(invariant, f"{made.number}: {name} are {parts}, not {whole}")


async def _vouchers_agree() -> None:
    """V2 and V4: a voucher takes off its stages what was granted, and is owed by the treasury once."""
    owed = 0
    for claim in await VoucherRedemption.all():
        parts = await VoucherAllocation.filter(redemption_id=claim.id)
        if sum(part.amount_fen for part in parts) != claim.grant_fen:
            raise Violation("V2", f"{claim.number} takes off its stages another sum than its grant")
        owed += claim.grant_fen * (claim.status == RedemptionStatus.REDEEMED)
    for kind in (AccountKind.TREASURY_RECEIVABLE, AccountKind.SUBSIDY_PAYABLE):
        written = sum(row.balance_fen for row in await LedgerAccount.filter(kind=kind))
        if written != owed:
            raise Violation("V4", f"{kind}: {written} fen, {owed} are redeemed and not paid")


async def _nothing_is_left(rails: Rails) -> None:
    """C1 and W4: whatever died was taken up again, and every accepted and paid stage was paid out."""
    left = [row.topic for row in await OutboxMessage.filter(done_at=None)]
    parked = await WebhookEvent.exclude(status=EventStatus.APPLIED)
    lost = [event for event in parked if not await _is_explained(event)]
    held = await LedgerTransfer.filter(status=TransferStatus.HELD)
    open_payouts = await Payout.exclude(status=PayoutStatus.PAID)
    open_refunds = await Refund.exclude(status=RefundStatus.SUCCEEDED)
    unclaimed = await VoucherRedemption.filter(status=RedemptionStatus.REDEEMED)
    for name, rows in (
        ("messages", left), ("events", [event.note for event in lost]), ("holds", held),
        ("payouts", open_payouts), ("refunds", open_refunds), ("vouchers", unclaimed),
        ("deliveries", rails.events), ("receipts", rails.bank_credits),
        *await _custody_left(),
    ):  # fmt: skip
        if rows:
            raise Violation("C1", f"{name} are left: {rows}")
    for order in await Order.filter(status=OrderStatus.COMPLETED):
        paid = await Payment.filter(order_id=order.id, status=PaymentStatus.SUCCEEDED)
        released = await SettlementLine.filter(milestone__order_id=order.id)
        if {row.milestone_id for row in paid} - {row.milestone_id for row in released}:
            raise Violation("C1", f"{order.number} is accepted and paid, and was not released")


async def _custody_left() -> list[tuple[str, list[Any]]]:
    """What deposits and late money still wait for; late money has all gone back."""
    there = await Holding.filter(status__in=deposits.THERE)
    late = await LedgerAccount.filter(code=LATE_MONEY.code)
    returns = (DecisionStatus.PROPOSED, DecisionStatus.APPROVED)
    return [
        ("deposits", [row.number for row in there if await deposits.ground_of(row)]),
        ("custody payouts", await HoldingPayout.exclude(status=PayoutStatus.PAID)),
        ("forfeitures", await Forfeiture.filter(status=ForfeitureStatus.PROPOSED)),
        ("letters", await Guarantee.filter(status=GuaranteeStatus.SUBMITTED)),
        ("late returns", await LateReturn.filter(status__in=returns)),
        ("late money", [row.balance_fen for row in late if row.balance_fen]),
    ]


async def _is_explained(event: WebhookEvent) -> bool:
    """Money for a payment that had been given up waits for a person."""
    payment = await Payment.get_or_none(session_id=event.object_id)
    return payment is not None and payment.status in (
        PaymentStatus.CANCELLED, PaymentStatus.EXPIRED, PaymentStatus.FAILED,
    )  # fmt: skip
