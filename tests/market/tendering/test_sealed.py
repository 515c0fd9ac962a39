"""Nothing of a sealed bid is to be found anywhere before the opening: planted values in every table and page."""

import hashlib
import json
import logging
import re
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tortoise import Tortoise

from market.kit import clock, db
from market.kit.actor import Actor
from market.settings import settings
from market.tendering import attachments, bids
from market.tendering.forms import Attachment
from market.tendering.models import Bid, Job
from tests.factories import actor, make_organisation, make_person, signed_in_client, tendering

BIDDER = "泉汇密标数据科技有限公司"
PERSON = "欧阳密标"
PROPOSAL = "采用自研蓝鲸流水线与三级质检"
PRICE = Decimal("73.4567")
TOTAL_FEN = 73_456_700
FILENAME = "座头鲸技术方案.txt"
CONTENT = "座头鲸流水线的人员与设备清单".encode()


def planted(by: Actor) -> list[str]:
    """What must not be found: names, ids, the price in every form, the proposal."""
    assert by.organisation_id is not None
    assert by.person_id is not None
    return [
        BIDDER, PERSON, PROPOSAL, "蓝鲸", str(PRICE), "734,567.00", str(TOTAL_FEN), "734567",
        FILENAME, hashlib.sha256(CONTENT).hexdigest(),
        str(by.organisation_id), by.organisation_id.hex, str(by.person_id), by.person_id.hex,
    ]  # fmt: skip


async def rows_of_every_table() -> dict[tuple[str, str], str]:
    """Every row of the database as text, by table and key."""
    found = {}
    for model in Tortoise.apps["models"].values():
        table = model._meta.db_table
        for row in await db.connection().execute_query_dict(f'SELECT * FROM "{table}"'):
            values = {name: _text(value) for name, value in row.items()}
            found[table, values.get("id", "")] = json.dumps(values, ensure_ascii=False)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    text = str(value)
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


async def sealed_bid() -> tuple[Actor, Actor, Job, Bid, dict[tuple[str, str], str]]:
    """A bid with planted values, and the rows that the bidding itself wrote or changed."""
    firm = await make_organisation(kind="supplier", name=BIDDER)
    by = await actor(firm, person=await make_person(name=PERSON))
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    before = await rows_of_every_table()
    bid = await tendering.place_bid(job, by=by, unit_price="1", proposal="初稿")
    sealed = await attachments.seal_files(job, None, [Attachment(FILENAME, CONTENT)], by=by)
    offer = tendering.offer(unit_price=str(PRICE), proposal=PROPOSAL)
    await bids.revise_bid(bid, offer, files=sealed, by=by)
    after = await rows_of_every_table()
    changed = {key: row for key, row in after.items() if before.get(key) != row}
    return by, owner, job, await Bid.get(id=bid.id), changed


@pytest.mark.usefixtures("rollback")
async def test_no_row_of_any_table_tells_the_price_or_the_bidder(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        by, _owner, _job, bid, changed = await sealed_bid()
    assert {table for table, _key in changed} >= {"bids", "log_entries", "outbox_messages"}
    said = {**changed, ("log", ""): caplog.text, ("output", ""): "".join(capsys.readouterr())}
    kept = [path for path in settings.market_data_dir.rglob("*") if path.is_file()]
    assert [path for path in kept if CONTENT in path.read_bytes()] == []
    assert not any(CONTENT.decode() in text for text in said.values())
    leaks = [(where, word) for where, text in said.items() for word in planted(by) if word in text]
    assert leaks == []
    assert bids.own_offer(await Job.get(id=bid.job_id), bid, by=by) is None
    await tendering.open_bids(await Job.get(id=bid.job_id))
    opened = await Bid.get(id=bid.id)
    assert (opened.unit_price, opened.total_fen, opened.proposal) == (PRICE, TOTAL_FEN, PROPOSAL)
    (file,) = (await attachments.opened_files([opened]))[opened.id]
    assert file.filename == FILENAME
    assert await attachments.read(await Job.get(id=bid.job_id), opened, file) == CONTENT


async def test_no_page_export_or_api_tells_it_to_anyone_else(client: httpx.AsyncClient) -> None:
    by, owner, job, bid, _changed = await sealed_bid()
    operator = await actor(await make_organisation(kind="operator"))
    bureau = await actor(await make_organisation(kind="bureau"))
    rival = await tendering.make_supplier()
    addresses = [
        "/", "/jobs", "/jobs?format=csv", "/jobs?format=json", "/notices", "/jobs/mine", "/bids",
        "/workspace", "/api/v1/jobs", "/api/v1/bids", f"/jobs/{job.number}",
        f"/jobs/{job.number}/evaluation", f"/jobs/{job.number}/evaluation?format=csv",
        f"/jobs/{job.number}/opening", f"/jobs/{job.number}/history", f"/bids/{bid.number}",
        f"/bids/{bid.number}/score", f"/bids/{bid.number}/award", f"/api/v1/jobs/{job.number}",
        f"/api/v1/jobs/{job.number}/bids", f"/api/v1/jobs/{job.number}/opening",
        f"/api/v1/bids/{bid.number}",
    ]  # fmt: skip
    names = [*planted(by), bid.number, bid.digest]
    for reader in (None, owner, operator, bureau, rival):
        client.cookies.clear()
        if reader is not None:
            await signed_in_client(client, reader.person_id)
        for address in addresses:
            body = (await client.get(address)).text.replace(address, "")
            leaks = [word for word in names if word in body]
            assert leaks == [], (reader and reader.kind, address)


async def test_the_number_of_bids_is_not_told_either(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    with clock.frozen_at(clock.now()):
        with_bids, without = [await tendering.published_job(by=owner) for _ in range(2)]
    for _ in range(3):
        await tendering.place_bid(with_bids)
    await signed_in_client(client, owner.person_id)
    pages = []
    for job in (with_bids, without):
        page = (await client.get(f"/jobs/{job.number}")).text
        pages.append(page.replace(job.number, "J").replace(str(job.id), "id"))
    assert pages[0] == pages[1]


async def test_the_bidder_reads_its_receipt_once_and_its_offer_after_the_opening(
    client: httpx.AsyncClient,
) -> None:
    by, _owner, job, bid, _changed = await sealed_bid()
    await signed_in_client(client, by.person_id)
    offer = {"unit_price": str(PRICE), "delivery_days": "60", "proposal": PROPOSAL}
    receipt = (await client.post(f"/bids/{bid.number}/revise", data=offer)).text
    assert "734,567.00" in receipt
    assert PROPOSAL in receipt
    for address in (f"/bids/{bid.number}", f"/bids/{bid.number}/revise", "/bids"):
        page = (await client.get(address)).text
        assert [word for word in ("734,567.00", str(PRICE), PROPOSAL) if word in page] == []
    (mine,) = (await client.get("/api/v1/bids")).json()["items"]
    assert (mine["number"], mine["offer"], mine["total_fen"]) == (bid.number, None, None)
    await tendering.open_bids(job)
    assert "734,567.00" in (await client.get(f"/bids/{bid.number}")).text
    (mine,) = (await client.get("/api/v1/bids")).json()["items"]
    assert mine["offer"]["unit_price"] == "73.4567"
