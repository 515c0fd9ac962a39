"""`market bench drift`: a fen must not get lost: random orders through every split, in pure code."""

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import track

from billing import fees, tax
from billing.chart import (
    CUSTODY_BANK,
    PLATFORM_FEE,
    TAX,
    AccountKey,
    AccountKind,
    Leg,
    Side,
    buyer_payable,
    credit,
    debit,
    order_held,
    order_pledged,
    subsidy_payable,
    supplier_receivable,
    treasury_receivable,
)
from billing.shares import cash_shares
from billing.states import TaxpayerKind
from market.kit.money import allocate

SHARES = ((3000, 6000, 1000), (10_000,), (3333, 3333, 3334), (2000, 3000, 2500, 2500))
FUNDERS = ((2, 1), (5, 3, 2), (1,))
EMPTY = (  # what is nothing any more once an order is over
    AccountKind.BUYER_PAYABLE, AccountKind.ORDER_PLEDGED, AccountKind.ORDER_HELD,
    AccountKind.SUPPLIER_RECEIVABLE, AccountKind.SUBSIDY_PAYABLE, AccountKind.TREASURY_RECEIVABLE,
)  # fmt: skip
console = Console(stderr=True)


class Drift(AssertionError):
    """A sum is not what was split, an account fell below zero, or one did not end at nothing."""


@dataclass
class Books:
    """Accounts in memory under the ledger's own rules."""

    balances: dict[AccountKey, int] = field(default_factory=lambda: defaultdict(int))

    def post(self, *legs: Leg) -> None:
        """Balanced, and no account below zero."""
        signed = sum(x.amount_fen if x.side == Side.DEBIT else -x.amount_fen for x in legs)
        if signed or any(leg.amount_fen < 0 for leg in legs):
            raise Drift(f"unbalanced by {signed}: {legs}")
        for leg in legs:
            self.balances[leg.account] += leg.change_fen
        for leg in legs:
            if self.balances[leg.account] < 0:
                raise Drift(f"{leg.account.code} is at {self.balances[leg.account]}")


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`allocate`, which must sum exactly and give nothing below zero."""
    parts = allocate(total, weights)
    if sum(parts) != total or min(parts) < 0:
        raise Drift(f"{total} over {list(weights)} became {parts}")
    return parts


def play(chance: random.Random, books: Books, number: int) -> None:
    """One order: priced, pledged, subsidised, paid, refunded in parts, released, taxed, paid out."""
    order, supplier = f"O-{number}", f"ORG-{number % 7}"
    lines = [
        chance.randrange(1, 10 ** chance.randrange(1, 9)) for _ in range(chance.randrange(1, 6))
    ]
    total = sum(lines)
    stages = split(total, chance.choice(SHARES))
    books.post(debit(buyer_payable(order), total), credit(order_pledged(order), total))
    vouchers = _voucher(chance, books, order, supplier, stages)
    due = [stage - voucher for stage, voucher in zip(stages, vouchers, strict=True)]
    for fen in due:
        books.post(
            debit(CUSTODY_BANK, fen), credit(order_held(order), fen),
            credit(buyer_payable(order), fen), debit(order_pledged(order), fen),
        )  # fmt: skip
    due = _refunds(chance, books, order, due)
    released = sum(due) + sum(vouchers)
    _tax(chance, lines, released)
    _release(books, order, supplier, gross=released, cash=sum(due))


def _voucher(
    chance: random.Random, books: Books, order: str, supplier: str, stages: list[int]
) -> list[int]:
    """A grant over funders and stages, paid by the treasuries."""
    grant = chance.randrange(sum(stages) + 1) if chance.random() < 0.5 else 0
    if not grant:
        return [0] * len(stages)
    parts = split(grant, chance.choice(FUNDERS))
    funders = [treasury_receivable(f"funder {n}") for n in range(len(parts))]
    books.post(
        *(debit(funder, fen) for funder, fen in zip(funders, parts, strict=True)),
        credit(subsidy_payable(supplier), grant),
        debit(order_pledged(order), grant), credit(buyer_payable(order), grant),
    )  # fmt: skip
    books.post(
        debit(subsidy_payable(supplier), grant),
        *(credit(funder, fen) for funder, fen in zip(funders, parts, strict=True)),
    )
    return split(grant, stages)


def _refunds(chance: random.Random, books: Books, order: str, due: list[int]) -> list[int]:
    """Up to four partial refunds, each over the stages by what is left of them."""
    for _refund in range(chance.randrange(5)):
        if not sum(due):
            break
        fen = chance.randrange(sum(due) + 1)
        parts = cash_shares(fen, due)
        if sum(parts) != fen or any(p > d for p, d in zip(parts, due, strict=True)):
            raise Drift(f"refund of {fen} over {due} became {parts}")
        books.post(debit(order_held(order), fen), credit(CUSTODY_BANK, fen))
        due = [left - part for left, part in zip(due, parts, strict=True)]
    return due


def _tax(chance: random.Random, lines: list[int], released: int) -> None:
    """T1: the lines' net and tax are the released amount, to the fen."""
    rate = tax.rate_of(chance.choice(list(TaxpayerKind)))
    shares = tax.share_of_lines(released, lines)
    if sum(shares) != released or min(shares) < 0:
        raise Drift(f"lines of {released} became {shares}")
    if sum(vat.net_fen + vat.vat_fen for vat in tax.split_lines(shares, rate)) != released:
        raise Drift(f"net and tax of {shares} are not {released}")


def _release(books: Books, order: str, supplier: str, *, gross: int, cash: int) -> None:
    fee = fees.fee_of(gross, cash, rule=fees.rules()[-1])
    net = cash - fee.gross_fen
    books.post(
        debit(order_held(order), cash), credit(supplier_receivable(supplier), net),
        credit(PLATFORM_FEE, fee.net_fen), credit(TAX, fee.vat_fen),
    )  # fmt: skip
    books.post(debit(supplier_receivable(supplier), net), credit(CUSTODY_BANK, net))


def check(books: Books) -> int:
    """Clearing accounts are at zero and what lies at the bank is the fee; the fee in fen."""
    left = {key.code: fen for key, fen in books.balances.items() if key.kind in EMPTY and fen}
    earned = books.balances[PLATFORM_FEE] + books.balances[TAX]
    if left or books.balances[CUSTODY_BANK] != earned:
        raise Drift(f"left: {left}; bank {books.balances[CUSTODY_BANK]}, fees {earned}")
    return earned


def run(*, orders: int, seed: int, as_json: bool) -> None:
    """Play `orders` orders and print that nothing is left over; raises Drift."""
    chance, books, earned = random.Random(seed), Books(), 0  # noqa: S311 - reproducible on purpose
    for number in track(range(orders), description="orders", console=console):
        play(chance, books, number)
        if number % 1000 == 999 or number == orders - 1:
            earned = check(books)
            kept = (CUSTODY_BANK, PLATFORM_FEE, TAX)
            books = Books(defaultdict(int, {key: books.balances[key] for key in kept}))
    found = {"orders": orders, "seed": seed, "drift_fen": 0, "fees_fen": earned}
    print(json.dumps(found) if as_json else f"{orders} orders, no fen lost; fees {earned} fen")
