"""Files of a bid: sealed with it, opened with it, taken back with it; who reads which of them when."""

import base64
import datetime as dt
import hashlib

import httpx
import pytest

from market.kit import clock, files
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.tendering import attachments, bids, panel, panel_access, stages
from market.tendering.attachments import FileDamaged
from market.tendering.forms import Attachment
from market.tendering.judging_forms import DeclarationInput, JudgeInput
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import BidFile
from market.tendering.states import RefusalReason
from tests.factories import actor, make_organisation, make_person, signed_in_client, tendering

PDF = b"%PDF-1.7 the technical proposal of one firm"
PLAN = Attachment("技术方案.pdf", PDF)
SHEET = Attachment("报价测算.csv", "项目,金额\n标注,100".encode(), is_price=True)


async def read(by: Actor, bid: Bid, name: str) -> bytes:
    """A file by its name, the way the page obtains it."""
    kept = await BidFile.get(bid=bid, filename=name)
    found, file = await panel_access.bid_file(by, bid.number, str(kept.id))
    return await attachments.read(found.job, found, file)


async def names_for(by: Actor, bid: Bid) -> list[str]:
    found = await panel_access.readable_bid(by, bid.number)
    return [file.filename for file in (await attachments.opened_files([found]))[found.id]]


@pytest.mark.usefixtures("rollback")
async def test_a_box_tells_nothing_but_a_rounded_size() -> None:
    by = await tendering.make_supplier()
    bid = await tendering.place_bid(await tendering.published_job(), by=by, files=[PLAN])
    row = await BidFile.get(bid=bid).select_related("box")
    assert (row.filename, row.content_type, row.size, row.sha256) == ("", "", None, "")
    box = row.box
    assert (box.filename, box.organisation_id, box.uploaded_by_id) == ("sealed.bin", None, None)
    assert 0 < box.size - attachments.BLOCK < 100, "a file of 43 bytes is as long as one of 64 KiB"
    assert bid.receipt is not None
    assert bid.receipt["files"] == [{
        "envelope": "offer", "position": 1, "filename": "技术方案.pdf", "size": len(PDF),
        "content_type": "application/pdf", "sha256": hashlib.sha256(PDF).hexdigest(),
    }]  # fmt: skip


@pytest.mark.usefixtures("rollback")
async def test_files_open_with_the_bid_for_bidder_and_owner_alone() -> None:
    owner, by = await actor(await make_organisation()), await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job, by=by, files=[PLAN, SHEET])
    for reader in (owner, by):
        with pytest.raises(NotFound):
            await panel_access.readable_bid(reader, bid.number)
    await tendering.open_bids(job)
    for reader in (owner, by):
        assert await names_for(reader, bid) == ["技术方案.pdf", "报价测算.csv"]
        assert await read(reader, bid, "技术方案.pdf") == PDF
    rival, bureau = await tendering.make_supplier(), await make_organisation(kind="bureau")
    for stranger in (rival, await actor(bureau)):
        with pytest.raises(NotFound):
            await read(stranger, bid, "技术方案.pdf")


@pytest.mark.usefixtures("rollback")
async def test_the_technical_file_opens_before_the_price_and_a_refused_price_never() -> None:
    owner, by = await actor(await make_organisation()), await tendering.make_supplier()
    rules = {"minimum_bids": 1, "two_envelopes": True}
    job = await tendering.published_job(by=owner, procedure_config=rules)
    bid = await tendering.place_bid(job, by=by, files=[SHEET, PLAN])
    other = await tendering.place_bid(job, files=[SHEET, PLAN])
    job = await tendering.open_bids(job)
    assert await names_for(owner, bid) == await names_for(by, bid) == ["技术方案.pdf"]
    refused = {other.id: (RefusalReason.NOT_RESPONSIVE, "未按要求应答。")}
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at + dt.timedelta(hours=1)):
        await stages.shortlist(job, [await Bid.get(id=bid.id)], refused, by=owner)
        await tendering.release(job)
    assert await names_for(owner, bid) == ["技术方案.pdf", "报价测算.csv"]
    assert await read(owner, bid, "报价测算.csv") == SHEET.content
    assert await names_for(owner, other) == ["技术方案.pdf"]


@pytest.mark.usefixtures("rollback")
async def test_a_judge_reads_after_the_declaration_and_not_of_whom_it_names() -> None:
    owner = await actor(await make_organisation())
    rules = {"minimum_bids": 1, "judges_needed": 1}
    job = await tendering.published_job(by=owner, procedure_config=rules)
    kin, free = [await tendering.place_bid(job, files=[PLAN]) for _ in range(2)]
    await tendering.open_bids(job)
    person = await make_person()
    by = Actor(person_id=person.id, name=person.name)
    seat = await panel.appoint_judge(job, JudgeInput(email=person.email), by=owner)
    seat = await panel.accept_seat(seat, by=by)
    with pytest.raises(NotFound):
        await read(by, free, "技术方案.pdf")
    said = DeclarationInput(conflict="some", bids=[kin.number], text="曾任该公司顾问。")
    await panel.declare_interests(seat, said, by=by)
    assert await read(by, free, "技术方案.pdf") == PDF
    with pytest.raises(NotFound):
        await read(by, kin, "技术方案.pdf")


