"""An organisation's vouchers: what it holds, what it could claim and why not, the soonest to expire first."""

import datetime as dt
from dataclasses import dataclass

from tortoise.expressions import Q

from billing.access import READERS
from billing.models import VoucherRedemption
from billing.offers import Offer, offers_for, side_of
from billing.plans import Plan, plan_for
from billing.programmes import rule_of
from billing.states import LIVE_REDEMPTIONS
from billing.voucher_models import VoucherApplication
from billing.voucher_states import LIVE_APPLICATIONS
from billing.vouchers.rules import Programme
from market.accounts.permissions import require
from market.kit.actor import Actor
from market.orders.models import Order
from market.orders.states import OrderStatus

AT_MOST = 5  # open orders asked of every programme
_OPEN = (OrderStatus.PLACED, OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)


@dataclass(frozen=True)
class Held:
    """A voucher in force, and its last day."""

    redemption: VoucherRedemption
    last_day: dt.date | None


@dataclass(frozen=True)
class Claimable:
    """What a programme would grant one order now, and the last day to ask."""

    order: Order
    offer: Offer
    last_day: dt.date | None


@dataclass(frozen=True)
class Wallet:
    """Everything, each list with the soonest to expire first."""

    held: list[Held]
    applications: list[VoucherApplication]
    claimable: list[Claimable]
    refused: list[Claimable]
    plan: Plan

    @property
    def held_fen(self) -> int:
        """All grants in force."""
        return sum(one.redemption.grant_fen for one in self.held)

    @property
    def next_day(self) -> dt.date | None:
        """The first day on which something runs out."""
        days = [one.last_day for one in self.held] + [one.last_day for one in self.claimable]
        return min((day for day in days if day), default=None)


async def wallet_of(actor: Actor) -> Wallet:
    """The wallet of the actor's organisation; a programme that refuses stands once, with its newest order."""
    require(actor, *READERS, verified=False)
    own = actor.organisation_id
    rows = VoucherRedemption.filter(claimant_id=own, status__in=LIVE_REDEMPTIONS).order_by("-id")
    held = [
        Held(row, last_day(rule_of(row.programme)))
        for row in await rows.select_related("programme", "order")
    ]
    applications = (
        await VoucherApplication.filter(claimant_id=own, status__in=LIVE_APPLICATIONS)
        .order_by("-id")
        .select_related("programme", "order")
    )
    asked = [
        (order, await offers_for(order, claimant=side_of(order, actor)))
        for order in await open_orders(actor)
    ]
    answers = [
        Claimable(order, offer, last_day(offer.rule)) for order, given in asked for offer in given
    ]
    usable = [one for one in answers if one.offer.is_usable]
    refused = {
        one.offer.rule.id: one
        for one in reversed(answers)
        if not one.offer.is_usable and one.offer.redemption is None
    }
    granted = {one.offer.rule.id for one in usable}
    return Wallet(
        sorted(held, key=_soonest),
        applications,
        sorted(usable, key=lambda one: (*_soonest(one), -one.offer.quote.grant_fen)),
        sorted(
            (one for code, one in refused.items() if code not in granted),
            key=lambda one: one.offer.rule.id,
        ),
        await plan_for(asked),
    )


async def open_orders(actor: Actor) -> list[Order]:
    """The newest orders vouchers may still be applied to. Raises NotPermitted."""
    require(actor, *READERS, verified=False)
    own = actor.organisation_id
    query = Order.filter(Q(buyer_id=own) | Q(supplier_id=own), status__in=_OPEN)
    return await query.order_by("-id").limit(AT_MOST).select_related("buyer", "supplier", "job")


def last_day(rule: Programme) -> dt.date | None:
    """The last day claims are taken under a rule, None when it names none."""
    closes = rule.validity.closes
    return dt.date.fromisoformat(closes[:10]) if closes else None


def _soonest(one: Held | Claimable) -> tuple[bool, dt.date]:
    return one.last_day is None, one.last_day or dt.date.max
