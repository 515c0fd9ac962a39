"""Questions, invitations and amendments: who is told what, and what everyone may read."""

import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.accounts.models import Organisation
from market.kit import actor as actors
from market.kit.audit import LogEntry
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from market.tendering import jobs, questions, versions
from market.tendering.drafts import JobDraft
from market.tendering.models import Bid, Job, Notice, Question
from market.tendering.posting_models import JobInvitation, JobVersion
from market.tendering.screening import brand, tells
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.directory import make_supplier as make_profile

pytestmark = pytest.mark.usefixtures("rollback")


@pytest.mark.parametrize(
    ("name", "distinctive"),
    [
        ("山东瀚海数据标注有限公司", "瀚海"), ("北京海天瑞声科技股份有限公司", "海天瑞声"),
        ("胶州湾智能科技有限公司（演示）", "胶州湾"), ("大同市数据服务有限公司", ""), ("拓尔思", "拓尔思"),
    ],
)  # fmt: skip
def test_the_distinctive_part_of_a_name(name: str, distinctive: str) -> None:
    assert brand(name) == distinctive


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("标注规范中边界如何处理？", []),
        ("我们瀚海做过类似项目，能否放宽？", ["瀚海"]),
        ("山东瀚海数据标注有限公司询问工期", ["山东瀚海数据标注有限公司"]),
        ("请致电 13800138000 或 sales@example.com", ["13800138000", "sales@example.com"]),
    ],
)
def test_a_text_that_tells_who_asks(text: str, told: list[str]) -> None:
    asker = Organisation(name="山东瀚海数据标注有限公司", number="O-2026-000777")
    assert tells(text, asker) == told


async def test_a_telling_question_is_sent_only_when_confirmed(client: httpx.AsyncClient) -> None:
    job = await tendering.published_job()
    supplier = await tendering.make_supplier(name="山东瀚海数据标注有限公司")
    with pytest.raises(InvalidInput) as refusal:
        await questions.ask_question(job, "瀚海能否分期交付？", by=supplier)
    assert "“瀚海”" in refusal.value.fields["text"]
    assert await Question.all().count() == 0
    await signed_in_client(client, supplier.person_id)
    path = f"/jobs/{job.number}/questions"
    warned = await client.post(path, data={"text": "瀚海能否分期交付？"})
    assert warned.status_code == 422
    assert 'name="is_confirmed"' in warned.text
    sent = await client.post(path, data={"text": "瀚海能否分期交付？", "is_confirmed": "1"})
    assert sent.status_code == 303
    again = await client.post(path, data={"text": "瀚海能否分期交付？", "is_confirmed": "1"})
    assert again.status_code == 303  # the button was pressed twice
    assert await Question.all().count() == 1


async def test_the_log_names_the_alias_in_the_readers_language() -> None:
    job = await tendering.published_job()
    question = await questions.ask_question(
        job, "是否提供样例数据？", by=await tendering.make_supplier()
    )
    entry = await LogEntry.get(subject_id=question.id)
    assert actors.spoken(entry.actor_label) == f"供给方 {question.alias}"
    assert actors.spoken("bidder 1a2b3c4d") == "投标人 1a2b3c4d"
    assert actors.spoken("孟济川") == "孟济川"


async def test_an_answer_carries_a_file_for_every_verified_reader(
    client: httpx.AsyncClient,
) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    asked = await questions.ask_question(job, "边界如何取舍？", by=await tendering.make_supplier())
    await signed_in_client(client, owner.person_id)
    sent = await client.post(
        f"/questions/{asked.id}/answer", data={"answer": "见附件样例。"},
        files={"file": ("样例.txt", "正例与反例".encode(), "text/plain")},
    )  # fmt: skip
    assert sent.status_code == 303
    other = await tendering.make_supplier()
    await signed_in_client(client, other.person_id)
    assert (await client.get(f"/questions/{asked.id}/file")).content.decode() == "正例与反例"
    table = (await client.get(f"/jobs/{job.number}/questions/all?format=csv")).text
    assert asked.alias in table
    assert "见附件样例。" in table


async def test_invited_suppliers_are_told_see_it_and_others_only_that_it_is_so(
    client: httpx.AsyncClient,
) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    guests = [await tendering.make_supplier() for _ in range(3)]
    numbers = [(await Organisation.get(id=g.organisation_id)).number for g in guests]
    job = await tendering.published_job(
        by=owner, procedure="invited", procedure_config={"invited": numbers}
    )
    assert await JobInvitation.filter(job=job).count() == 3
    await signed_in_client(client, guests[0].person_id)
    assert "贵单位受邀参加" in (await client.get(f"/jobs/{job.number}")).text
    assert "受邀投标" in (await client.get("/workspace")).text
    stranger = await tendering.make_supplier()
    await signed_in_client(client, stranger.person_id)
    page = (await client.get(f"/jobs/{job.number}")).text
    assert "仅受邀的 3 家" in page
    assert f"/jobs/{job.number}/bids/new" not in page
    seen = (await client.get(f"/api/v1/jobs/{job.number}")).json()
    assert "invited" not in seen["procedure_config"]
    with pytest.raises(NotPermitted):
        await tendering.place_bid(job, by=stranger)


