"""The words of billing's pages: accounts, rails, modes, kinds of posting, taxpayers, invoices."""

from collections.abc import Iterable

from billing.chart import CHART, AccountKind
from billing.ledger_models import LedgerAccount
from billing.states import InvoiceKind, PaymentMethod, TaxpayerKind
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.orders import words as order_words

METHODS = {
    PaymentMethod.ONLINE: N_("Online payment (card, Alipay, WeChat Pay)"),
    PaymentMethod.BANK_TRANSFER: N_("Corporate bank transfer"),
}
MODES = {
    "reimburse_buyer": N_("You pay in full; the treasury pays you back"),
    "deduct_at_source": N_("You pay less; the treasury pays the supplier"),
    "supplier_redeems": N_("You pay less; the supplier collects from the treasury"),
    "award": N_("The treasury pays an award afterwards"),
    "unknown": N_("Not published"),
}
POSTINGS = {
    "pledge": N_("Obligation of the order"),
    "pledge_withdrawn": N_("Obligation withdrawn"),
    "payment": N_("Payment received"),
    "bank_receipt": N_("Receipt on the custody account"),
    "late_money": N_("Receipt for a payment that was over"),
    "late_return": N_("Late receipt sent back to its payer"),
    "bank_return": N_("Receipt sent back to its payer"),
    "holding": N_("Deposit or fee received"),
    "holding_payout": N_("Deposit or fee paid out"),
    "deposit_interest": N_("Interest on a deposit"),
    "custody_interest": N_("Interest of the custody bank"),
    "receipt_reversed": N_("Receipt taken back from a payment"),
    "refund": N_("Refund"),
    "settlement": N_("Release to the supplier"),
    "payout": N_("Payout"),
    "voucher": N_("Voucher redeemed"),
    "voucher_paid": N_("Voucher paid by the treasury"),
    "voucher_clawback": N_("Voucher lowered with the price"),
    "price_reduction": N_("Price lowered after a dispute"),
    "withholding": N_("Income tax withheld"),
    "tax_remitted": N_("Withheld tax paid to the tax office"),
}
FEES = {
    "standard": N_("the standard rate"),
    "free": N_("this order is free"),
    "volume": N_("lower by the volume of the year"),
}
TAXPAYERS = {
    TaxpayerKind.GENERAL: N_("General VAT taxpayer (6 %)"),
    TaxpayerKind.SMALL_SCALE: N_("Small-scale taxpayer (1 %)"),
    TaxpayerKind.EXEMPT: N_("Exempt from VAT"),
}
INVOICES = {
    InvoiceKind.SPECIAL: N_("Special VAT invoice"),
    InvoiceKind.ORDINARY: N_("Ordinary invoice"),
}


def account(row: LedgerAccount) -> str:
    """An account in words, with its owner."""
    label = _(CHART[row.kind].label)
    owner = _("payment processor") if row.owner == "processor" else row.owner
    return f"{label} · {owner}" if owner else label


def place(kind: AccountKind) -> str:
    """Where money lies."""
    return _(CHART[kind].label)


def method(value: str) -> str:
    """A rail in words."""
    return _(METHODS[PaymentMethod(value)])


def mode(value: str) -> str:
    """Who pays whom under a voucher."""
    return _(MODES[value])


def posting(kind: str) -> str:
    """What a ledger transaction is."""
    return _(POSTINGS[kind])


def fee_reason(value: str) -> str:
    """Why a fee has its rate."""
    return _(FEES[value])


def earner(kind: TaxpayerKind | None) -> str:
    """How somebody on the platform's report is taxed."""
    return taxpayer(kind) if kind else _("Natural person, tax withheld")


def taxpayer(kind: TaxpayerKind) -> str:
    """A kind of taxpayer in words."""
    return _(TAXPAYERS[kind])


def taxpayers() -> list[tuple[str, str]]:
    """Every kind of taxpayer, for a form field."""
    return [(kind.value, _(label)) for kind, label in TAXPAYERS.items()]


def invoice_kind(value: str) -> str:
    """A kind of invoice in words."""
    return _(INVOICES[InvoiceKind(value)])


def invoice_kinds() -> list[tuple[str, str]]:
    """Every kind of invoice, for a form field."""
    return [(kind.value, _(label)) for kind, label in INVOICES.items()]


PERIODS = {"year": N_("this year"), "total": N_("in all"), "batch": N_("this batch")}


BINDINGS = {
    "rate": N_("the published rate"),
    "pool": N_("what is left of the budget"),
    "residual": N_("what is left to pay"),
    "threshold": N_("the threshold"),
}


def binding(value: str) -> str:
    """What set the amount of a grant."""
    return _(BINDINGS[value]) if value in BINDINGS else _("the cap (%(name)s)", name=value)


def period(value: str) -> str:
    """What a budget covers."""
    return _(PERIODS[value])


def spend_list(categories: Iterable[str] | None, language: str) -> str:
    """The spend categories a programme pays for."""
    if categories is None:
        return _("every line")
    return _(", ").join(order_words.spend(code, language) for code in categories)
