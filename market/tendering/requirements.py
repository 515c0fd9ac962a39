"""Pass or fail: the requirements of the directory, and whether an offer can be done in time; pure."""

import datetime as dt
from decimal import Decimal

from market.directory.requirements import (
    SENTENCES,
    Check,
    check_supplier,
    failures,
    sentence,
    summary,
)
from market.tendering.models import Job

__all__ = ["SENTENCES", "Check", "check_offer", "check_supplier", "failures", "sentence", "summary"]


def check_offer(
    job: Job, delivery_days: int, daily_capacity: Decimal | None, *, on: dt.date,
    volume: Decimal | None = None,
) -> list[Check]:  # fmt: skip
    """Whether what is offered can be done in time; days are calendar days from `on`.

    The volume is the job's, or that of the lot when it is given.
    """
    checks, volume = [], job.volume if volume is None else volume
    if daily_capacity is not None:
        possible = daily_capacity * delivery_days
        checks.append(Check("capacity", possible >= volume, f"{volume:,.0f}", f"{possible:,.0f}"))
    if job.delivery_deadline is not None:
        left = (job.delivery_deadline - on).days
        checks.append(Check("delivery", delivery_days <= left, str(left), str(delivery_days)))
    return checks