async def test_an_invited_name_must_be_a_supplier_here() -> None:
    draft = await tendering.make_job(
        procedure="direct", procedure_config={"invited": ["无此公司"], "reason": "emergency"}
    )
    with pytest.raises(InvalidInput) as refusal:
        await tendering.publish(draft)
    assert "无此公司" in refusal.value.fields["invited"]
    assert await JobInvitation.all().count() == 0


async def test_suppliers_are_chosen_from_the_directory(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.make_job(by=owner)
    profile = await make_profile(modalities=["图像"])
    firm = await Organisation.get(id=profile.organisation_id)
    number = firm.number
    await signed_in_client(client, owner.person_id)
    path = f"/jobs/{job.number}/invite"
    assert firm.name in (await client.get(path, params={"q": number})).text
    assert (await client.post(path, data={"add": number, "q": number})).status_code == 303
    assert (await Job.get(id=job.id)).procedure_config["invited"] == [number]
    await client.post(path, data={"remove": number})
    assert (await Job.get(id=job.id)).procedure_config["invited"] == []


async def test_a_direct_award_waits_for_objections_and_names_the_supplier(
    client: httpx.AsyncClient,
) -> None:
    guest = await tendering.make_supplier()
    number = (await Organisation.get(id=guest.organisation_id)).number
    config = {"invited": [number], "reason": "sole_supplier"}
    values = tendering.job_values()
    draft = await tendering.make_job(
        procedure="direct", procedure_config=config,
        bid_deadline_at=values["question_deadline_at"].replace(hour=9),
    )  # fmt: skip
    with pytest.raises(InvalidInput) as refusal:
        await tendering.publish(draft)
    assert "5" in refusal.value.fields["bid_deadline_at"]
    job = await tendering.published_job(procedure="direct", procedure_config=config)
    page = (await client.get(f"/jobs/{job.number}")).text
    assert f"拟直接委托：{guest.organisation_name}" in page
    assert "只有一家供给方能够承担" in page or "有异议的" in page


async def test_an_amendment_says_before_and_after_and_voids_bids(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job)
    job = await jobs.amend_job(
        job, JobDraft(volume=Decimal(12000), title="城市道路图像拉框标注（修订）"), by=owner
    )
    assert (await Bid.get(id=bid.id)).status == "invalid"
    version = await JobVersion.get(job=job)
    assert versions.readable(version.changes)[:2] == [
        {
            "label": "标题",
            "before": ["城市道路图像拉框标注"],
            "after": ["城市道路图像拉框标注（修订）"],
        },
        {"label": "数量", "before": ["10000"], "after": ["12000"]},
    ]
    page = (await client.get(f"/jobs/{job.number}/versions")).text
    assert "<del>10000</del>" in page
    assert "<ins>12000</ins>" in page


async def test_an_amendment_that_changes_nothing_is_none() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job)
    before = await OutboxMessage.all().count(), await Notice.all().count()
    same = await jobs.amend_job(job, JobDraft(volume=Decimal("10000.00")), by=owner)
    assert (same.version, (await Bid.get(id=bid.id)).status) == (1, "submitted")
    assert (await OutboxMessage.all().count(), await Notice.all().count()) == before


async def test_a_document_of_an_open_job_changes_by_amendment_only() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job)
    job = await tendering.attach_proof(job, by=owner)
    assert job.version == 2
    assert (await Bid.get(id=bid.id)).status == "invalid"
    (change,) = [c for c in (await JobVersion.get(job=job)).changes if c["field"] == "deid_proof"]
    assert change["before"] == ""
    assert change["after"].startswith("去标识证明.txt (SHA-256 ")


@pytest.mark.parametrize("path", ["", "/history", "/amend", "/versions", "/questions/all"])
async def test_the_rail_keeps_to_my_jobs_on_an_own_job(
    client: httpx.AsyncClient, path: str
) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    await signed_in_client(client, owner.person_id)
    assert _current(await client.get(f"/jobs/{job.number}{path}")) == ["/jobs/mine"]
    other = await actor(await make_organisation(kind="demand"))
    await signed_in_client(client, other.person_id)
    if path in ("", "/versions", "/questions/all"):
        assert _current(await client.get(f"/jobs/{job.number}{path}")) == ["/jobs"]


def _current(answer: Any) -> list[str]:
    """Where the rail says one is; it stands on the page twice, once for phones."""
    links = [
        link for link in re.findall(r"<a ([^>]*)>", answer.text) if 'aria-current="page"' in link
    ]
    return sorted({re.findall(r'href="([^"]+)"', link)[0] for link in links})
