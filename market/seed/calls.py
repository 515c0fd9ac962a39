"""One open call for each other procedure, a pool with members, and a job whose lots go to several firms."""

import datetime as dt
from decimal import Decimal
from typing import Any

from market.accounts.models import Organisation
from market.kit import clock
from market.kit.actor import Actor
from market.pools import memberships, pools
from market.pools.forms import AdmissionInput, PoolInput
from market.pools.models import Pool
from market.seed import panels
from market.seed.deals import Cast, drain
from market.tendering import (
    awards,
    bids,
    ceremony,
    jobs,
    locks,
    lots,
    opening_access,
    questions,
    stages,
)
from market.tendering.drafts import JobDraft
from market.tendering.forms import BidInput
from market.tendering.locks import LockInput
from market.tendering.models import Bid, Job, Lot
from market.tendering.states import JobKind

FIRMS = ("DS01", "DS02", "DS04", "DS05", "DS07")
LOTS = (("城区道路", 12_000, "96000"), ("高速公路", 8_000, "64000"), ("园区与港口", 5_000, "40000"))


async def play_calls(cast: Cast) -> None:
    """Everything, in the order in which one leans on the other."""
    with clock.frozen_at(clock.now() - dt.timedelta(days=45)):
        pool = await _pool(cast)
    await _lotted(cast)
    with clock.frozen_at(clock.now() - dt.timedelta(days=2)):
        for procedure, title, config in await _open_calls(cast, pool):
            job = await _publish(cast.company, title, procedure, config)
            if procedure not in ("direct", "invited"):
                await _ask(job, cast)
        await drain()


async def hold_back(cast: Cast, province: Actor) -> None:
    """The province reviews every challenge before it is published, and one waits for it."""
    with clock.frozen_at(clock.now() - dt.timedelta(days=1)):
        rule = {"field": "needs_review", "procedure": "challenge", "value": "yes",
                "reason": "揭榜挂帅任务须经主管部门审核后发榜", "document": "演示文件〔2026〕1号"}  # fmt: skip
        await locks.set_lock(LockInput.model_validate(rule), by=province)
        limit = {
            "field": "stand_still_days",
            "minimum": "1",
            "reason": "中标结果至少公示一个工作日",
        }
        await locks.set_lock(LockInput.model_validate(limit), by=province)
        title = "多病种影像思维链标注攻关（揭榜挂帅，待审核）"
        await _publish(cast.company, title, "challenge", {})
        await drain()


async def _pool(cast: Cast) -> Pool:
    """The company's pool with two members and an application that waits."""
    wanted = PoolInput(
        title="图像与点云标注预选库", modalities=["图像", "点云"],
        summary="道路、园区与农业场景的拉框、分割与 3D 框标注，按季度简短比选。",
        valid_until=clock.today() + dt.timedelta(days=365),
    )  # fmt: skip
    pool = await pools.draft_pool(wanted, by=cast.company)
    pool = await pools.open_pool(pool, by=cast.company)
    for name in ("DS04", "DS07", "DS05"):
        place = await memberships.apply_to_pool(pool, "三年同类项目经验。", by=cast.suppliers[name])
        if name != "DS05":
            decision = AdmissionInput(decision="admit", reason="同类业绩与设备核验通过。")
            await memberships.decide_application(place, decision, by=cast.company)
    await drain()
    return pool


async def _open_calls(cast: Cast, pool: Pool) -> list[tuple[str, str, dict[str, Any]]]:
    ids = [cast.suppliers[name].organisation_id for name in FIRMS]
    firms = await Organisation.filter(id__in=ids).order_by("number")
    numbers = [firm.number for firm in firms]
    return [
        ("open", "城市道路语义分割标注（公开招标）", {"bid_deposit_fen": 300_000}),
        ("invited", "自动泊车场景拉框标注（邀请招标）", {"invited": numbers[:4]}),
        ("pool", "园区巡检图像拉框标注（预选库竞争）", {"pool": pool.number}),
        ("two_stage", "工业缺陷分割标注（两阶段，盲测试标）", {"minimum_bids": 2}),
        ("consultation", "遥感影像地块分割标注（竞争性磋商）", {"minimum_bids": 2}),
        ("enquiry", "交通标志拉框标注（询价）", {}),
        ("quote", "仓储货架图像拉框标注（小额比价）", {}),
        ("challenge", "长尾场景自动标注攻关（揭榜挂帅）", {}),
        ("direct", "存量道路数据集补标（直接委托）", {"invited": numbers[:1], "reason": "continuation"}),
    ]  # fmt: skip


