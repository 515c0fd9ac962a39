"""`market bench tendering`: a job of 500 bids, 20 lots and 5 judges, made through the verbs, and its pages."""

import asyncio
import datetime as dt
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import httpx
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp
from tortoise import Tortoise

from market.accounts import opening_keys, people
from market.accounts.models import Membership, Organisation, Person
from market.accounts.sessions import COOKIE, start_session
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.bench.load import Outcome
from market.bench.web import scratch_folder
from market.kit import clock, db
from market.kit.actor import Actor
from market.settings import settings
from market.tendering import (
    awards,
    bids,
    ceremony,
    evaluation,
    jobs,
    judging,
    lots,
    opening_access,
    panel,
    stages,
)
from market.tendering.drafts import JobDraft
from market.tendering.forms import BidInput
from market.tendering.judging_forms import DeclarationInput, JudgeInput, SheetInput
from market.tendering.models import Award, Bid, Job

LOTS, RIVALS, JUDGES = 20, 25, 5
LOT_VOLUME, CEILING = 1000, 9
REQUESTS = 40
TARGET_MS = 300
PROPOSAL = "两级质检加第三人仲裁，项目经理驻场，每周提交质量报告与返工清单。" * 20
NO_PASSWORD = "!"  # noqa: S105 - a hash that no password has
console = Console(stderr=True)


@dataclass
class Measured:
    """One job, whom its pages are read as, and what the verbs took in seconds."""

    job: str
    people: dict[str, Person] = field(default_factory=dict)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> (reader, address)
    verbs: dict[str, float] = field(default_factory=dict)


@dataclass
class Reading:
    """How long the answers of one address took: by the clock, and of this process's processor time."""

    wall: Outcome = field(default_factory=Outcome)
    cpu: Outcome = field(default_factory=Outcome)


@contextmanager
def _timed(into: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    into[name] = time.perf_counter() - start


def run(create_app: Callable[[], ASGIApp], *, as_json: bool, requests: int = REQUESTS) -> None:
    """Fill a throw-away database, read the pages one after the other, print p50 and p95.

    On a machine that others use, the processor time says what the wall clock cannot.
    """
    with scratch_folder():
        url = f"sqlite://{settings.market_data_dir}/bench.sqlite3"
        found, rows = asyncio.run(_measure(create_app(), url, requests))
    if as_json:
        pages = {
            name: {"wall": _figures(reading.wall), "cpu": _figures(reading.cpu)}
            for name, reading in rows.items()
        }
        print(json.dumps({"verbs_seconds": found.verbs, "pages_ms": pages}, indent=2))
    else:
        _print(found, rows)


async def _measure(app: ASGIApp, url: str, requests: int) -> tuple[Measured, dict[str, Reading]]:
    await db.connect(url)
    await Tortoise.generate_schemas()
    try:
        with console.status(f"{LOTS * RIVALS} bids on {LOTS} lots, {JUDGES} judges"):
            found = await _fill()
        return found, {
            name: await _read(app, found, *page, requests) for name, page in found.pages.items()
        }
    finally:
        await db.disconnect()


async def _read(app: ASGIApp, found: Measured, reader: str, address: str, requests: int) -> Reading:
    reading, person = Reading(), found.people.get(reader)
    async with _browser(app, await start_session(person) if person else None) as http:
        for _warm in range(2):
            (await http.get(address)).raise_for_status()
        for _n in range(requests):
            start, used = time.perf_counter(), time.process_time()
            (await http.get(address)).raise_for_status()
            reading.wall.latencies_ms.append((time.perf_counter() - start) * 1000)
            reading.cpu.latencies_ms.append((time.process_time() - used) * 1000)
    return reading


@asynccontextmanager
async def _browser(app: ASGIApp, cookie: str | None) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    cookies = {COOKIE: cookie} if cookie else {}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://bench", cookies=cookies, timeout=60
    ) as http:
        yield http


