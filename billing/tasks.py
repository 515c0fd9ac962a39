"""What an organisation has to pay: stages whose moment has come, deposits and fees that are awaited."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from billing import deposit_words, stages
from billing.deposit_models import Holding
from billing.deposit_states import HoldingStatus
from billing.states import PaymentStatus
from market.kit import clock
from market.kit.i18n import gettext as _
from market.kit.money import format_short
from market.kit.web import path_for
from market.orders import words as order_words
from market.orders.models import Order

AT_MOST = 50
SHOWN_BEFORE = dt.timedelta(days=30)  # a retention is due months after it was earned
ON_ITS_WAY, LATE = PaymentStatus.PROCESSING, "overdue"


class MoneyTask(NamedTuple):
    """A line of the desk: what it is about, what to do, where, its state, by when."""

    title: str
    action: str
    url: str
    noun: str
    status: str
    due_at: dt.datetime | None


async def tasks_of(own: UUID) -> list[MoneyTask]:
    """Both kinds, of the organisation `own`."""
    return [*await _stages(own), *await _holdings(own)]


async def _stages(own: UUID) -> list[MoneyTask]:
    """Stages reached and not paid; a payment the processor already works on asks for nothing."""
    reached = Order.filter(
        buyer_id=own, milestones__reached_at__isnull=False, milestones__released_at__isnull=True
    ).exclude(status__in=stages.OVER)
    orders = await reached.distinct().order_by("id").limit(AT_MOST).select_related("job")
    listed = await stages.stages_by_order(orders)
    wanted = [stage for order in orders for stage in listed[order.id] if _is_wanted(stage)]
    late = [stage for stage in wanted if stage.status == LATE]
    if len(late) > 1:
        wanted = [stage for stage in wanted if stage.status != LATE]
    else:
        late = []
    return [*_late(late), *(_task(stage) for stage in wanted)]


def _late(late: list[stages.Stage]) -> list[MoneyTask]:
    """One line for all that is overdue: several would push everything else off the screen."""
    if not late:
        return []
    total = format_short(sum(stage.due_fen for stage in late))
    title = _("%(count)s stages, %(total)s", count=len(late), total=total)
    due_at = min(stage.milestone.due_at for stage in late if stage.milestone.due_at)
    action = _("Pay what is overdue")
    return [MoneyTask(title, action, path_for("payments:list"), "payment", LATE, due_at)]


def _task(stage: stages.Stage) -> MoneyTask:
    action = _("Pay %(stage)s", stage=order_words.stage(stage.milestone.kind))
    due_at = stage.milestone.due_at
    title = stage.order.job.title
    return MoneyTask(title, action, _page_of(stage), "payment", stage.status, due_at)


def _page_of(stage: stages.Stage) -> str:
    if stage.payment is not None:
        return path_for("payments:show", number=stage.payment.number)
    number, position = stage.order.number, stage.milestone.position
    return path_for("payments:pay", number=number, position=position)


def _is_wanted(stage: stages.Stage) -> bool:
    due_at = stage.milestone.due_at
    return (
        stage.is_payable
        and stage.milestone.reached_at is not None
        and (due_at is None or due_at < clock.now() + SHOWN_BEFORE)
        and (stage.payment is None or stage.payment.status != ON_ITS_WAY)
    )


async def _holdings(own: UUID) -> list[MoneyTask]:
    rows = Holding.filter(payer_id=own, status=HoldingStatus.AWAITED).select_related("job")
    return [
        MoneyTask(
            f"{row.job.title} · {deposit_words.purpose(row.purpose)} {row.number}",
            _("Pay it into custody"), path_for("deposits:show", number=row.number),
            "holding", row.status.value, row.due_at,
        )
        for row in await rows.order_by("id").limit(AT_MOST)
    ]  # fmt: skip
