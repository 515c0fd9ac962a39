"""What the operator's finance types about statements and receipts."""

import re
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, field_validator

from billing.bank_states import DecisionKind
from billing.forms import AccountNumber, Reason, Reference
from market.kit.i18n import gettext as _
from market.kit.money import parse_yuan

Titles = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class StatementInput(BaseModel):
    """The account a statement file is of."""

    account: AccountNumber


class ColumnsInput(BaseModel):
    """Which titles of a statement mean what; several of the narrative's are joined by a comma."""

    booked_on: Titles
    other_name: Titles
    bank_reference: Titles = ""
    other_account: Titles = ""
    credit: Titles = ""
    debit: Titles = ""
    amount: Titles = ""
    direction: Titles = ""
    narrative: Titles = ""
    balance: Titles = ""
    account: Titles = ""

    def columns(self) -> dict[str, list[str]]:
        """The named fields only."""
        found = self.model_dump()
        return {
            name: [title.strip() for title in re.split("[,，]", text) if title.strip()]
            for name, text in found.items()
            if text
        }


class DecisionInput(BaseModel):
    """What to do with a receipt: `parts` has one payment a line, its number and an amount in yuan."""

    kind: DecisionKind
    parts: Annotated[str, Field(max_length=4000)] = ""
    reason: Reason

    @field_validator("parts")
    @classmethod
    def _parts_are_lines(cls, text: str) -> str:
        read_parts(text)
        return text

    def payments(self) -> list[tuple[str, int]]:
        """Payment numbers with their fen."""
        return read_parts(self.parts)


class VerdictInput(BaseModel):
    """A second person's word about a proposal; a refusal says why."""

    agree: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class ReturnedInput(BaseModel):
    """The bank's own reference of an executed return."""

    reference: Reference


def read_parts(text: str) -> list[tuple[str, int]]:
    """The lines "PAY-2026-000001 1234.50" as numbers and fen. Raises ValueError with a sentence."""
    parts: dict[str, int] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        number, _gap, amount = line.partition(" ")
        try:
            fen = parse_yuan(amount)
        except ValueError:
            fen = 0
        if fen <= 0 or number in parts:
            raise ValueError(
                _("Write one payment a line, its number and an amount: “%(line)s”", line=line[:60])
            )
        parts[number] = fen
    return list(parts.items())
