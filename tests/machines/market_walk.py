"""Random people press random buttons at random moments: the walk itself and what must hold after each press."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from billing.twin import twin
from market import machines
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import Row
from market.kit.errors import AppError
from market.kit.outbox import drain
from market.kit.states import Stateful
from market.orders import batches, contracts, inspections, orders
from market.orders.forms import Finding
from market.orders.models import AcceptanceSample, Contract, DeliveryBatch, Milestone, Order
from market.tendering import access, awards, bids, jobs, questions
from market.tendering.models import Award, Bid, Job, Question
from market.tendering.states import CancelReason
from market.worker import HANDLERS, PERIODIC
from tests.factories import actor, make_organisation, tendering
from tests.factories.billing import pay_stage
from tests.factories.orders import Deal, deliver

BEGIN = dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)
_ELSEWHERE = ("search.", "market.notifications.")  # they change no row that has a status
_HANDLERS = {
    topic: tuple(h for h in registered if not h.__module__.startswith(_ELSEWHERE))
    for topic, registered in HANDLERS.items()
}
R = TypeVar("R", bound=Row)
_MODELS = {model.__name__: model for model in machines.machines()}


class Market:
    """One hospital, three firms, a clock that only moves forward, and a source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.now = BEGIN
        self.buyer = Actor()
        self.firms: list[Actor] = []
        self.pressed: list[str] = []
        self.buttons = BUTTONS

    async def begin(self) -> None:
        """Who there is."""
        self.buyer = await actor(await make_organisation(kind="demand"))
        self.firms = [await tendering.make_supplier() for _firm in range(3)]

    async def press(self, name: str) -> None:
        """One button. A refusal is an answer; anything else but success is a defect."""
        self.now += dt.timedelta(minutes=self.chance.randint(1, 90))
        with clock.frozen_at(self.now):
            try:
                await self.buttons[name](self)
            except AppError as exc:
                self.pressed.append(f"{name}: {type(exc).__name__}")
            else:
                self.pressed.append(name)

    async def some(self, model: type[R], **narrowed: Any) -> R:
        """A row by chance; NoRow when there is none."""
        rows = await model.filter(**narrowed).order_by("id")
        if not rows:
            raise NoRow
        return self.chance.choice(rows)

    def or_anybody(self, who: Actor) -> Actor:
        """Mostly the one whose button it is, sometimes somebody else."""
        return who if self.chance.random() < 0.85 else self.chance.choice([self.buyer, *self.firms])

    def firm(self) -> Actor:
        """A firm by chance."""
        return self.chance.choice(self.firms)

    async def deal(self, order: Order) -> Deal:
        """An order as the factories take it."""
        contract = await Contract.get(id=order.contract_id)
        supplier = next(x for x in self.firms if x.organisation_id == order.supplier_id)
        return Deal(contract, self.buyer, supplier, order)


class NoRow(AppError):
    """The button is not on any page now."""


async def _wait(market: Market) -> None:
    hours = market.chance.choice([1, 8, 24, 24 * 5, 24 * 20])
    market.now += dt.timedelta(hours=hours)
    with clock.frozen_at(market.now):
        for _seconds, task in PERIODIC:
            if not task.__module__.startswith(_ELSEWHERE):
                await task()
        await drain(_HANDLERS)


async def _post(market: Market) -> None:
    await tendering.published_job(by=market.or_anybody(market.buyer))


async def _ask(market: Market) -> None:
    await questions.ask_question(await market.some(Job), "数据是否脱敏？请说明。", by=market.firm())


async def _answer(market: Market) -> None:
    asked = await market.some(Question)
    await questions.answer_question(asked, "是，已去标识。", by=market.or_anybody(market.buyer))


async def _bid(market: Market) -> None:
    price = str(market.chance.randint(40, 95))
    await tendering.place_bid(await market.some(Job), by=market.firm(), unit_price=price)


async def _own_bid(market: Market) -> tuple[Bid, Actor]:
    bid, firm = await market.some(Bid), market.firm()
    return await access.own_bid(firm, bid.number), firm


async def _revise(market: Market) -> None:
    bid, firm = await _own_bid(market)
    await bids.revise_bid(bid, tendering.offer(unit_price="70"), by=firm)


async def _reconfirm(market: Market) -> None:
    bid, firm = await _own_bid(market)
    await bids.reconfirm_bid(bid, by=firm)


async def _withdraw(market: Market) -> None:
    bid, firm = await _own_bid(market)
    await bids.withdraw_bid(bid, by=firm)


async def _cancel(market: Market) -> None:
    if market.chance.random() < 0.3:
        row = await market.some(Job)
        by = market.or_anybody(market.buyer)
        await jobs.cancel_job(row, CancelReason.BUDGET_WITHDRAWN, "预算收回。", by=by)


async def _release(market: Market) -> None:
    job = await market.some(Job)
    try:
        await tendering.release(job, by=market.or_anybody(market.buyer))
    except AssertionError:
        raise NoRow from None


async def _score(market: Market) -> None:
    bid = await market.some(Bid)
    mark = market.chance.choice(["1", "3", "5"])
    await tendering.score(bid, mark, by=market.or_anybody(market.buyer))


async def _decide(market: Market) -> None:
    bid = await market.some(Bid)
    await awards.award_bid(bid, "综合得分最高，满足全部要求。", by=market.or_anybody(market.buyer))


async def _take_back(market: Market) -> None:
    row = await market.some(Award)
    await awards.cancel_award(row, "发现计分有误，重新评审。", by=market.or_anybody(market.buyer))


async def _sign(market: Market) -> None:
    contract = await market.some(Contract)
    by = market.chance.choice([market.buyer, *market.firms])
    await contracts.sign_contract(contract, digest=contract.digest, by=by)


