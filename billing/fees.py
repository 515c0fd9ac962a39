"""The platform fee: which rule holds on a day, and what it takes of whom, as data."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, Field
from tortoise.functions import Count, Sum

from billing.models import Settlement
from billing.tax import Vat, split_gross
from market.kit import clock
from market.kit.money import apply_bp

DATA = Path(__file__).parent / "data" / "fee_rules.json"


class Step(BaseModel):
    """From so much released to a supplier within the calendar year on, a lower rate."""

    from_fen: int = Field(ge=0)
    rate_bp: int = Field(ge=0, le=10000)


class FeeRule(BaseModel):
    """A fee in basis points of the released amount from a day on, its VAT included.

    `free_orders`: so many of a supplier's first orders are free; `steps`: the volume subsidy. Of the
    rule that was applied `rate_bp` is the rate in force and `reason` why: standard, free or volume.
    """

    id: str
    valid_from: dt.date = Field(alias="from")
    rate_bp: int = Field(ge=0, le=10000)
    vat_bp: int = Field(ge=0, le=10000)
    note: str
    note_zh: str = ""
    free_orders: int = Field(default=0, ge=0)
    steps: tuple[Step, ...] = ()
    reason: str = "standard"

    @property
    def reads_history(self) -> bool:
        """Whether it depends on what was settled before."""
        return bool(self.free_orders or self.steps)

    def applied(self, *, orders_before: int, year_fen: int) -> "FeeRule":
        """The rule for a supplier that had so many orders settled, and so much released this year."""
        if orders_before < self.free_orders:
            return self.model_copy(update={"rate_bp": 0, "reason": "free"})
        reached = [step.rate_bp for step in self.steps if step.from_fen <= year_fen]
        rate = min(reached, default=self.rate_bp)
        if rate < self.rate_bp:
            return self.model_copy(update={"rate_bp": rate, "reason": "volume"})
        return self


@cache
def rules() -> tuple[FeeRule, ...]:
    """Every version of the rule, the oldest first."""
    found = [FeeRule.model_validate(rule) for rule in json.loads(DATA.read_text("utf-8"))]
    return tuple(sorted(found, key=lambda rule: rule.valid_from))


def rule_on(day: dt.date) -> FeeRule:
    """The rule in force on a day (the first one for days before it)."""
    return next((rule for rule in reversed(rules()) if rule.valid_from <= day), rules()[0])


@dataclass
class History:
    """What was settled for a supplier before: orders ever, and fen in the calendar year."""

    orders: int = 0
    year_fen: int = 0


async def histories_of(supplier_ids: Collection[UUID]) -> dict[UUID, History]:
    """The histories of suppliers, in two statements; none where today's rule asks for none.

    Read them with the suppliers' accounts locked: then nothing is settled beside them.
    """
    found: dict[UUID, History] = defaultdict(History)
    if not rule_on(clock.today()).reads_history:
        return found
    before = Settlement.filter(supplier_id__in=list(supplier_ids)).group_by("supplier_id")
    for supplier_id, count in await before.annotate(
        made=Count("order_id", distinct=True)
    ).values_list("supplier_id", "made"):
        found[supplier_id].orders = int(count)
    start = clock.start_of_day(clock.today().replace(month=1, day=1))
    for supplier_id, fen in (
        await before.filter(settled_at__gte=start)
        .annotate(made=Sum("gross_fen"))
        .values_list("supplier_id", "made")
    ):
        found[supplier_id].year_fen = int(fen)
    return found


def rule_after(history: History, *, is_counted: bool) -> FeeRule:
    """Today's rule as it applies to an order of a supplier, by what of its others was settled before;
    `is_counted`: the history has the order itself, a stage of it was released earlier."""
    rule = rule_on(clock.today())
    if not rule.reads_history:
        return rule
    return rule.applied(orders_before=history.orders - is_counted, year_fen=history.year_fen)


def fee_of(gross_fen: int, cash_fen: int, *, rule: FeeRule) -> Vat:
    """The fee on a release, rounded down, never more than the cash it is taken from."""
    return split_gross(min(apply_bp(gross_fen, rule.rate_bp), cash_fen), rule.vat_bp)
