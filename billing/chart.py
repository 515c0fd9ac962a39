"""The chart of accounts: what each account means, which side it grows on, and whether it may go below zero."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from market.kit.i18n import N_


class Side(StrEnum):
    """The two sides of an entry."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountKind(StrEnum):
    """Every kind of account there is."""

    CUSTODY_BANK = "custody_bank"
    PROCESSOR_CLEARING = "processor_clearing"
    BUYER_PAYABLE = "buyer_payable"
    TREASURY_RECEIVABLE = "treasury_receivable"
    ORDER_PLEDGED = "order_pledged"
    ORDER_HELD = "order_held"
    SUPPLIER_RECEIVABLE = "supplier_receivable"
    SUBSIDY_PAYABLE = "subsidy_payable"
    PLATFORM_FEE = "platform_fee"
    TAX = "tax"
    SUSPENSE = "suspense"
    DEPOSIT_HELD = "deposit_held"
    FEE_HELD = "fee_held"
    CUSTODY_INTEREST = "custody_interest"
    WITHHELD_TAX = "withheld_tax"


Owner = Literal["platform", "order", "organisation", "funder", "holding"]


@dataclass(frozen=True, slots=True)
class AccountType:
    """`normal` is the side a balance is positive on; `owner` says whose number follows the colon."""

    normal: Side
    owner: Owner
    label: str


# Left: who holds money or owes it. Right: for whom it is held, or to whom it is owed.
# No account may cross zero: nobody pays more than is owed, nothing leaves that did not come in.
CHART: dict[AccountKind, AccountType] = {
    AccountKind.CUSTODY_BANK: AccountType(
        Side.DEBIT, "platform", N_("Custody account at the bank")
    ),
    AccountKind.PROCESSOR_CLEARING: AccountType(
        Side.DEBIT, "platform", N_("Held by the processor")
    ),
    AccountKind.BUYER_PAYABLE: AccountType(Side.DEBIT, "order", N_("Still owed by the buyer")),
    AccountKind.TREASURY_RECEIVABLE: AccountType(Side.DEBIT, "funder", N_("Owed by the treasury")),
    AccountKind.ORDER_PLEDGED: AccountType(Side.CREDIT, "order", N_("Promised to the order")),
    AccountKind.ORDER_HELD: AccountType(Side.CREDIT, "order", N_("Held for the order")),
    AccountKind.SUPPLIER_RECEIVABLE: AccountType(
        Side.CREDIT, "organisation", "Due to the supplier"
    ),
    AccountKind.SUBSIDY_PAYABLE: AccountType(Side.CREDIT, "organisation", N_("Subsidy due")),
    AccountKind.PLATFORM_FEE: AccountType(Side.CREDIT, "platform", N_("Platform fee")),
    AccountKind.TAX: AccountType(Side.CREDIT, "platform", N_("VAT on the platform fee")),
    AccountKind.SUSPENSE: AccountType(Side.CREDIT, "platform", N_("Receipts not yet matched")),
    AccountKind.DEPOSIT_HELD: AccountType(Side.CREDIT, "holding", N_("Deposit held")),
    AccountKind.FEE_HELD: AccountType(Side.CREDIT, "holding", N_("Held for others' work")),
    AccountKind.CUSTODY_INTEREST: AccountType(
        Side.CREDIT, "platform", N_("Interest the custody bank has credited")
    ),
    AccountKind.WITHHELD_TAX: AccountType(
        Side.CREDIT, "platform", N_("Income tax withheld, owed to the tax office")
    ),
}


class AccountKey(NamedTuple):
    """Names one account: its kind, and the number or name of its owner."""

    kind: AccountKind
    owner: str = ""

    @property
    def code(self) -> str:
        """The account's unique code, `order_held:O-2026-000001`."""
        return f"{self.kind}:{self.owner}" if self.owner else str(self.kind)

    @property
    def type(self) -> AccountType:
        """Its place in the chart."""
        return CHART[self.kind]


class Leg(NamedTuple):
    """One line of a posting: integer fen on one side of one account."""

    account: AccountKey
    side: Side
    amount_fen: int

    @property
    def change_fen(self) -> int:
        """What it does to the account's balance, positive on the normal side."""
        grows = self.side == CHART[self.account.kind].normal
        return self.amount_fen if grows else -self.amount_fen


def debit(account: AccountKey, amount_fen: int) -> Leg:
    """A debit."""
    return Leg(account, Side.DEBIT, amount_fen)


def credit(account: AccountKey, amount_fen: int) -> Leg:
    """A credit."""
    return Leg(account, Side.CREDIT, amount_fen)


CUSTODY_BANK = AccountKey(AccountKind.CUSTODY_BANK)
PROCESSOR_CLEARING = AccountKey(AccountKind.PROCESSOR_CLEARING)
PLATFORM_FEE = AccountKey(AccountKind.PLATFORM_FEE)
TAX = AccountKey(AccountKind.TAX)
SUSPENSE = AccountKey(AccountKind.SUSPENSE)
CUSTODY_INTEREST = AccountKey(AccountKind.CUSTODY_INTEREST)
WITHHELD_TAX = AccountKey(AccountKind.WITHHELD_TAX)
LATE_MONEY = AccountKey(AccountKind.SUSPENSE, "processor")  # came for a payment that was over


def buyer_payable(order_number: str) -> AccountKey:
    """What the buyer of an order still owes."""
    return AccountKey(AccountKind.BUYER_PAYABLE, order_number)


def order_pledged(order_number: str) -> AccountKey:
    """What was promised to an order and has not come in."""
    return AccountKey(AccountKind.ORDER_PLEDGED, order_number)


def order_held(order_number: str) -> AccountKey:
    """What was paid in for an order and has not left."""
    return AccountKey(AccountKind.ORDER_HELD, order_number)


def supplier_receivable(organisation_number: str) -> AccountKey:
    """Released to a supplier, not yet paid out."""
    return AccountKey(AccountKind.SUPPLIER_RECEIVABLE, organisation_number)


def subsidy_payable(organisation_number: str) -> AccountKey:
    """Granted to an organisation, not yet paid by the treasury."""
    return AccountKey(AccountKind.SUBSIDY_PAYABLE, organisation_number)


def treasury_receivable(funder: str) -> AccountKey:
    """What a treasury owes for redeemed vouchers."""
    return AccountKey(AccountKind.TREASURY_RECEIVABLE, funder)


def deposit_held(holding_number: str) -> AccountKey:
    """A deposit that lies in custody."""
    return AccountKey(AccountKind.DEPOSIT_HELD, holding_number)


def fee_held(holding_number: str) -> AccountKey:
    """What was paid in for others' work and has not been paid out."""
    return AccountKey(AccountKind.FEE_HELD, holding_number)
