"""A job of two envelopes whose blind pilot has been scored for two firms; its buyer is about to judge."""

import datetime as dt
from decimal import Decimal

from market.kit import clock
from market.kit.actor import Actor
from market.metrics.files import LabelFile
from market.pilots import items, preparation, rounds, submissions
from market.pilots.forms import PilotInput
from market.pilots.models import Pilot, PilotSubmission
from market.seed.deals import Cast, drain
from market.tendering import attachments, bids, ceremony, jobs, opening_access, stages
from market.tendering.drafts import JobDraft
from market.tendering.forms import Attachment, BidInput
from market.tendering.models import Bid, Job

TITLE = "设备检修记录缺陷等级标注（两阶段，盲测试标已出分）"
BIDDERS = {"DS01": "3.2", "DS02": "2.9"}
GOLD = {
    "轴承温度持续偏高，停机检查": "严重", "外壳漆面轻微划痕": "轻微", "联轴器螺栓断裂一枚": "严重",
    "指示灯偶发闪烁": "一般", "润滑油位略低，已补": "轻微", "电缆护套开裂露芯": "严重",
    "滤网积灰，建议清洗": "一般", "铭牌字迹模糊": "轻微",
}  # fmt: skip
WRONG = {"DS01": 1, "DS02": 3}  # how many of its answers each firm gets wrong
DAYS_AGO = 50


async def play_pilot(cast: Cast) -> None:
    """Published, bid for with files, shortlisted, piloted, and the prices opened."""
    buyer, start = cast.company, clock.now() - dt.timedelta(days=DAYS_AGO)
    with clock.frozen_at(start):
        job = await jobs.publish_job(await jobs.draft_job(_draft(), by=buyer), by=buyer)
    with clock.frozen_at(start + dt.timedelta(days=3)):
        for name, price in BIDDERS.items():
            await _bid(job, price, by=cast.suppliers[name])
        await drain()
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(minutes=5)):
        await stages.close_bidding(job.id)
        await _release(job, cast)
        passed = await Bid.filter(job=job)
        await stages.shortlist(await Job.get(id=job.id), passed, {}, by=buyer)
        pilot = await _prepare(await Job.get(id=job.id), by=buyer)
        for name, wrong in WRONG.items():
            await _answer(pilot, wrong, by=cast.suppliers[name])
        await drain()
    assert pilot.closes_at is not None
    with clock.frozen_at(pilot.closes_at + dt.timedelta(minutes=1)):
        await rounds.release_due_pilots()
        await _release(await Job.get(id=job.id), cast)
        await drain()


def _draft() -> JobDraft:
    today = clock.today()
    asked = clock.add_working_days(today, 5)
    closed = clock.add_working_days(asked, 4)
    return JobDraft(
        title=TITLE, summary="逐条判定检修记录的缺陷等级，双人互检，入围者先盲测试标，分数计入评分。",
        industry="工业制造", modality="文本", task_types=["文本分类"], dataset_type="行业通识数据集",
        volume=Decimal(40_000), unit="条", readers_per_item=2, quality={"accuracy": 0.95},
        budget_fen=40_000 * 4 * 100, ceiling_unit_price=Decimal(4), has_no_state_secrets=True,
        procedure="two_stage",
        procedure_config={
            "minimum_bids": 2, "judges_needed": 1, "judging_days": 60,
            "pilot": {"metric": "accuracy", "days": 3, "is_paid": False, "fee_fen": 0,
                      "threshold": "0.6"},
        },
        question_deadline_at=clock.start_of_day(asked) + dt.timedelta(hours=17),
        bid_deadline_at=clock.start_of_day(closed) + dt.timedelta(hours=10),
        delivery_deadline=closed + dt.timedelta(days=150),
    )  # fmt: skip


async def _bid(job: Job, price: str, *, by: Actor) -> None:
    plan = Attachment("技术方案.md", "# 技术方案\n\n双人互检，分歧由工艺工程师仲裁。\n".encode())
    rate = Attachment("报价测算.csv", f"项目,单价\n标注与互检,{price}\n".encode(), is_price=True)
    offer = BidInput.model_validate(
        {"unit_price": price, "delivery_days": 45, "daily_capacity": "1500",
         "proposal": "双人互检加工程师仲裁，每周提交质量报告。"}
    )  # fmt: skip
    sealed = await attachments.seal_files(job, None, [plan, rate], by=by)
    await bids.place_bid(job, offer, files=sealed, by=by)


async def _release(job: Job, cast: Cast) -> None:
    share = await opening_access.own_share(cast.company, job)
    assert share is not None, "the buyer holds a share"
    await ceremony.release_share(share, cast.keys[share.organisation_id], by=cast.company)


async def _prepare(job: Job, *, by: Actor) -> Pilot:
    texts = [f"记录{n:02d},{text}" for n, text in enumerate(GOLD, 1)]
    grades = [f"记录{n:02d},{grade}" for n, grade in enumerate(GOLD.values(), 1)]
    asked = PilotInput(
        metric="accuracy", instructions="为每条检修记录判定缺陷等级：轻微、一般、严重。"
    )
    await preparation.prepare(
        job,
        asked,
        _table("检修记录.csv", "id,text", texts),
        _table("等级.csv", "id,label", grades),
        by=by,
    )
    return await Pilot.get(job=job)


async def _answer(pilot: Pilot, wrong: int, *, by: Actor) -> None:
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    names = items.names_for(pilot, by.organisation_id)
    grades = ["一般" if n < wrong else grade for n, grade in enumerate(GOLD.values())]
    rows = [f"{names[f'记录{n:02d}']},{grade}" for n, grade in enumerate(grades, 1)]
    part = await PilotSubmission.get(pilot=pilot, bidder_id=by.organisation_id)
    await submissions.send_answers(part, _table("答案.csv", "id,label", rows), by=by)


def _table(name: str, heading: str, rows: list[str]) -> LabelFile:
    return LabelFile(name, "\n".join((heading, *rows, "")).encode())
