"""The release of stages, of one order or of a thousand in the same statements: computed on locked
accounts one order after the other, then written together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from billing import fees, payouts, reductions, tax
from billing.chart import (
    PLATFORM_FEE,
    TAX,
    AccountKey,
    credit,
    debit,
    order_held,
    supplier_receivable,
)
from billing.ledger import Book, lock_accounts
from billing.models import BillingProfile, Payout, Settlement, SettlementLine
from billing.refunds import source_of
from billing.stages import Stage
from billing.states import TaxpayerKind
from market.accounts.models import Organisation
from market.kit import clock, outbox, rows
from market.kit.errors import Conflict
from market.kit.ids import uuid7
from market.kit.money import allocate
from market.kit.numbers import next_numbers
from market.orders import orders
from market.orders.models import Order, OrderLine

Values = dict[str, Any]


@dataclass(frozen=True)
class Due:
    """The stages of a locked order that are to be released; whether others of it were before."""

    order: Order
    stages: Sequence[Stage]
    is_counted: bool

    @cached_property
    def gross_fen(self) -> int:
        """The stages' price."""
        return sum(stage.price_fen for stage in self.stages)

    @cached_property
    def cash_by_source(self) -> dict[AccountKey, int]:
        """What of it the buyer paid, by where the money lies."""
        cash: dict[AccountKey, int] = {}
        for stage in self.stages:
            if stage.payment is not None and (fen := stage.due_fen):
                source = source_of(stage.payment)
                cash[source] = cash.get(source, 0) + fen
        return cash

    @cached_property
    def cash_fen(self) -> int:
        """Of the stages' price paid by the buyer."""
        return sum(self.cash_by_source.values())


@dataclass(frozen=True)
class Seller:
    """A supplier, and what was settled for it before."""

    organisation: Organisation
    history: fees.History


@dataclass
class Release:
    """What was computed so far: the rows of settlements, and the orders refused, by number."""

    book: Book
    settlements: list[Values] = field(default_factory=list)
    lines: list[Values] = field(default_factory=list)
    payouts: list[Values] = field(default_factory=list)
    refused: dict[str, Conflict] = field(default_factory=dict)

    def add(self, due: Due, seller: Seller, vat: list[Values]) -> None:
        """One order's settlement on the book; when the book refuses it, nothing of it."""
        settlement_id = uuid7()
        figures = _figures(due, seller, vat)
        sources = figures["calculation"]["sources"]
        try:
            with self.book.attempt():
                transaction_id = _post(
                    self.book, due, seller, figures, f"settlement:{settlement_id}"
                )
                instructed = payouts.hold_payouts(
                    self.book, settlement_id, sources, order=due.order, supplier=seller.organisation
                )
        except Conflict as refusal:
            self.refused[due.order.number] = refusal
            return
        seller.history.orders += not due.is_counted
        seller.history.year_fen += figures["gross_fen"]
        self.payouts += instructed
        self.settlements.append(
            {
                "id": settlement_id,
                "order_id": due.order.id,
                "supplier_id": due.order.supplier_id,
                "transaction_id": transaction_id,
                "settled_at": clock.now(),
                **figures,
            }
        )
        self.lines += [
            {
                "settlement_id": settlement_id,
                "milestone_id": stage.milestone.id,
                "amount_fen": stage.price_fen,
                "voucher_fen": stage.voucher_fen,
            }
            for stage in due.stages
        ]

    async def write(self) -> None:
        """Everything computed, a statement for each table; numbers are taken last."""
        if not self.settlements:
            return
        await self.book.write()
        for prefix, made in (("S", self.settlements), ("OUT", self.payouts)):
            for row, number in zip(made, await next_numbers(prefix, len(made)), strict=True):
                row["number"] = number
        await rows.insert(Settlement, self.settlements)
        await rows.insert(SettlementLine, self.lines)
        await orders.mark_released([line["milestone_id"] for line in self.lines])
        await rows.insert(Payout, self.payouts)
        await outbox.record_all(_messages(self.settlements, self.payouts))


async def release(due: Sequence[Due]) -> Release:
    """Release stages of locked orders; part of a settling verb.

    An order whose accounts do not hold what its stages say is refused; the others are not.
    """
    if not due:
        return Release(Book({}))
    suppliers = await rows.select(Organisation, "id", {one.order.supplier_id for one in due})
    by_id = {supplier.id: supplier for supplier in suppliers}
    rates = await _vat_rates(by_id)
    lines = await _lines_of(due)
    vat = [
        await _vat_lines(one, lines[one.order.id], rates[one.order.supplier_id]) for one in due
    ]  # before the accounts are locked, which others wait for
    made = Release(Book(await lock_accounts(_accounts(due, by_id))))
    histories = await fees.histories_of(by_id)
    sellers = {key: Seller(by_id[key], histories[key]) for key in by_id}
    for one, vat_lines in zip(due, vat, strict=True):
        made.add(one, sellers[one.order.supplier_id], vat_lines)
    await made.write()
    return made