def _draft(title: str, procedure: str, config: dict[str, Any], volume: int) -> JobDraft:
    today = clock.today()
    asked = clock.add_working_days(today, 7)
    closed = clock.add_working_days(asked, 6)
    return JobDraft(
        title=title, summary=f"{title}：双人互检，疑难样例由项目经理仲裁，按 GB/T 2828.1 抽样验收。",
        kind=JobKind.CHALLENGE if procedure == "challenge" else JobKind.ANNOTATION,
        industry="交通运输", modality="图像", task_types=["2D框"], dataset_type="行业通识数据集",
        volume=Decimal(volume), unit="张", readers_per_item=2, quality={"accuracy": 0.95},
        budget_fen=volume * 8 * 100, ceiling_unit_price=Decimal(8), has_no_state_secrets=True,
        procedure=procedure, procedure_config=config,
        question_deadline_at=clock.start_of_day(asked) + dt.timedelta(hours=17),
        bid_deadline_at=clock.start_of_day(closed) + dt.timedelta(hours=10),
        delivery_deadline=closed + dt.timedelta(days=120),
    )  # fmt: skip


async def _publish(buyer: Actor, title: str, procedure: str, config: dict[str, Any]) -> Job:
    job = await jobs.draft_job(_draft(title, procedure, config, 20_000), by=buyer)
    return await jobs.publish_job(job, by=buyer)


async def _ask(job: Job, cast: Cast) -> None:
    text = "遮挡超过一半的目标是否需要标注？"
    await questions.ask_question(job, text, by=cast.suppliers["DS04"])


async def _lotted(cast: Cast) -> None:
    """Three lots, bid for by three firms, awarded to the first of each."""
    buyer, start = cast.company, clock.now() - dt.timedelta(days=40)
    with clock.frozen_at(start):
        volume = sum(volume for _title, volume, _budget in LOTS)
        rules = {"minimum_bids": 1, "stand_still_days": 1}
        draft = _draft("多场景道路图像拉框标注（三个分包）", "open", rules, volume)
        job = await jobs.draft_job(draft, by=buyer)
        rows = [{"title": t, "volume": v, "budget_fen": b} for t, v, b in LOTS]
        await lots.save_lots(job, lots.from_rows(rows), by=buyer)
        job = await jobs.publish_job(job, by=buyer)
    with clock.frozen_at(start + dt.timedelta(days=3)):
        for lot in await lots.lots_of(job):
            for place, name in enumerate(("DS01", "DS04", "DS07"), 1):
                ahead = place == lot.position
                await bids.place_bid(
                    job, _offer(lot, "6.2" if ahead else "7.1"), lot=lot, by=cast.suppliers[name]
                )
        await drain()
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(minutes=5)):
        await stages.close_bidding(job.id)
        share = await opening_access.own_share(buyer, job)
        assert share is not None
        await ceremony.release_share(share, cast.keys[share.organisation_id], by=buyer)
        await drain()
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(days=1)):
        await _award_lots(job, buyer)


async def _award_lots(job: Job, buyer: Actor) -> None:
    await panels.judge_alone(job, by=buyer)
    for lot in await lots.lots_of(job):
        best = await Bid.filter(lot=lot, status="evaluated").order_by("rank").first()
        assert best is not None
        await awards.award_bid(best, "本包综合得分第一，满足全部资格要求。", by=buyer)
    await drain()


def _offer(lot: Lot, price: str) -> BidInput:
    return BidInput.model_validate(
        {"unit_price": price, "delivery_days": 60, "daily_capacity": str(lot.volume // 40),
         "proposal": "两级质检加仲裁，每周提交质量报告。"}
    )  # fmt: skip
