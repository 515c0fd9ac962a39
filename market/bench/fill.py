"""Bulk rows for benchmarks: realistic in size and spread, written straight to the tables."""

import datetime as dt
import random
from decimal import Decimal

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.kit import clock
from market.tendering.models import Job
from market.tendering.states import JobStatus
from market.vocabulary import annotation, industries

BATCH = 500
SUMMARY = (
    "对去标识影像逐层勾画并标注位置、大小与征象，双人双盲，副主任医师仲裁；数据不得离院，须院内专网驻场作业，"
    "按 GB/T 2828.1 抽样验收，一次验收通过率不低于百分之九十五，返工不另计价。"
)


async def fill(jobs: int) -> str:
    """Write one owner and `jobs` jobs unless they are there; returns the number of an open job."""
    if await Job.filter(number__startswith="J-BENCH-").count() < jobs:
        owner = await Organisation.create(
            number="O-BENCH-1",
            kind=OrganisationKind.DEMAND,
            status=OrganisationStatus.ACTIVE,
            name="基准测试医院",
            org_type="public_institution",
            region_code="370100",
        )
        for start in range(0, jobs, BATCH):
            await Job.bulk_create([_job(owner, n) for n in range(start, min(start + BATCH, jobs))])
    first = await Job.filter(status=JobStatus.OPEN_BIDDING).order_by("-id").first()
    assert first is not None
    return first.number


def _job(owner: Organisation, n: int) -> Job:
    chance = random.Random(n)  # noqa: S311 - reproducible rows, nothing secret
    modality = chance.choice(list(annotation.MODALITIES.values())).zh
    return Job(
        number=f"J-BENCH-{n:07d}",
        owner_id=owner.id,
        status=JobStatus.OPEN_BIDDING if n % 4 else JobStatus.COMPLETED,
        title=f"{modality}标注项目 第{n}批（多中心，三级质检）",
        summary=SUMMARY,
        region_code="370100",
        industry=chance.choice(list(industries.INDUSTRIES.values())).zh,
        modality=modality,
        task_types=["病灶分割", "属性标注"],
        volume=Decimal(chance.randint(100, 100000)),
        unit="张",
        budget_fen=chance.randint(10**6, 10**9),
        ceiling_unit_price=Decimal("1.5"),
        bid_deadline_at=clock.now() + dt.timedelta(days=chance.randint(5, 60)),
        delivery_deadline=clock.today() + dt.timedelta(days=120),
        published_at=clock.now(),
        quality={"accuracy": 0.97},
        required_certs=["等保三级"],
    )
