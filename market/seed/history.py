"""Two months of other buyers' lots: enough contracts of a task and month for prices to be published."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.accounts.states import OrganisationKind
from market.bureau.periods import current_month, shifted
from market.imports.organisations import Identity, organisation_for
from market.kit import clock
from market.kit.actor import Actor
from market.orders import contracts
from market.orders.contract_forms import DraftInput
from market.orders.models import Contract
from market.seed import panels
from market.seed.deals import Cast, demo_code, drain
from market.tendering import awards, bids, ceremony, jobs, lots, opening_access, stages
from market.tendering.drafts import JobDraft
from market.tendering.forms import BidInput
from market.tendering.models import Award, Bid, Job

# Nobody prepays here, so that no order of theirs stands as overdue.
TERMS = DraftInput(
    advance_percent=Decimal(0), acceptance_percent=Decimal(95), retention_percent=Decimal(5)
)


@dataclass(frozen=True)
class Line:
    """What a buyer has labelled every month, in lots by place; winning prices by months ago."""

    buyer: str
    region: str
    title: str
    task: str
    industry: str
    modality: str
    unit: str
    ceiling: str
    volume: int
    places: tuple[str, ...]
    firms: tuple[str, ...]
    prices: dict[int, tuple[str, ...]]


LINES = (
    Line(
        "泉城政务热线服务中心（演示）", "370100", "政务热线语音转写", "语音转写", "政务服务", "语音",
        "有效小时", "130", 400, ("历下区", "市中区", "槐荫区", "天桥区", "历城区"),
        ("DS05", "DS08", "DS06", "DS03", "DS09"),
        {2: ("96", "98", "101", "104", "99"), 1: ("104", "107", "110", "103", "112")},
    ),
    Line(
        "琴岛智慧交通集团（演示）", "370200", "路口抓拍图像拉框标注", "2D框", "交通运输", "图像",
        "张", "8", 6000, ("市南区", "市北区", "李沧区", "崂山区", "城阳区"),
        ("DS04", "DS07", "DS03", "DS06", "DS08"),
        {2: ("6.8", "6.5", "7.1", "6.9", "7.3"), 1: ("6.4", "6.6", "6.2", "6.9", "6.5")},
    ),
)  # fmt: skip


async def found_buyers() -> None:
    """The buyers, verified; nobody signs in for them."""
    for line in LINES:
        code = demo_code("91", line.region)
        identity = Identity(name=line.buyer, uscc=code, region_code=line.region)
        await organisation_for(identity, kind=OrganisationKind.DEMAND, by=Actor.system("seed"))


async def play_history(cast: Cast) -> None:
    """Every line, the earlier month first; what it caused is handled at its time."""
    for line in LINES:
        for months_ago in sorted(line.prices, reverse=True):
            await _round(line, months_ago, cast)


async def _round(line: Line, months_ago: int, cast: Cast) -> None:
    """A month's call from its publication to contracts in force on the twelfth."""
    buyer = cast.keyed[line.buyer]
    month = dt.date.fromisoformat(f"{shifted(current_month(), -months_ago)}-12")
    signed_at = clock.start_of_day(month) + dt.timedelta(hours=10)
    with clock.frozen_at(signed_at - dt.timedelta(days=40)):
        job = await _publish(line, buyer)
    with clock.frozen_at(signed_at - dt.timedelta(days=38)):
        await _bid(line, line.prices[months_ago], job, cast)
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(minutes=5)):
        await _award(job, buyer, cast)
    with clock.frozen_at(signed_at):
        for award in await Award.filter(job=job).order_by("id"):
            await awards.activate_award(award)
        await drain()
        for contract in await Contract.filter(job=job).order_by("id"):
            contract = await contracts.settle_draft(contract, TERMS, by=buyer)
            winner = next(
                by for by in cast.suppliers.values() if by.organisation_id == contract.supplier_id
            )
            for side in (buyer, winner):
                contract = await contracts.sign_contract(contract, digest=contract.digest, by=side)
        await drain()


async def _publish(line: Line, buyer: Actor) -> Job:
    asked = clock.add_working_days(clock.today(), 4)
    closed = clock.add_working_days(asked, 5)
    ceiling = Decimal(line.ceiling)
    draft = JobDraft(
        title=f"{line.title}（按区分包）", industry=line.industry, modality=line.modality,
        unit=line.unit, task_types=[line.task], dataset_type="行业通识数据集",
        summary=f"{line.title}：双人互检，疑难样例由项目经理仲裁，按 GB/T 2828.1 抽样验收。",
        volume=Decimal(line.volume * len(line.places)), readers_per_item=2,
        quality={"accuracy": 0.95}, ceiling_unit_price=ceiling, has_no_state_secrets=True,
        budget_fen=int(ceiling * line.volume * len(line.places) * 100), procedure="open",
        procedure_config={"minimum_bids": 1, "stand_still_days": 1},
        question_deadline_at=clock.start_of_day(asked) + dt.timedelta(hours=17),
        bid_deadline_at=clock.start_of_day(closed) + dt.timedelta(hours=10),
        delivery_deadline=closed + dt.timedelta(days=150),
    )  # fmt: skip
    job = await jobs.draft_job(draft, by=buyer)
    rows: list[dict[str, Any]] = [
        {"title": place, "volume": line.volume, "budget_fen": str(ceiling * line.volume)}
        for place in line.places
    ]
    await lots.save_lots(job, lots.from_rows(rows), by=buyer)
    return await jobs.publish_job(job, by=buyer)


async def _bid(line: Line, prices: tuple[str, ...], job: Job, cast: Cast) -> None:
    """Two firms for each lot, another pair each time; the first bids less."""
    for place, lot in enumerate(await lots.lots_of(job)):
        pair = (line.firms[place], line.firms[(place + 2) % len(line.firms)])
        dearer = Decimal(prices[place]) * Decimal("1.08")
        for name, price in zip(pair, (prices[place], f"{dearer:.2f}"), strict=True):
            offer = {
                "unit_price": price, "delivery_days": 120, "daily_capacity": str(line.volume // 20),
                "proposal": f"{lot.title}：两级质检加仲裁，每周提交质量报告。",
            }  # fmt: skip
            await bids.place_bid(
                job, BidInput.model_validate(offer), lot=lot, by=cast.suppliers[name]
            )  # fmt: skip


async def _award(job: Job, buyer: Actor, cast: Cast) -> None:
    await stages.close_bidding(job.id)
    share = await opening_access.own_share(buyer, job)
    assert share is not None
    await ceremony.release_share(share, cast.keys[share.organisation_id], by=buyer)
    await drain()
    await panels.judge_alone(job, by=buyer)
    for lot in await lots.lots_of(job):
        best = await Bid.filter(lot=lot, status="evaluated").order_by("rank").first()
        assert best is not None
        await awards.award_bid(best, "本包综合得分第一，满足全部资格要求。", by=buyer)
