"""What an indicator is, and what several of them share."""

from collections.abc import Iterator
from typing import Protocol

from market.redflags import releases as ocds
from market.redflags.releases import Release
from market.redflags.settings import Settings

OCID, BUYER, PROCURING_ENTITY, TENDERER = "OCID", "Buyer", "ProcuringEntity", "Tenderer"
Finding = tuple[str, str, str, float]  # group, identifier, code, value


class Indicator(Protocol):
    """Reads every release once; flags at once, or at the end when all must be known."""

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """Findings that one release alone justifies."""

    def finish(self) -> Iterator[Finding]:
        """Findings that need the whole set."""


class PriceComparison:
    """Which processes' prices may be compared, and in which currency."""

    def __init__(self, settings: Settings) -> None:
        self._only = settings.price_comparison_procurement_methods
        self._never = settings.no_price_comparison_procurement_methods
        self._currency = settings.currency

    def admits(self, release: Release) -> bool:
        """Whether the procedure's prices say anything."""
        return is_among(release, self._only, self._never)

    def is_main(self, currency: str) -> bool:
        """Whether an amount is in the main currency; the first one asked for becomes it."""
        if self._currency is None:
            self._currency = currency
        return currency == self._currency


def is_among(release: Release, only: frozenset[str], never: frozenset[str]) -> bool:
    """Whether `tender/procurementMethodDetails` is one of `only`, or, without these, none of `never`."""
    details = ocds.text(ocds.member(release, "tender").get("procurementMethodDetails"))
    if only:
        return details in only
    return details not in never
