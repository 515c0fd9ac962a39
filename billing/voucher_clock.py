"""What the clock does to vouchers: publication periods end, unused instruments expire."""

from uuid import UUID

from billing import redemptions, reviews
from billing.models import VoucherProgramme, VoucherRedemption
from billing.programmes import rule_of
from billing.review_steps import PUBLICATION
from billing.states import RedemptionStatus
from billing.voucher_models import VoucherApplication
from billing.voucher_states import ApplicationStatus
from billing.vouchers.rules import Programme
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import Conflict
from market.kit.outbox import Message

_CLOCK = Actor.system("vouchers")


async def follow_voucher(message: Message) -> None:
    """voucher.decided, voucher.paid: its application moves on."""
    redemption = await VoucherRedemption.get(id=UUID(message.payload["redemption"]))
    await reviews.follow_redemption(redemption, by=_CLOCK)


async def end_publications() -> int:
    """Applications whose publication period is over go on; returns how many were looked at."""
    due = await VoucherApplication.filter(
        step=PUBLICATION, status=ApplicationStatus.UNDER_REVIEW, due_at__lte=clock.now()
    ).limit(200)
    for application in due:
        await reviews.end_publication(application, by=_CLOCK)
    return len(due)


async def expire_vouchers() -> int:
    """Balances and single-use vouchers past their last day go back to the pool (V8); returns how many.

    What a payment already rests on has been used in time and stays.
    """
    expired = 0
    for programme in await VoucherProgramme.all():
        if not is_over(rule_of(programme)):
            continue
        for row in await VoucherRedemption.filter(
            programme=programme, status=RedemptionStatus.RESERVED
        ):
            expired += await _expire(row)
    return expired


def is_over(rule: Programme) -> bool:
    """Whether what a subject holds under the rule has run out; a claim without instrument does not."""
    if rule.instrument.form == "claim" or rule.validity.closes is None:
        return False
    now = clock.in_china(clock.now()).isoformat(timespec="seconds")
    closes = rule.validity.closes
    return now[: len(closes)] > closes


async def _expire(redemption: VoucherRedemption) -> bool:
    try:
        await redemptions.give_back(redemption, by=_CLOCK)
    except Conflict:
        return False
    return True