@pytest.mark.usefixtures("rollback")
async def test_withdrawn_and_replaced_files_are_swept_and_so_are_those_of_a_refused_bid() -> None:
    by, job = await tendering.make_supplier(), await tendering.published_job()
    bid = await tendering.place_bid(job, by=by, files=[PLAN, SHEET])
    with pytest.raises(bids.AlreadyBid):
        await tendering.place_bid(job, by=by, files=[PLAN])
    newer = await attachments.seal_files(job, None, [PLAN], by=by)
    await bids.revise_bid(bid, tendering.offer(), files=newer, by=by)
    assert await BidFile.filter(bid=bid).count() == 1
    tomorrow = clock.now() + dt.timedelta(days=1, minutes=1)
    with clock.frozen_at(tomorrow):
        assert await files.sweep_orphans() == 3
    assert await StoredFile.filter(filename="sealed.bin").count() == 1
    await bids.withdraw_bid(bid, by=by)
    assert await BidFile.all().count() == 0
    with clock.frozen_at(tomorrow):
        assert await files.sweep_orphans() == 1
    assert await StoredFile.filter(filename="sealed.bin").count() == 0


@pytest.mark.usefixtures("rollback")
async def test_an_exchanged_or_missing_file_is_told_and_the_bid_opens() -> None:
    owner, by = await actor(await make_organisation()), await tendering.make_supplier()
    job = await tendering.published_job(by=owner)
    bid = await tendering.place_bid(job, by=by, files=[PLAN, SHEET])
    twin = await tendering.place_bid(job, files=[PLAN])
    foreign = (await BidFile.get(bid=twin)).box_id
    await BidFile.filter(bid=bid, position=1).update(box_id=foreign)
    await BidFile.filter(bid=bid, position=2).delete()
    await tendering.open_bids(job)
    assert await names_for(owner, bid) == ["技术方案.pdf", "报价测算.csv"]
    for name in ("技术方案.pdf", "报价测算.csv"):
        with pytest.raises(FileDamaged):
            await read(owner, bid, name)


@pytest.mark.usefixtures("rollback")
async def test_what_cannot_be_attached_leaves_nothing() -> None:
    by, job = await tendering.make_supplier(), await tendering.published_job()
    buyer = await actor(await make_organisation())
    for found in (
        [PLAN] * 6, [Attachment("空.txt", b"")], [Attachment("程序.exe", b"MZ")],
        [Attachment("图.png", b"no picture")], [Attachment("大.txt", b"x" * (files.MAX_BYTES + 1))],
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            await attachments.seal_files(job, None, found, by=by)
        assert set(refused.value.fields) == {"files"}
    with pytest.raises(NotPermitted):
        await attachments.seal_files(job, None, [PLAN], by=buyer)
    assert await StoredFile.filter(filename="sealed.bin").count() == 0


async def test_a_salesperson_attaches_and_reads_a_file_on_the_pages(
    client: httpx.AsyncClient,
) -> None:
    by, job = await tendering.make_supplier(), await tendering.published_job()
    await signed_in_client(client, by.person_id)
    page = (await client.get(f"/jobs/{job.number}/bids/new")).text
    assert ('name="files"' in page, 'name="price_files"' in page) == (True, False)
    offer = {"unit_price": "80", "delivery_days": "60"}
    sent = [("files", (PLAN.filename, PDF, "application/pdf"))]
    receipt = await client.post(f"/jobs/{job.number}/bids/new", data=offer, files=sent)
    assert hashlib.sha256(PDF).hexdigest()[:16] in receipt.text
    bid = await Bid.get(job=job)
    sealed = (await client.get(f"/bids/{bid.number}")).text
    assert (PLAN.filename in sealed, "1 个文件处于密封状态" in sealed) == (False, True)
    await tendering.open_bids(job)
    file = await BidFile.get(bid=bid)
    address = f"/bids/{bid.number}/files/{file.id}"
    assert address in (await client.get(f"/bids/{bid.number}")).text
    answer = await client.get(address)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")


async def test_a_program_attaches_and_reads_a_file(client: httpx.AsyncClient) -> None:
    by, job = await tendering.make_supplier(), await tendering.published_job()
    await signed_in_client(client, by.person_id)
    file = {"filename": PLAN.filename, "content": base64.b64encode(PDF).decode()}
    body = {"unit_price": "80", "delivery_days": 60, "files": [file]}
    made = (await client.post(f"/api/v1/jobs/{job.number}/bids", json=body)).json()
    assert [row["filename"] for row in made["receipt"]["files"]] == [PLAN.filename]
    address = f"/api/v1/bids/{made['number']}/files"
    assert (await client.get(address)).status_code == 404, "nobody lists them while they are sealed"
    await tendering.open_bids(await Job.get(id=job.id))
    (row,) = (await client.get(address)).json()["items"]
    assert row["sha256"] == hashlib.sha256(PDF).hexdigest()
    found = (await client.get(f"{address}/{row['id']}")).json()
    assert base64.b64decode(found["content"]) == PDF