async def _vat_rates(supplier_ids: Collection[UUID]) -> dict[UUID, int]:
    kinds = dict.fromkeys(supplier_ids, TaxpayerKind.GENERAL)
    for profile in await rows.select(BillingProfile, "organisation_id", supplier_ids):
        kinds[profile.organisation_id] = profile.taxpayer_kind
    return {supplier_id: tax.rate_of(kind) for supplier_id, kind in kinds.items()}


async def _lines_of(due: Sequence[Due]) -> dict[UUID, list[OrderLine]]:
    found: dict[UUID, list[OrderLine]] = defaultdict(list)
    ids = [one.order.id for one in due]
    line: Any
    for line in await rows.select(OrderLine, "order_id", ids, order_by="position"):
        found[line.order_id].append(line)
    return found


def _accounts(due: Sequence[Due], suppliers: dict[UUID, Organisation]) -> set[AccountKey]:
    """Every account the releases may move."""
    accounts: set[AccountKey] = set()
    for one in due:
        if one.cash_fen:
            accounts |= {order_held(one.order.number), *one.cash_by_source}
            accounts.add(supplier_receivable(suppliers[one.order.supplier_id].number))
    if accounts and fees.rule_on(clock.today()).rate_bp:
        accounts |= {PLATFORM_FEE, TAX}
    return accounts


def _figures(due: Due, seller: Seller, vat: list[Values]) -> Values:
    """Every figure of the settlement, and in `calculation` how it was made."""
    gross, cash = due.gross_fen, due.cash_fen
    rule = fees.rule_after(seller.history, is_counted=due.is_counted)
    fee = fees.fee_of(gross, cash, rule=rule)
    return {
        "gross_fen": gross,
        "cash_fen": cash,
        "voucher_fen": gross - cash,
        "fee_fen": fee.gross_fen,
        "net_fen": cash - fee.gross_fen,
        "vat_fen": sum(line["vat_fen"] for line in vat),
        "calculation": {
            "fee_rule": rule.model_dump(mode="json", by_alias=True),
            "fee_net_fen": fee.net_fen,
            "fee_vat_fen": fee.vat_fen,
            "sources": net_by_source(due.cash_by_source, fee.gross_fen),
            "vat_lines": vat,
        },
    }


def net_by_source(cash: Mapping[AccountKey, int], fee_fen: int) -> dict[str, int]:
    """What is to be paid out from each place where the money lies; the fee is shared by amount."""
    if not cash:
        return {}
    parts = allocate(fee_fen, list(cash.values()))
    return {
        source.code: fen - part for (source, fen), part in zip(cash.items(), parts, strict=True)
    }


async def _vat_lines(due: Due, lines: Sequence[OrderLine], vat_bp: int) -> list[Values]:
    """The VAT in the supplier's price, line by line: their sum is the settlement's."""
    amounts = [line.amount_fen for line in lines]
    if any(stage.reduction_fen for stage in due.stages):
        amounts = await reductions.reduced_lines(due.order, lines)
    split = tax.split_lines(tax.share_of_lines(due.gross_fen, amounts), vat_bp)
    return [
        {
            "description": line.description,
            "net_fen": vat.net_fen,
            "vat_bp": vat.vat_bp,
            "vat_fen": vat.vat_fen,
        }
        for line, vat in zip(lines, split, strict=True)
    ]


def _post(book: Book, due: Due, seller: Seller, figures: Values, key: str) -> UUID | None:
    if not figures["cash_fen"]:
        return None
    calculation = figures["calculation"]
    transaction_id: UUID = book.post(
        [
            debit(order_held(due.order.number), figures["cash_fen"]),
            credit(supplier_receivable(seller.organisation.number), figures["net_fen"]),
            credit(PLATFORM_FEE, calculation["fee_net_fen"]),
            credit(TAX, calculation["fee_vat_fen"]),
        ],
        kind="settlement",
        key=key,
        order=due.order,
    )["id"]
    return transaction_id


def _messages(settled: list[Values], instructed: list[Values]) -> list[tuple[str, Values]]:
    """In the order in which single settlements record them."""
    found: dict[UUID, list[tuple[str, Values]]] = defaultdict(list)
    for payout in instructed:
        found[payout["settlement_id"]].append(("payout.instructed", {"payout": payout["id"]}))
    for row in settled:
        found[row["id"]].append(
            ("order.settled", {"settlement": row["id"], "order": row["order_id"]})
        )
    return [message for row in settled for message in found[row["id"]]]
