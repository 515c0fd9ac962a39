"""What people and programs may ask of billing, checked field by field."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from billing.states import InvoiceKind, PaymentMethod, TaxpayerKind
from market.kit.forms import LocalDate, YuanAsFen
from market.kit.money import MAX_FEN

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500)]
Reference = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=4, max_length=64, pattern=r"^[0-9A-Za-z_-]+$"
    ),
]
AccountNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[0-9 -]*$")
]


class PaymentInput(BaseModel):
    """The rail a stage is paid by."""

    method: PaymentMethod


class RefundInput(BaseModel):
    """Why an order is undone before delivery."""

    reason: Reason


class RepaymentInput(BaseModel):
    """The dispute whose debt was repaid, and the bank's reference of the receipt."""

    dispute: Text
    reference: Reference


class ProgrammeInput(BaseModel):
    """The programme a voucher is asked of."""

    programme: Text


class ProfileInput(BaseModel):
    """How an organisation is taxed and paid."""

    taxpayer_kind: TaxpayerKind
    account_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    bank_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    bank_account: AccountNumber = ""


class InvoiceInput(BaseModel):
    """Which kind of invoice a buyer wants."""

    kind: InvoiceKind


class InvoiceRecordInput(BaseModel):
    """The issued e-invoice: its 20-digit number and its date."""

    official_number: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{20}$")]
    issued_on: LocalDate


class CreditNoteInput(BaseModel):
    """An issued red-letter invoice: its 20-digit number, its date, what it takes back, VAT included;
    without an amount all that stands.
    """

    official_number: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{20}$")]
    issued_on: LocalDate
    amount_fen: Annotated[YuanAsFen, Field(gt=0, le=MAX_FEN)] | None = None
    reason: Reason


class BankLineInput(BaseModel):
    """One receipt on the custody account, as the bank's statement shows it."""

    bank_reference: Reference
    booked_on: LocalDate
    payer_name: Text
    payer_account: AccountNumber = ""
    amount_fen: Annotated[YuanAsFen, Field(gt=0, le=MAX_FEN)]
    narrative: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    account: AccountNumber = ""


class BankReferenceInput(BaseModel):
    """The bank's or treasury's own reference of an executed instruction."""

    reference: Reference
