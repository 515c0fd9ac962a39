"""When a buyer must have paid, and what lateness costs: 保障中小企业款项支付条例 (国务院令第802号)."""

import datetime as dt
from dataclasses import dataclass

from market.kit import clock

STATUTORY_DAYS = 30  # 第九条: from delivery, where the contract says nothing
LONGEST_DAYS = 60  # 第九条: the longest a contract may allow
DAILY_RATE = 5  # 第十七条: 万分之五 a day where no rate was agreed, per 10,000


@dataclass(frozen=True, slots=True)
class Clock:
    """The payment clock of a stage that has been reached."""

    due_at: dt.datetime
    days_late: int
    interest_fen: int
    is_capped: bool  # the contract's term was longer than the law allows

    @property
    def is_overdue(self) -> bool:
        """Whether the last day has passed."""
        return self.days_late > 0


def late_interest(amount_fen: int, days: int) -> int:
    """Interest on a late amount at 0.05 % a day, in fen, half up (1,000,000.00 for 45 days: 22,500.00)."""
    return (amount_fen * DAILY_RATE * max(days, 0) + 5000) // 10000


def payment_clock(
    amount_fen: int,
    *,
    reached_at: dt.datetime,
    agreed_due_at: dt.datetime | None,
    until: dt.datetime | None = None,
    is_retention: bool = False,
) -> Clock:
    """Due at the agreed time, at most 60 days after the stage was reached; 30 days without one.

    A retention has the term of its guarantee instead. `until` is when it was paid; now while it
    is not.
    """
    reached = clock.in_china(reached_at).date()
    latest = clock.end_of_day(reached + dt.timedelta(days=LONGEST_DAYS))
    statutory = clock.end_of_day(reached + dt.timedelta(days=STATUTORY_DAYS))
    agreed = agreed_due_at or statutory
    due_at = agreed if is_retention else min(agreed, latest)
    last_day = clock.in_china(due_at).date()
    late = max((clock.in_china(until or clock.now()).date() - last_day).days, 0)
    return Clock(due_at, late, late_interest(amount_fen, late), is_capped=due_at < agreed)
