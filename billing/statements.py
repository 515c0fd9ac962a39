"""How an amount was made: the lines and ledger entries behind a payment stage or settlement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing import words
from billing.ledger_models import LedgerEntry, LedgerTransaction
from billing.models import (
    Payment,
    Payout,
    Settlement,
    SettlementLine,
    VoucherAllocation,
)
from billing.states import LIVE_REDEMPTIONS
from market.kit import web
from market.kit.i18n import gettext as _
from market.orders import words as order_words
from market.orders.models import Order


@dataclass(frozen=True, slots=True)
class Part:
    """One line of an explanation, as the breakdown macro shows it."""

    label: str
    amount_fen: int
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """A ledger transaction with its entries."""

    transaction: LedgerTransaction
    entries: Sequence[LedgerEntry]


@dataclass(frozen=True)
class Statement:
    """A settlement with everything behind its figures."""

    settlement: Settlement
    stages: Sequence[SettlementLine]
    gross_parts: Sequence[Part]
    voucher_parts: Sequence[Part]
    fee_parts: Sequence[Part]
    net_parts: Sequence[Part]
    payouts: Sequence[Payout]
    postings: Sequence[Posting]


async def statement_of(settlement: Settlement) -> Statement:
    """Read a settlement's stages, vouchers, payouts and every ledger row they caused."""
    stages = (
        await SettlementLine.filter(settlement=settlement)
        .order_by("milestone__position")
        .select_related("milestone")
    )
    payouts = await Payout.filter(settlement=settlement).order_by("id").select_related("transfer")
    vouchers = await _voucher_parts(stages)
    keys = [f"settlement:{settlement.id}"]
    keys += [f"transfer:{payout.transfer.key}" for payout in payouts]
    transactions = await LedgerTransaction.filter(key__in=keys).order_by("id")
    return Statement(
        settlement,
        stages,
        _gross_parts(stages),
        vouchers,
        _fee_parts(settlement),
        _net_parts(settlement),
        payouts,
        await with_entries(transactions),
    )


async def with_entries(transactions: Sequence[LedgerTransaction]) -> list[Posting]:
    """The transactions with their entries and accounts, for a page."""
    entries: dict[UUID, list[LedgerEntry]] = defaultdict(list)
    for entry in (
        await LedgerEntry.filter(transaction_id__in=[row.id for row in transactions])
        .order_by("position")
        .select_related("account")
    ):
        entries[entry.transaction_id].append(entry)
    return [Posting(row, entries[row.id]) for row in transactions]


async def of_payment(payment: Payment) -> list[Posting]:
    """The ledger transactions of one payment: its receipt, and what took it back."""
    keys = [f"payment:{payment.id}", f"reverse:payment:{payment.id}"]
    return await with_entries(await LedgerTransaction.filter(key__in=keys).order_by("id"))


async def ledger_of(order: Order) -> list[Posting]:
    """Every ledger transaction of an order, oldest first, with its entries."""
    return await with_entries(await LedgerTransaction.filter(order_id=order.id).order_by("id"))


async def _voucher_parts(stages: Sequence[SettlementLine]) -> list[Part]:
    allocations = await VoucherAllocation.filter(
        milestone_id__in=[line.milestone_id for line in stages],
        redemption__status__in=LIVE_REDEMPTIONS,
    ).select_related("redemption__programme", "milestone")
    return [
        Part(
            part.redemption.programme.title,
            part.amount_fen,
            order_words.stage(part.milestone.kind),
            web.path_for("vouchers:decision", number=part.redemption.number),
        )
        for part in allocations
    ]


def _gross_parts(stages: Sequence[SettlementLine]) -> list[Part]:
    return [
        Part(
            order_words.stage(line.milestone.kind),
            line.amount_fen,
            _("%(share)s of the contract", share=percent(line.milestone.share_bp)),
        )
        for line in stages
    ]


def _fee_parts(settlement: Settlement) -> list[Part]:
    made = settlement.calculation
    rule = made["fee_rule"]
    return [
        Part(
            _("Fee without VAT"),
            made["fee_net_fen"],
            _(
                "%(rate)s of the released amount, rounded down, VAT included: %(why)s",
                rate=percent(rule["rate_bp"]),
                why=words.fee_reason(rule.get("reason", "standard")),
            ),
            web.path_for("fees:show"),
        ),
        Part(_("VAT on the fee"), made["fee_vat_fen"], percent(rule["vat_bp"])),
    ]


def _net_parts(settlement: Settlement) -> list[Part]:
    return [
        Part(_("Paid by the buyer"), settlement.cash_fen),
        Part(_("Platform fee"), -settlement.fee_fen),
    ]


def percent(bp: int) -> str:
    """Basis points as a percentage, "1%", "0.5%"."""
    return f"{(Decimal(bp) / 100).normalize():f}%"


def stated_of(settlement: Settlement) -> dict[str, Any]:
    """What the printed settlement states, every figure of it: what its digest is taken over."""
    names = (
        "number", "gross_fen", "cash_fen", "voucher_fen", "fee_fen", "net_fen", "vat_fen", "calculation",
    )  # fmt: skip
    return {name: getattr(settlement, name) for name in names}