async def _organisation(number: int, kind: OrganisationKind, found: Measured, name: str) -> Actor:
    person = await people.create_person(
        f"{name}{number}@bench.example", name=f"{name}{number}", password_hash=NO_PASSWORD,
        confirmed=True,
    )  # fmt: skip
    body = await Organisation.create(
        number=f"O-BENCH-{name}-{number}", kind=kind, status=OrganisationStatus.ACTIVE,
        name=f"基准测试{name}{number}", org_type="enterprise", region_code="370100",
    )  # fmt: skip
    await Membership.create(person=person, organisation=body, role=Role.OWNER)
    found.people[f"{name}{number}"] = person
    return Actor(
        person_id=person.id, name=person.name, organisation_id=body.id, organisation_name=body.name,
        kind=kind.value, role="owner", region_code="370100", verified=True,
    )  # fmt: skip


async def _fill() -> Measured:
    found = Measured(job="")
    start = clock.now() - dt.timedelta(days=30)
    with clock.frozen_at(start):
        owner = await _organisation(0, OrganisationKind.DEMAND, found, "owner")
        pair = await opening_keys.new_pair("benchmark-opening-passphrase")
        await opening_keys.keep_key(pair, by=owner)
        firms = [
            await _organisation(n, OrganisationKind.SUPPLIER, found, "firm") for n in range(RIVALS)
        ]
        job = await _publish(owner)
    with clock.frozen_at(start + dt.timedelta(hours=1)), _timed(found.verbs, "place 500 bids"):
        for lot in await lots.lots_of(job):
            for n, firm in enumerate(firms):
                price = Decimal(CEILING) - Decimal(n + lot.position) / 20
                await bids.place_bid(job, _offer(price), lot=lot, by=firm)
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(minutes=1)):
        with _timed(found.verbs, "open 500 bids"):
            await stages.close_bidding(job.id)
            share = await opening_access.own_share(owner, job)
            assert share is not None, "the owner holds a share"
            await ceremony.release_share(share, pair.private, by=owner)
        await _judge(await Job.get(id=job.id), owner, found)
    found.job = job.number
    await _addresses(found, await Job.get(id=job.id), owner)
    return found


async def _publish(owner: Actor) -> Job:
    today = clock.today()
    asked = clock.add_working_days(today, 5)
    closed = clock.add_working_days(asked, 6)
    draft = JobDraft(
        title="二十个标段的道路图像拉框标注", summary=PROPOSAL, industry="交通运输", modality="图像",
        task_types=["2D框"], dataset_type="行业通识数据集", volume=Decimal(LOTS * LOT_VOLUME),
        unit="张", quality={"accuracy": 0.95}, budget_fen=LOTS * LOT_VOLUME * CEILING * 100,
        ceiling_unit_price=Decimal(CEILING), has_no_state_secrets=True, procedure="open",
        procedure_config={"minimum_bids": 1, "judges_needed": JUDGES},
        question_deadline_at=clock.start_of_day(asked) + dt.timedelta(hours=17),
        bid_deadline_at=clock.start_of_day(closed) + dt.timedelta(hours=10),
        delivery_deadline=closed + dt.timedelta(days=120),
    )  # fmt: skip
    job = await jobs.draft_job(draft, by=owner)
    budget = str(LOT_VOLUME * CEILING)
    rows = [
        {"title": f"第{n + 1}标段", "volume": LOT_VOLUME, "budget_fen": budget} for n in range(LOTS)
    ]
    await lots.save_lots(job, lots.from_rows(rows), by=owner)
    return await jobs.publish_job(job, by=owner)


def _offer(price: Decimal) -> BidInput:
    return BidInput.model_validate(
        {"unit_price": str(price), "delivery_days": 60, "daily_capacity": "200",
         "proposal": PROPOSAL}
    )  # fmt: skip


async def _judge(job: Job, owner: Actor, found: Measured) -> None:
    """Four judges hand in; the fifth's page is measured before it does, which is then timed."""
    sheet = SheetInput.model_validate(
        {"technical": "4", "quality": "3.5", "schedule": "4", "comment": "方案完整。"}
    )
    for n in range(JUDGES):
        by = await _judge_seat(job, n, owner, found)
        for bid in await Bid.filter(job=job):
            await judging.save_sheet(bid, sheet, by=by)
        if n < JUDGES - 1:
            await judging.finish_judging(job, by=by)
    with _timed(found.verbs, "hand in the last of 2,500 sheets and rank"):
        await judging.finish_judging(job, by=by)
    with _timed(found.verbs, "rank 500 bids again"):
        async with db.transaction():
            await evaluation.rank_bids(await Job.get(id=job.id), by=owner)
    with _timed(found.verbs, "award one lot"):
        best = await Bid.filter(job=job, lot__position=1, rank=1).get()
        await awards.award_bid(best, "综合得分第一，满足全部要求。", by=owner)


