"""The best combination of vouchers for an order or for all open orders, said with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from billing.offers import Offer, offers_for, side_of
from billing.programmes import remaining_of
from billing.vouchers.combinations import (
    Candidate,
    Combination,
    best_combination,
    certificate_of,
    exclusive_groups,
)
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.orders.models import Order

MAX_NODES = 400  # decisions while a page waits; beyond, the plan states an upper bound


@dataclass(frozen=True)
class Chosen:
    """A voucher of the plan, in its turn."""

    order: str
    offer: Offer
    grant_fen: int


@dataclass(frozen=True)
class LeftOut:
    """A usable voucher the plan leaves, and why."""

    order: str
    offer: Offer
    reason: str


@dataclass(frozen=True)
class Plan:
    """What to apply, what is left out, and the proof that nothing legal grants more."""

    chosen: list[Chosen]
    left_out: list[LeftOut]
    found: Combination
    certificate: dict[str, Any]


Answers = Sequence[tuple[Order, list[Offer]]]


async def plan_for(answers: Answers) -> Plan:
    """The best combination over the programmes' answers for some orders of one organisation."""
    offers = [
        (order.number, offer)
        for order, given in answers
        for offer in given
        if offer.is_usable and not _is_taken(offer, given)
    ]
    candidates = [
        Candidate.of(
            number,
            offer.rule,
            offer.claim,
            remaining=await remaining_of(offer.programme, offer.rule),
        )
        for number, offer in offers
    ]
    found = best_combination(candidates, max_nodes=MAX_NODES)
    chosen = [
        Chosen(*offers[one.candidate], grant_fen=one.decided.grant_fen) for one in found.choices
    ]
    used = {one.candidate for one in found.choices}
    left_out = [
        LeftOut(number, offer, _why(number, offer, chosen))
        for index, (number, offer) in enumerate(offers)
        if index not in used
    ]
    return Plan(chosen, left_out, found, certificate_of(candidates, found))


async def plan_over(orders: Sequence[Order], *, by: Actor) -> Plan:
    """The best combination over several orders of the actor's organisation."""
    return await plan_for(
        [(order, await offers_for(order, claimant=side_of(order, by))) for order in orders]
    )


def _is_taken(offer: Offer, given: Sequence[Offer]) -> bool:
    """Whether a voucher in force on the order already excludes this one."""
    held = [one.rule for one in given if one.redemption is not None]
    groups = exclusive_groups(offer.rule)
    return any(rule.id == offer.rule.id or groups & exclusive_groups(rule) for rule in held)


def _why(number: str, offer: Offer, chosen: Sequence[Chosen]) -> str:
    groups = exclusive_groups(offer.rule)
    for one in chosen:
        if one.order == number and groups & exclusive_groups(one.offer.rule):
            return _(
                "Excluded by “%(title)s”, with which the whole grants more",
                title=one.offer.rule.title,
            )
    return _("Together with the others it adds nothing")
