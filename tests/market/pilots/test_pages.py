"""The pages and operations of a pilot: who sees what, when, and in which words."""

import base64
import datetime as dt
import io
import json
import zipfile

import httpx
import pytest
from typer.testing import CliRunner

from market.__main__ import app
from market.kit import clock
from market.kit.outbox import Message
from market.metrics.files import LabelFile
from market.pilots import rounds, scores
from market.pilots.models import Pilot, PilotSubmission
from tests.factories import tendering
from tests.factories.accounts import signed_in_client
from tests.factories.mail import address_of, deliver_mail
from tests.factories.pilots import (
    GOLD,
    PilotedJob,
    answers_of,
    gold_file,
    items_file,
    part_of,
    piloted_job,
    prepare_pilot,
    release,
    send,
)

pytestmark = pytest.mark.usefixtures("rollback")
FORM = {"metric": "accuracy", "instructions": "逐张判断阳性或阴性，每张一行。"}


def uploads(gold: LabelFile | None = None) -> dict[str, tuple[str, bytes]]:
    gold = gold or gold_file()
    return {"items": ("items.zip", items_file().content), "gold": (gold.name, gold.content)}


async def test_the_owner_prepares_and_reads_the_first_error_by_line(
    client: httpx.AsyncClient,
) -> None:
    found = await piloted_job(firms=1)
    path = f"/jobs/{found.job.number}/pilot"
    http = await signed_in_client(client, found.owner.person_id)
    assert f"{path}/prepare" in (await http.get(f"/jobs/{found.job.number}")).text
    assert "准备试标" in (await http.get("/workspace")).text
    page = await http.get(f"{path}/prepare")
    assert page.status_code == 200
    assert "准确率" in page.text
    bad = LabelFile("gold.csv", b"id,label\na,1\nb\n")
    refused = await http.post(f"{path}/prepare", data=FORM, files=uploads(bad))
    assert refused.status_code == 422
    assert "gold.csv，第3行：有1列，表头为2列" in refused.text
    assert not await Pilot.all().exists()
    missing = await http.post(f"{path}/prepare", data=FORM)
    assert (missing.status_code, "请选择文件" in missing.text) == (422, True)
    done = await http.post(f"{path}/prepare", data=FORM, files=uploads())
    assert (done.status_code, done.headers["location"]) == (303, path)
    shown = (await http.get(path)).text
    pilot = await Pilot.get(job=found.job)
    assert pilot.gold_digest in shown
    assert "甲" in shown
    assert "准备试标" not in (await http.get("/workspace")).text


async def test_a_firm_takes_part_from_the_pages_alone(client: httpx.AsyncClient) -> None:
    found = await piloted_job()
    pilot = await prepare_pilot(found.job, by=found.owner)
    firm, path = found.firms[0], f"/jobs/{found.job.number}/pilot"
    http = await signed_in_client(client, firm.person_id)
    assert "提交试标答案" in (await http.get("/workspace")).text
    assert path in (await http.get(f"/jobs/{found.job.number}")).text
    page = (await http.get(path)).text
    assert f"您的代号为“{(await part_of(pilot, firm)).alias}”" in page
    box = zipfile.ZipFile(io.BytesIO((await http.get(f"{path}/items")).content))
    assert len(box.namelist()) == 5
    refused = await http.post(f"{path}/submit", files={"answers": ("a.csv", b"id,label\nzzz,1\n")})
    assert refused.status_code == 422
    assert "文件中有未发给您的条目：zzz" in refused.text
    lines = "".join(
        f"{name},{GOLD.get(box.read(name).decode(), '阳性')}\n" for name in box.namelist()
    )
    answers = f"id,label\n{lines}".encode()
    done = await http.post(f"{path}/submit", files={"answers": ("a.csv", answers)})
    assert (done.status_code, done.headers["location"]) == (303, path)
    receipt = (await http.get(path)).text
    row = await PilotSubmission.get(pilot=pilot, bidder_id=firm.organisation_id).select_related(
        "file"
    )
    assert row.file.sha256 in receipt
    assert "提交并替换先前的答案" in receipt
    assert (await http.get(f"{path}/answers")).content == answers
    assert "提交试标答案" not in (await http.get("/workspace")).text


async def test_nobody_sees_a_result_or_the_gold_before_the_release(
    client: httpx.AsyncClient,
) -> None:
    found = await piloted_job()
    pilot = await prepare_pilot(found.job, by=found.owner)
    await send(pilot, found.firms[0])
    row = await part_of(pilot, found.firms[0])
    await scores.measure_submission(Message("1", "pilot.submitted", {"submission": str(row.id)}))
    row = await part_of(pilot, found.firms[0])
    assert row.points == 100
    path = f"/jobs/{found.job.number}/pilot"
    for by in (found.owner, *found.firms):
        http = await signed_in_client(client, by.person_id)
        assert (await http.get(f"{path}/gold")).status_code == 409
        for url in (path, f"/jobs/{found.job.number}", "/workspace", f"/api/v1{path}"):
            text = (await http.get(url)).text
            assert "100.0" not in text, url
            assert "gold.csv" not in text, url
    http = await signed_in_client(client, found.owner.person_id)
    text = (await http.get(path)).text
    sheet = (await http.get(path, params={"format": "csv"})).text
    for firm in found.firms:
        assert firm.organisation_name not in text
        assert firm.organisation_name not in sheet
    stranger = await tendering.make_supplier()
    http = await signed_in_client(client, stranger.person_id)
    assert (await http.get(path)).status_code == 200
    for part in ("items", "gold", "names", "answers"):
        assert (await http.get(f"{path}/{part}")).status_code == 404