async def _refuse(market: Market) -> None:
    if market.chance.random() < 0.2:
        contract = await market.some(Contract)
        await contracts.refuse_contract(contract, reason="条款有误。", by=market.firm())


async def _pay(market: Market) -> None:
    deal = await market.deal(await market.some(Order))
    await pay_stage(deal, twin(), position=market.chance.choice([1, 1, 2]))


async def _cancel_order(market: Market) -> None:
    if market.chance.random() < 0.2:
        order = await market.some(Order)
        await orders.cancel_order(order, reason="计划取消。", by=market.or_anybody(market.buyer))


async def _deliver(market: Market) -> None:
    deal = await market.deal(await market.some(Order))
    reworked = await DeliveryBatch.filter(order=deal.order, status__in=("planned", "rework"))
    batch = market.chance.choice(reworked) if reworked else None
    await deliver(deal, quantity=market.chance.choice(["2000", "10000"]), batch=batch)


async def _draw(market: Market) -> None:
    await inspections.draw_sample(
        await market.some(DeliveryBatch), by=market.or_anybody(market.buyer)
    )


async def _inspect(market: Market) -> None:
    batch = await market.some(DeliveryBatch)
    sample = await AcceptanceSample.get_or_none(batch=batch, round=batch.round)
    items = sample.items if sample else ["none.png"]
    found = items[: market.chance.choice([0, 0, 1, 60])]
    findings = [Finding(item=name, defect="missed") for name in found]
    await inspections.record_inspection(batch, findings, by=market.or_anybody(market.buyer))


async def _rework(market: Market) -> None:
    await batches.start_rework(await market.some(DeliveryBatch), by=market.firm())


BUTTONS: dict[str, Callable[[Market], Coroutine[Any, Any, None]]] = {
    "wait": _wait, "post": _post, "ask": _ask, "answer": _answer, "bid": _bid, "revise": _revise,
    "reconfirm": _reconfirm, "withdraw": _withdraw, "cancel": _cancel, "release": _release,
    "score": _score, "decide": _decide, "take back": _take_back, "sign": _sign, "refuse": _refuse,
    "pay": _pay, "cancel order": _cancel_order, "deliver": _deliver, "draw": _draw,
    "inspect": _inspect, "rework": _rework,
}  # fmt: skip
TENDERING = ("post", "ask", "answer", "bid", "bid", "revise", "reconfirm", "withdraw", "cancel", "wait",
             "wait", "release", "score", "score", "decide", "take back", "sign", "refuse")  # fmt: skip
ORDERS = ("wait", "sign", "pay", "pay", "cancel order", "deliver", "draw", "inspect", "rework")


async def faults() -> list[str]:
    """What must always hold and does not."""
    checks: tuple[Callable[[], Awaitable[list[str]]], ...] = (
        _unexplained_statuses, _unsealed_bids, _double_awards, _wrong_money,
    )  # fmt: skip
    return [fault for check in checks for fault in await check()]


async def _unexplained_statuses() -> list[str]:
    """Every status is the end of a declared path that starts where rows start, one entry for each step."""
    found = []
    steps: dict[tuple[str, Any], list[audit.LogEntry]] = {}
    for entry in await audit.LogEntry.filter(action__startswith="status:").order_by("id"):
        steps.setdefault((entry.subject_type, entry.subject_id), []).append(entry)
    for name, model in _MODELS.items():
        for row in await model.all():
            found += _path_faults(model, row, steps.get((name, row.id), []))
    return found


def _path_faults(model: type[Stateful], row: Any, steps: list[audit.LogEntry]) -> list[str]:
    starts = {str(model.initial()), *map(str, model.OTHER_STARTS)}
    path = [steps[0].before["status"] if steps else str(row.status)]
    for step in steps:
        old, new = step.before["status"], step.after["status"]
        declared = {str(status) for status in model.TRANSITIONS[type(model.initial())(old)]}
        if old != path[-1] or new not in declared:
            return [f"{model.__name__}: {' > '.join(path)}, then {old} > {new}"]
        path.append(new)
    if path[0] in starts and path[-1] == row.status:
        return []
    return [f"{model.__name__}: {row.status}, but by the log {' > '.join(path)}"]


async def _unsealed_bids() -> list[str]:
    told = await Bid.filter(job__opened_at=None).exclude(bidder_id=None, unit_price=None)
    return [f"bid {bid.number} is told before the opening" for bid in told]


async def _double_awards() -> list[str]:
    live = await Award.filter(status__in=("pending", "active")).values_list("job_id", flat=True)
    return [f"two live awards of job {job}" for job in set(live) if list(live).count(job) > 1]


async def _wrong_money() -> list[str]:
    over = [o for o in await Order.all() if not 0 <= o.accepted_quantity <= o.quantity]
    early = await Order.filter(
        status="completed", batches__status__in=("planned", "submitted", "sampling")
    )
    return [
        *(f"order {o.number}: {o.accepted_quantity} accepted" for o in over),
        *(f"order {o.number} is completed with a batch open" for o in early),
        *[fault for o in await Order.all() for fault in await _wrong_stages(o)],
    ]


async def _wrong_stages(order: Order) -> list[str]:
    """The stages sum to the total, and no dispute took more off one than it is worth."""
    rows = await Milestone.filter(order=order)
    split = sum(row.amount_fen for row in rows)
    return [f"order {order.number}: stages of {split}"] * (split != order.total_fen) + [
        f"order {order.number}: stage {row.position} is worth less than nothing"
        for row in rows
        if row.amount_fen < row.reduced_fen
    ]
