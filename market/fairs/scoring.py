"""How well a buyer and a supplier of a fair suit each other: the match score of their jobs, and their wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from market.fairs.models import FairRegistration
from market.fairs.timetables import Pair
from market.kit.i18n import N_
from search.documents import JobDocument, SupplierDocument
from search.matching import match_suppliers

FULL = 10_000
"""A perfect match, in ten-thousandths."""
INTEREST = 4_000
"""The most that shared kinds of data give where the buyer has linked no job."""
WISH = 2_000
"""What a party's wish to meet the other adds."""
SHORTFALL = 5_000
"""What each meeting that a party lacks to the minimum costs the whole."""
REASONS = 3
Shown = dict[str, Any]
SHARED = N_("Both work with: %(what)s")
BUYER_WISH = N_("The buyer wishes to meet this supplier")
SUPPLIER_WISH = N_("The supplier wishes to meet this buyer")


@dataclass(frozen=True, slots=True)
class Fit:
    """A pair's score and the reasons for it, worded when they are shown."""

    score: int
    reasons: tuple[Shown, ...]


def fits_of(
    buyer: FairRegistration,
    jobs: Sequence[JobDocument],
    suppliers: Sequence[FairRegistration],
    documents: Mapping[str, SupplierDocument],
) -> list[Fit]:
    """The fit of one buyer with each supplier.

    The best score of the buyer's jobs for which the supplier is eligible; where it is eligible for
    none, nothing. Without a job the share of the buyer's kinds of data that the supplier names.
    """
    best: dict[str, Fit] = {}
    for job in jobs:
        for match in match_suppliers(job, documents.values()).eligible:
            score = round(match.score * FULL)
            if match.id not in best or score > best[match.id].score:
                shown = [{"msgid": r.msgid, "params": r.params} for r in match.reasons[:REASONS]]
                best[match.id] = Fit(score, tuple(shown))
    nothing = Fit(0, ())
    return [
        _wished(
            buyer, supplier,
            best.get(str(supplier.organisation_id), nothing) if jobs else _shared(buyer, supplier),
        )
        for supplier in suppliers
    ]  # fmt: skip


def _shared(buyer: FairRegistration, supplier: FairRegistration) -> Fit:
    both = [kind for kind in buyer.interests if kind in supplier.interests]
    if not both:
        return Fit(0, ())
    score = round(INTEREST * len(both) / len(buyer.interests))
    return Fit(score, ({"msgid": SHARED, "params": {"what": "、".join(both)}},))


def _wished(buyer: FairRegistration, supplier: FairRegistration, fit: Fit) -> Fit:
    score, reasons = fit.score, list(fit.reasons)
    for own, other, sentence in (
        (buyer, supplier, BUYER_WISH), (supplier, buyer, SUPPLIER_WISH),
    ):  # fmt: skip
        if other.organisation.number in own.wishes:
            score += WISH
            reasons.append({"msgid": sentence, "params": {}})
    return Fit(score, tuple(reasons))


def scores_of(fits: Mapping[Pair, Fit], apart: frozenset[Pair]) -> dict[Pair, int]:
    """The pairs that may meet: those that suit each other at all and are not kept apart."""
    return {pair: fit.score for pair, fit in fits.items() if fit.score and pair not in apart}
