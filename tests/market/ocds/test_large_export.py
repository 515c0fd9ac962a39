"""The export of a market of many jobs: valid package by package, mergeable, and nothing sealed in it.

20 jobs by default; MARKET_TEST_SCALE=500 makes the 10,000 of docs/performance.md.
"""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from market.bench import fill
from market.kit import clock
from market.ocds import packages
from market.ocds.compiling import compile_process
from market.ocds.models import Release
from market.ocds.publishing import ocid_of, publish_release
from market.orders.models import Contract
from market.orders.states import ContractStatus
from market.tendering.models import Award, Bid, Job
from market.tendering.states import AwardStatus, BidStatus, JobStatus
from tests.factories.accounts import make_organisation
from tests.market.ocds.test_ocds import HEAD, complaints, needs_standard, offline

__all__ = ["offline"]
JOBS = 20 * int(os.environ.get("MARKET_TEST_SCALE", "1"))
SEALED = "SEALED-"


async def make_market() -> None:
    """Two thirds of the jobs with three bids, opened with an award and a contract or sealed."""
    await fill.fill(JOBS)
    firms = [await make_organisation(kind="supplier") for _number in range(3)]
    jobs = await Job.filter(number__startswith="J-BENCH-").order_by("number")
    bids, awards, contracts = [], [], []
    for number, job in enumerate(jobs):
        if job.status != JobStatus.COMPLETED and number % 3:
            bids += [_bid(job, f"{SEALED}{number}-{place}") for place in range(3)]
        elif job.status == JobStatus.COMPLETED:
            own = [_bid(job, f"B-{number}-{place}") for place in range(3)]
            for place, bid in enumerate(own):
                bid.status = BidStatus.EVALUATED if place else BidStatus.AWARDED
                bid.bidder_id, bid.total_fen = firms[place].id, 1_000_001 + place * number
            bids += own
            awards.append(
                Award(number=f"AW-{number}", job=job, bid_id=own[0].id, rationale="最低价",
                      status=AwardStatus.ACTIVE)
            )  # fmt: skip
            contracts.append(
                Contract(
                    number=f"C-{number}", job=job, award_id=awards[-1].id, buyer_id=job.owner_id,
                    supplier_id=firms[0].id, status=ContractStatus.ACTIVE, terms={},
                    digest="0" * 64, total_fen=1_000_001, activated_at=clock.now(),
                )
            )  # fmt: skip
    await Bid.bulk_create(bids, batch_size=500)
    await Award.bulk_create(awards, batch_size=500)
    await Contract.bulk_create(contracts, batch_size=500)


def _bid(job: Job, number: str) -> Bid:
    return Bid(
        number=number, job=job, bidder_tag=number, status=BidStatus.SUBMITTED,
        submitted_at=clock.now(), unit_price=Decimal(1),
    )  # fmt: skip


@needs_standard
@pytest.mark.once
@pytest.mark.usefixtures("rollback", "offline")
async def test_a_large_market_is_exported_without_a_complaint(tmp_path: Path) -> None:
    await make_market()
    jobs = await Job.filter(number__startswith="J-BENCH-").order_by("number")
    for job in jobs:
        await publish_release(job.id)
    for job in jobs[::5]:
        await Job.filter(id=job.id).update(title=f"{job.title}（更正）")
        await publish_release(job.id)
    await packages.write_files(tmp_path)
    text = "".join(path.read_text() for path in sorted(tmp_path.iterdir()))
    assert SEALED not in text
    for path in sorted(tmp_path.glob("*-*.json")):
        assert complaints(json.loads(path.read_text()), tmp_path) == {}, path.name
    compiled = {
        found["ocid"]: {name: held for name, held in found.items() if name not in HEAD}
        for found in map(json.loads, (tmp_path / "compiled.jsonl").read_text().splitlines())
    }
    assert len(compiled) == JOBS
    for job in await Job.filter(number__startswith="J-BENCH-"):
        assert compiled[ocid_of(job)] == await compile_process(job)
    assert await Release.all().count() == JOBS + len(jobs[::5])
