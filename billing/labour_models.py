"""Tables of labour remuneration: who is paid in person, what was paid, what tax was handed over."""

import datetime as dt
from typing import Any
from uuid import UUID

from tortoise import fields

from billing.labour_states import PAYEE_TRANSITIONS, PayeeStatus
from billing.ledger_models import AppendOnly, fk
from market.kit import vault
from market.kit.states import Stateful

PURPOSE = "billing:resident_id"


class LabourPayee(Stateful):
    """A person of an organisation whose fees are theirs. `identity` is the same for the same resident
    number wherever it is registered: tax is cumulative over the person.
    """

    TRANSITIONS = PAYEE_TRANSITIONS

    person_id: UUID
    organisation_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    person: Any = fk("Person")
    organisation: Any = fk("Organisation")
    name = fields.CharField(max_length=80)
    identity = fields.CharField(max_length=64)
    id_sealed = fields.BinaryField()
    id_tail = fields.CharField(max_length=4)
    bank_name = fields.CharField(max_length=120)
    bank_account = fields.CharField(max_length=40)
    status = fields.CharEnumField(PayeeStatus, max_length=32, default=PayeeStatus.REGISTERED)
    confirmed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "labour_payees"
        unique_together = (("person", "organisation"),)
        indexes = (("identity",), ("organisation_id", "status"))

    @property
    def id_number(self) -> str:
        """The resident number, in the clear."""
        return vault.unseal(bytes(self.id_sealed), purpose=PURPOSE, row_id=self.id)


class LabourIncome(AppendOnly):
    """One payment to a person and the tax withheld from it; how the tax was made stands beside it."""

    payee_id: UUID
    payout_id: UUID

    payee: Any = fk("LabourPayee", "incomes")
    payout: Any = fields.OneToOneField(
        "models.HoldingPayout", on_delete=fields.RESTRICT, related_name="labour"
    )
    identity = fields.CharField(max_length=64)
    name = fields.CharField(max_length=80)  # as it was when paid
    paid_on = fields.DateField()
    income_fen = fields.BigIntField()
    run_fen = fields.BigIntField()  # cumulative, this payment included
    months = fields.IntField()
    taxable_fen = fields.BigIntField()
    rate_bp = fields.IntField()
    quick_fen = fields.BigIntField()
    before_fen = fields.BigIntField()
    tax_fen = fields.BigIntField()

    class Meta:
        table = "labour_incomes"
        indexes = (("identity", "paid_on"), ("paid_on",), ("payee_id",))

    @property
    def net_fen(self) -> int:
        """What the person is paid."""
        return int(self.income_fen - self.tax_fen)

    @property
    def tax_key(self) -> str:
        """The ledger key of the tax."""
        return f"withholding:{self.payout_id}"


class TaxRemittance(AppendOnly):
    """The tax of a month handed over to the tax office, with the bank's reference."""

    month = fields.CharField(max_length=7, unique=True)
    amount_fen = fields.BigIntField()
    reference = fields.CharField(max_length=64)
    remitted_at = fields.DatetimeField()

    class Meta:
        table = "tax_remittances"

    @property
    def ledger_key(self) -> str:
        """The ledger key of the payment."""
        return key_of_month(self.month)


def key_of_month(month: str) -> str:
    """The ledger key of what is paid to the tax office for a month."""
    return f"tax_remitted:{month}"


def due_of_month(first: dt.date) -> dt.date:
    """The fifteenth of the following month (个人所得税法第十四条)."""
    return (first + dt.timedelta(days=32)).replace(day=15)
