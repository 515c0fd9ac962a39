"""Value added tax: what of a price is tax, by line, so that the lines sum to the invoice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from billing.states import TaxpayerKind
from market.kit.money import allocate

DATA = Path(__file__).parent / "data" / "tax_rates.json"


@dataclass(frozen=True, slots=True)
class Vat:
    """A tax-inclusive price taken apart, in fen."""

    net_fen: int
    vat_fen: int
    vat_bp: int

    @property
    def gross_fen(self) -> int:
        """The price, tax included."""
        return self.net_fen + self.vat_fen


@cache
def _rates() -> dict[str, int]:
    return {kind: rate["vat_bp"] for kind, rate in json.loads(DATA.read_text("utf-8")).items()}


def rate_of(kind: TaxpayerKind) -> int:
    """The VAT rate of a supplier of services, in basis points (6 %, 1 % or none)."""
    return _rates()[kind]


def split_gross(gross_fen: int, vat_bp: int) -> Vat:
    """Net and tax of a tax-inclusive price: the net is rounded half up to the fen."""
    whole = 10000 + vat_bp
    net = (2 * gross_fen * 10000 + whole) // (2 * whole)
    return Vat(net, gross_fen - net, vat_bp)


def split_lines(amounts_fen: Sequence[int], vat_bp: int) -> list[Vat]:
    """Each line taken apart; the invoice's tax is the sum of its lines'."""
    return [split_gross(amount, vat_bp) for amount in amounts_fen]


def share_of_lines(part_fen: int, lines_fen: Sequence[int]) -> list[int]:
    """A part of an order spread over its lines, summing exactly (largest remainder)."""
    return allocate(part_fen, lines_fen)
