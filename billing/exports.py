"""Billing's lists as files."""

from collections.abc import Callable
from typing import Any

from billing import deposit_words, words
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status
from market.orders import words as order_words


def _of_milestone(write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda stage: write(stage.milestone.kind)


STAGES = Export(N_("Payments"), (
    (N_("Order"), "text", "order.number"), (N_("Supplier"), "text", "order.supplier.name"),
    (N_("Stage"), "text", _of_milestone(order_words.stage)),
    (N_("Share"), "percent", "milestone.share_bp"),
    (N_("Amount of the stage (yuan)"), "money", "price_fen"),
    (N_("Vouchers (yuan)"), "money", "voucher_fen"), (N_("Buyer pays (yuan)"), "money", "due_fen"),
    (N_("Reached"), "datetime", "milestone.reached_at"), (N_("Due on"), "datetime", "milestone.due_at"),
    (N_("Status"), "text", status("payment")), (N_("Payment"), "text", "payment.number"),
))  # fmt: skip
SETTLEMENTS = Export(N_("Settlements"), (
    (N_("Settlement"), "text", "number"), (N_("Order"), "text", "order.number"),
    (N_("Supplier"), "text", "supplier.name"), (N_("Settled at"), "datetime", "settled_at"),
    (N_("Released (yuan)"), "money", "gross_fen"), (N_("of it vouchers (yuan)"), "money", "voucher_fen"),
    (N_("Platform fee (yuan)"), "money", "fee_fen"), (N_("Paid out (yuan)"), "money", "net_fen"),
    (N_("VAT (yuan)"), "money", "vat_fen"),
))  # fmt: skip
PAYOUTS = Export(N_("Payouts"), (
    (N_("Payout"), "text", "number"), (N_("Settlement"), "text", "settlement.number"),
    (N_("Order"), "text", "settlement.order.number"), (N_("Amount (yuan)"), "money", "amount_fen"),
    (N_("Paid from"), "text", lambda row: words.place(row.source)),
    (N_("Status"), "text", status("payout")), (N_("Note"), "text", "note"),
    (N_("Paid at"), "datetime", "paid_at"),
))  # fmt: skip
INVOICES = Export(N_("Invoices"), (
    (N_("Invoice"), "text", "number"), (N_("Order"), "text", "order.number"),
    (N_("Kind"), "text", lambda row: words.invoice_kind(row.kind)),
    (N_("Seller"), "text", "seller.name"), (N_("Buyer"), "text", "buyer.name"),
    (N_("Net (yuan)"), "money", "net_fen"), (N_("VAT (yuan)"), "money", "vat_fen"),
    (N_("Invoice number"), "text", "official_number"), (N_("Issued on"), "date", "issued_on"),
    (N_("Status"), "text", status("invoice")),
))  # fmt: skip
REFUNDS = Export(N_("Refunds"), (
    (N_("Refund"), "text", "number"), (N_("Order"), "text", "order.number"),
    (N_("Payment"), "text", "payment.number"), (N_("Amount (yuan)"), "money", "amount_fen"),
    (N_("Reason"), "text", "reason"), (N_("Status"), "text", status("refund")),
    (N_("Refunded on"), "datetime", "refunded_at"),
))  # fmt: skip
PAYMENTS = Export(N_("Payments"), (
    (N_("Payment"), "text", "number"), (N_("Payer"), "text", "payer.name"),
    (N_("Order"), "text", "order.number"), (N_("Paid by"), "text", lambda row: words.method(row.method)),
    (N_("Amount (yuan)"), "money", "amount_fen"), (N_("Status"), "text", status("payment")),
    (N_("Paid at"), "datetime", "paid_at"), (N_("Narrative"), "text", "reference"),
))  # fmt: skip
CLAIMS = Export(N_("Claims"), (
    (N_("Voucher"), "text", "number"), (N_("Programme"), "text", "programme.title"),
    (N_("Claimant"), "text", "claimant.name"), (N_("Order"), "text", "order.number"),
    (N_("Grant (yuan)"), "money", "grant_fen"), (N_("Status"), "text", status("voucher")),
))  # fmt: skip
BANK_LINES = Export(N_("Bank receipts"), (
    (N_("Bank receipt"), "text", "number"), (N_("Bank's reference"), "text", "bank_reference"),
    (N_("Booked on"), "date", "booked_on"), (N_("Payer"), "text", "payer_name"),
    (N_("Payer's account"), "text", "payer_account"), (N_("Amount (yuan)"), "money", "amount_fen"),
    (N_("Narrative"), "text", "narrative"), (N_("Status"), "text", status("bank_line")),
    (N_("Why"), "text", "reason"),
))  # fmt: skip
EXCEPTIONS = Export(N_("Exception queues"), (
    (N_("Queue"), "text", "label"), (N_("Number"), "text", "number"), (N_("What"), "text", "text"),
    (N_("Amount (yuan)"), "money", "amount_fen"), (N_("Since"), "datetime", "since"),
    (N_("Days"), "integer", "days"),
))  # fmt: skip
RECONCILIATIONS = Export(N_("Reconciliation reports"), (
    (N_("Report"), "text", "number"), (N_("Day"), "date", "day"),
    (N_("Not explained"), "integer", "differences"), (N_("Digest"), "text", "digest"),
))  # fmt: skip
RECONCILED = Export(N_("Rows of the reconciliation"), (
    (N_("Comparison"), "text", lambda row: row["comparison"]), (N_("Row"), "text", lambda row: row["label"]),
    (N_("Number"), "text", lambda row: row["number"]), (N_("Amount (yuan)"), "money", lambda row: row["fen"]),
    (N_("Since"), "text", lambda row: row["since"]),
))  # fmt: skip
MOVEMENTS = Export(N_("Statement of account"), (
    (N_("Account"), "text", lambda row: row[0].label), (N_("Posted at"), "datetime", lambda row: row[1].at),
    (N_("What"), "text", lambda row: words.posting(row[1].kind)), (N_("Order"), "text", lambda row: row[1].order),
    (N_("Change (yuan)"), "money", lambda row: row[1].change_fen),
    (N_("Balance (yuan)"), "money", lambda row: row[1].balance_fen),
    (N_("Digest"), "text", lambda row: row[1].digest),
))  # fmt: skip
OVERDUE = Export(N_("Overdue payments"), (
    (N_("Order"), "text", "order.number"), (N_("Buyer"), "text", "order.buyer.name"),
    (N_("Supplier"), "text", "order.supplier.name"),
    (N_("Stage"), "text", _of_milestone(order_words.stage)), (N_("Amount (yuan)"), "money", "due_fen"),
    (N_("Due on"), "date", "clock.due_at"), (N_("Days late"), "integer", "clock.days_late"),
    (N_("Interest (yuan)"), "money", "clock.interest_fen"),
))  # fmt: skip
PLATFORM = Export(N_("Suppliers' income through the platform"), (
    (N_("Earner"), "text", "name"), (N_("Unified social credit code"), "text", "uscc"),
    (N_("Taxpayer"), "text", lambda row: words.earner(row.taxpayer)),
    (N_("Bank"), "text", "bank_name"), (N_("Account number"), "text", "bank_account"),
    (N_("Orders and works"), "integer", "orders"), (N_("Income (yuan)"), "money", "income_fen"),
    (N_("For pilots and readings (yuan)"), "money", "work_fen"),
    (N_("Refunded (yuan)"), "money", "refunded_fen"), (N_("Less refunds (yuan)"), "money", "net_fen"),
    (N_("Platform fee (yuan)"), "money", "fee_fen"), (N_("Tax withheld (yuan)"), "money", "withheld_fen"),
))  # fmt: skip
_TAX_COLUMNS: tuple[Any, ...] = (
    (N_("Income (yuan)"), "money", "income_fen"), (N_("Cumulative income (yuan)"), "money", "run_fen"),
    (N_("Months"), "integer", "months"), (N_("Cumulative taxable income (yuan)"), "money", "taxable_fen"),
    (N_("Rate of tax"), "percent", "rate_bp"), (N_("Quick deduction (yuan)"), "money", "quick_fen"),
    (N_("Withheld before (yuan)"), "money", "before_fen"), (N_("Tax withheld (yuan)"), "money", "tax_fen"),
    (N_("Paid out (yuan)"), "money", "net_fen"),
)  # fmt: skip
LABOUR = Export(N_("Paid to me in person"), (
    (N_("Paid on"), "date", "paid_on"), (N_("Payout"), "text", "payout.number"),
    (N_("Through"), "text", "payee.organisation.name"), *_TAX_COLUMNS,
))  # fmt: skip
WITHHELD = Export(N_("Withholding list of labour remuneration"), (
    (N_("Full name"), "text", "name"), (N_("Resident identity number"), "text", "payee.id_number"),
    (N_("Kind of income"), "text", lambda row: _("Labour remuneration")), (N_("Paid on"), "date", "paid_on"),
    *_TAX_COLUMNS, (N_("Through"), "text", "payee.organisation.name"),
    (N_("Unified social credit code"), "text", "payee.organisation.uscc"), (N_("Payout"), "text", "payout.number"),
))  # fmt: skip
HOLDINGS = Export(N_("Deposits"), (
    (N_("Number"), "text", "number"), (N_("Purpose"), "text", lambda row: deposit_words.purpose(row.purpose)),
    (N_("Job"), "text", "job.number"), (N_("Payer"), "text", "payer.name"),
    (N_("In favour of"), "text", "beneficiary.name"), (N_("Amount (yuan)"), "money", "amount_fen"),
    (N_("In custody since"), "date", "held_on"), (N_("Interest (yuan)"), "money", "interest_fen"),
    (N_("To go back by"), "datetime", "return_due_at"), (N_("Status"), "text", status("holding")),
))  # fmt: skip
STATEMENTS = Export(N_("Bank statements"), (
    (N_("Bank statement"), "text", "number"), (N_("File"), "text", "file.filename"),
    (N_("Account number"), "text", "account"), (N_("From"), "date", "first_on"),
    (N_("To"), "date", "last_on"), (N_("Rows"), "integer", "rows_total"),
    (N_("Closing balance (yuan)"), "money", "closing_fen"),
    (N_("Status"), "text", status("bank_statement")),
))  # fmt: skip