async def _judge_seat(job: Job, n: int, owner: Actor, found: Measured) -> Actor:
    person = await people.create_person(
        f"judge{n}@bench.example", name=f"评审专家{n}", password_hash=NO_PASSWORD,
        confirmed=True,
    )  # fmt: skip
    found.people[f"judge{n}"] = person
    by = Actor(person_id=person.id, name=person.name)
    judge = await panel.appoint_judge(job, JudgeInput(email=person.email), by=owner)
    judge = await panel.accept_seat(judge, by=by)
    await panel.declare_interests(judge, DeclarationInput(conflict="none"), by=by)
    return by


async def _addresses(found: Measured, job: Job, owner: Actor) -> None:
    bid = await Bid.filter(job=job, lot__position=7, rank=3).select_related("bidder").get()
    award = await Award.get(job=job)
    last, base = f"judge{JUDGES - 1}", f"/jobs/{job.number}"
    firm = bid.bidder.name.removeprefix("基准测试")
    found.pages = {
        "jobs": ("", "/jobs"), "own jobs": ("owner0", "/jobs/mine"), "notices": ("", "/notices"),
        "job": ("", base), "job as its owner": ("owner0", base),
        "job as a bidder": (firm, base), "history": ("owner0", f"{base}/history"),
        "questions": ("", f"{base}/questions/all"), "ceremony": ("", f"{base}/ceremony"),
        "opening transcript": ("", f"{base}/opening"),
        "opening transcript, last page": ("", f"{base}/opening?page=25"),
        "opening transcript as a table": ("", f"{base}/opening?format=csv"),
        "opening transcript to print": ("", f"{base}/opening/print"),
        "comparison of a lot": ("owner0", f"{base}/evaluation?lot=7"),
        "all bids as a table": ("owner0", f"{base}/evaluation?format=csv"),
        "panel": ("owner0", f"{base}/panel"), "judge's seats": (last, "/judging"),
        "judge's overview": (last, f"{base}/judging?lot=7"),
        "judge's sheet": (last, f"/bids/{bid.number}/score"),
        "all sheets of a lot": ("owner0", f"{base}/sheets?lot=7"),
        "computation of a lot": ("owner0", f"{base}/computation?lot=7"),
        "evaluation report": ("owner0", f"{base}/report"),
        "evaluation report as a table": ("owner0", f"{base}/report?format=csv"),
        "decide an award": ("owner0", f"/bids/{bid.number}/award"),
        "bid as its bidder": (firm, f"/bids/{bid.number}"),
        "own bids": (firm, "/bids"), "workspace": ("owner0", "/workspace"),
        "own bids as a table": (firm, "/bids?format=csv"),
        "award": ("", f"/awards/{award.number}"),
        "award notice": ("", f"/awards/{award.number}/notice"),
    }  # fmt: skip


def _figures(outcome: Outcome) -> dict[str, float]:
    return {"p50": round(outcome.percentile(0.5), 1), "p95": round(outcome.percentile(0.95), 1)}


def _print(found: Measured, rows: dict[str, Reading]) -> None:
    for name, seconds in found.verbs.items():
        console.print(f"{name}: {seconds:.2f} s")
    table = Table("page", "p50 ms", "p95 ms", "CPU p50 ms", "CPU p95 ms", f"under {TARGET_MS} ms")
    for name, reading in rows.items():
        figures = [f for outcome in (reading.wall, reading.cpu) for f in _figures(outcome).values()]
        is_met = "yes" if figures[-1] < TARGET_MS else "NO"
        table.add_row(name, *map(str, figures), is_met)
    console.print(table)