async def released(found: PilotedJob) -> Pilot:
    pilot = await prepare_pilot(found.job, by=found.owner)
    await send(pilot, found.firms[0])
    await send(pilot, found.firms[1], {**GOLD, "a.png": "阴性"})
    return await release(pilot)


async def test_the_results_are_shown_to_owner_and_firms(client: httpx.AsyncClient) -> None:
    found = await piloted_job()
    pilot = await released(found)
    path = f"/jobs/{found.job.number}/pilot"
    for by in (found.owner, found.firms[1]):
        http = await signed_in_client(client, by.person_id)
        text = (await http.get(path)).text
        for shown in (
            "100.00",
            "75.00",
            "0.7500",
            pilot.gold_seed,
            found.firms[0].organisation_name,
        ):
            assert shown in text
        assert (await http.get(f"{path}/gold")).content == gold_file().content
    assert "未作答" in text
    rows = (await http.get(path, params={"format": "json"})).json()["rows"]
    assert [(row["代号"], row["得分（百分制）"]) for row in rows] == [
        ((await part_of(pilot, firm)).alias, points)
        for firm, points in zip(found.firms, ("100.0000", "75.0000"), strict=True)
    ]
    stranger = await tendering.make_supplier()
    http = await signed_in_client(client, stranger.person_id)
    assert "75.00" not in (await http.get(path)).text


async def test_a_firm_recomputes_its_result_with_the_command(
    client: httpx.AsyncClient, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    found = await piloted_job()
    await released(found)
    path = f"/jobs/{found.job.number}/pilot"
    http = await signed_in_client(client, found.firms[1].person_id)
    names = {"gold.csv": "gold", "answers.csv": "answers", "names.csv": "names"}
    for name, part in names.items():
        (tmp_path / name).write_bytes((await http.get(f"{path}/{part}")).content)
    gold, answers, table = (str(tmp_path / name) for name in names)
    done = CliRunner().invoke(
        app, ["metric", "accuracy", gold, answers, "--names", table, "--json"]
    )
    assert json.loads(done.stdout)["value"] == 0.75


async def test_the_api_does_the_same(client: httpx.AsyncClient) -> None:
    found = await piloted_job(firms=1)
    path = f"/api/v1/jobs/{found.job.number}/pilot"
    http = await signed_in_client(client, found.owner.person_id)

    def sent(file: LabelFile) -> dict[str, str]:
        return {"filename": file.name, "content": base64.b64encode(file.content).decode()}

    body = {**FORM, "items": sent(items_file()), "gold": sent(gold_file())}
    refused = await http.put(
        path, json={**body, "gold": sent(LabelFile("g.csv", b"id,label\na\n"))}
    )
    assert refused.json()["errors"] == {"gold": "g.csv，第2行：有1列，表头为2列"}
    made = (await http.put(path, json=body)).json()
    assert (made["status"], made["item_count"], made["gold_seed"]) == ("open", 5, "")
    assert [part["alias"] for part in made["parts"]] == ["甲"]
    assert made["parts"][0]["bidder"] is None
    (firm,) = found.firms
    http = await signed_in_client(client, firm.person_id)
    items = (await http.get(f"{path}/items")).json()
    assert items["filename"] == "items.zip"
    pilot = await Pilot.get(job=found.job)
    part = (await http.put(f"{path}/part", json=sent(answers_of(pilot, firm)))).json()
    assert (part["status"], part["filename"], part["measurement"]) == (
        "submitted",
        "answers.csv",
        None,
    )
    assert (await http.get(f"{path}/gold")).status_code == 409
    await release(pilot)
    part = (await http.get(f"{path}/part")).json()
    assert (part["points"], part["measurement"]["value"]) == ("100.0000", 1.0)
    gold = (await http.get(f"{path}/gold")).json()
    assert base64.b64decode(gold["content"]) == gold_file().content


async def test_the_mails_of_a_pilot() -> None:
    found = await piloted_job()
    number = found.job.number
    assert set(await subjects()) == {f"请准备{number}的试标"}
    pilot = await prepare_pilot(found.job, by=found.owner)
    await send(pilot, found.firms[0])
    assert await subjects() == [f"试标开始：{number}"] * 2
    assert pilot.closes_at is not None
    with clock.frozen_at(pilot.closes_at + dt.timedelta(minutes=1)):
        await rounds.release_due_pilots()
        letters = [letter for letter in await deliver_mail() if "试标结果" in letter.subject]
    told = {letter.recipient: letter.text for letter in letters}
    assert "我方得分：100.00分" in told[await address_of(found.firms[0])]
    assert "我方得分：0.00分" in told[await address_of(found.firms[1])]
    assert "我方得分" not in told[await address_of(found.owner)]


async def subjects() -> list[str]:
    """The subjects of the pilot mails since the last call."""
    return [letter.subject for letter in await deliver_mail() if "试标" in letter.subject]
