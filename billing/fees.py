"""The platform fee: which rule holds on a day, and what it takes, as data."""

import datetime as dt
import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field

from billing.tax import Vat, split_gross
from market.kit.money import apply_bp

DATA = Path(__file__).parent / "data" / "fee_rules.json"


class FeeRule(BaseModel):
    """A fee in basis points of the released amount from a day on, its VAT included."""

    id: str
    valid_from: dt.date = Field(alias="from")
    rate_bp: int = Field(ge=0, le=10000)
    vat_bp: int = Field(ge=0, le=10000)
    note: str


@cache
def _rules() -> tuple[FeeRule, ...]:
    rules = [FeeRule.model_validate(rule) for rule in json.loads(DATA.read_text("utf-8"))]
    return tuple(sorted(rules, key=lambda rule: rule.valid_from))


def rule_on(day: dt.date) -> FeeRule:
    """The rule in force on a day (the first one for days before it)."""
    return next((rule for rule in reversed(_rules()) if rule.valid_from <= day), _rules()[0])


def fee_of(gross_fen: int, cash_fen: int, *, rule: FeeRule) -> Vat:
    """The fee on a release, rounded down, never more than the cash it is taken from."""
    return split_gross(min(apply_bp(gross_fen, rule.rate_bp), cash_fen), rule.vat_bp)
