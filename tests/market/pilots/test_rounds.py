"""A blind pilot from its preparation to the opening of the prices."""

import hashlib
import json
from decimal import Decimal

import pytest

from market.kit import clock, files
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.outbox import Message, OutboxMessage
from market.metrics.files import LabelFile
from market.metrics.scoring import score
from market.pilots import access, golds, items, preparation, rounds, scores, submissions
from market.pilots.models import Pilot, PilotGold, PilotSubmission
from market.tendering import jobs
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import JobKey
from market.tendering.states import CancelReason
from tests.factories import tendering
from tests.factories.accounts import actor, make_organisation
from tests.factories.pilots import (
    GOLD,
    SETUP,
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
HALF = {**GOLD, "a.png": "阴性", "b.png": "阳性"}


async def test_preparing_at_the_pilot_stage_opens_it_for_the_shortlisted() -> None:
    found = await piloted_job()
    assert found.job.status == "pilot"
    pilot = await prepare_pilot(found.job, by=found.owner)
    assert pilot.status == "open"
    assert pilot.closes_at == clock.end_of_day(clock.add_working_days(clock.today(), 3))
    assert pilot.items == ["a", "b", "c", "d", "spare"]
    rows = await PilotSubmission.filter(pilot=pilot).order_by("position")
    assert [row.alias for row in rows] == ["甲", "乙"]
    assert {row.bidder_id for row in rows} == {firm.organisation_id for firm in found.firms}


async def test_a_pilot_prepared_early_opens_with_the_shortlist() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    from tests.factories.pilots import CONFIG

    job = await tendering.published_job(by=owner, procedure_config=CONFIG)
    pilot = await prepare_pilot(job, by=owner)
    assert pilot.status == "prepared"
    await tendering.place_bid(job)
    await tendering.open_bids(job)
    await tendering.shortlist_all(await Job.get(id=job.id))
    message = await OutboxMessage.get(topic="job.shortlisted")
    await rounds.open_shortlisted(Message(str(message.id), message.topic, message.payload))
    assert (await Pilot.get(id=pilot.id)).status == "open"
    assert await rounds.open_pilot(job.id) is False


async def test_each_firm_gets_the_same_items_under_its_own_names() -> None:
    found = await piloted_job()
    pilot = await prepare_pilot(found.job, by=found.owner)
    tables = [items.names_for(pilot, firm.organisation_id) for firm in found.firms]  # type: ignore[arg-type]
    assert not set(tables[0].values()) & set(tables[1].values())
    boxes = [(await items.issued(pilot, firm.organisation_id))[2] for firm in found.firms]
    import io
    import zipfile

    for table, box in zip(tables, boxes, strict=True):
        archive = zipfile.ZipFile(io.BytesIO(box))
        assert archive.namelist() == sorted(f"{name}.png" for name in table.values())
        assert archive.read(f"{table['a']}.png") == b"a.png"


async def test_results_are_released_together_and_the_prices_come_next() -> None:
    found = await piloted_job(firms=3)
    best, half, _silent = found.firms
    pilot = await prepare_pilot(found.job, by=found.owner)
    await send(pilot, best)
    await send(pilot, half, HALF)
    released = await release(pilot)
    assert released.status == "released"
    rows = {row.bidder_id: row for row in await PilotSubmission.filter(pilot=pilot)}
    assert [rows[firm.organisation_id].points for firm in found.firms] == [100, 50, 0]
    assert [rows[firm.organisation_id].status for firm in found.firms] == [
        "scored",
        "scored",
        "expired",
    ]
    bids = [await Bid.get(id=bid.id) for bid in found.bids]
    assert [bid.pilot_points for bid in bids] == [Decimal(100), Decimal(50), Decimal(0)]
    assert [bid.status for bid in bids] == ["opened", "disqualified", "disqualified"]
    assert {bid.reason_code for bid in bids[1:]} == {"pilot_failed"}
    assert bids[1].reason == "准确率为0.5000，门槛为0.6"
    assert bids[0].pilot_result["value"] == 1.0
    job = await Job.get(id=found.job.id)
    assert job.status == "opening"
    assert await release(released) is not None
    assert await OutboxMessage.filter(topic="pilot.released").count() == 1
    assert await JobKey.filter(job=job, envelope="price", opened_at=None).exists()


async def test_a_job_without_a_firm_that_reaches_the_threshold_fails() -> None:
    found = await piloted_job(firms=1)
    await release(await prepare_pilot(found.job, by=found.owner))
    assert (await Job.get(id=found.job.id)).status == "unsuccessful"


async def test_the_gold_is_committed_to_and_revealed_with_its_seed() -> None:
    found = await piloted_job(firms=1)
    pilot = await prepare_pilot(found.job, by=found.owner)
    assert pilot.gold_seed == ""
    with pytest.raises(golds.StillHidden):
        await golds.revealed(pilot)
    await send(pilot, found.firms[0])
    released = await release(pilot)
    gold = await golds.revealed(released)
    assert gold.content == gold_file().content
    published = hashlib.sha256(released.gold_seed.encode() + gold.content).hexdigest()
    assert published == pilot.gold_digest


async def test_a_firm_can_compute_its_result_again() -> None:
    found = await piloted_job(firms=1)
    (firm,) = found.firms
    pilot = await prepare_pilot(found.job, by=found.owner)
    await send(pilot, firm, HALF)
    released = await release(pilot)
    gold = await golds.revealed(released)
    row = await part_of(pilot, firm)
    names = {name: item for item, name in items.names_for(pilot, row.bidder_id).items()}
    stored = await StoredFile.get(id=row.file_id)
    text = (await files.read(stored)).decode()
    for name, item in names.items():
        text = text.replace(name, item)
    again = score(pilot.metric_name, [gold], [LabelFile("answers.csv", text.encode())])
    assert again.value == row.value == 0.5


async def test_nothing_of_the_gold_is_in_the_database_files_or_log() -> None:
    found = await piloted_job(firms=1)
    pilot = await prepare_pilot(found.job, by=found.owner)
    sealed = bytes((await PilotGold.get(pilot=pilot)).sealed)
    assert "阳性".encode() not in sealed
    for file in await StoredFile.filter(organisation_id=found.owner.organisation_id):
        assert "阳性".encode() not in await files.read(file)
    rows = await OutboxMessage.filter(topic__startswith="pilot.")
    assert "阳性" not in json.dumps([row.payload for row in rows], ensure_ascii=False)


async def test_the_last_answers_before_the_close_count() -> None:
    found = await piloted_job(firms=1)
    (firm,) = found.firms
    pilot = await prepare_pilot(found.job, by=found.owner)
    await send(pilot, firm, HALF)
    first = await part_of(pilot, firm)
    await scores.measure_submission(Message("1", "pilot.submitted", {"submission": str(first.id)}))
    measured = await part_of(pilot, firm)
    assert (measured.value, measured.points) == (0.5, Decimal(50))
    await send(pilot, firm)
    replaced = await part_of(pilot, firm)
    assert (replaced.status, replaced.value, replaced.points) == ("submitted", None, None)
    assert replaced.file_id != first.file_id
    assert await scores.record_measurement(first, {"value": 0.5}) is False  # type: ignore[arg-type]
    await release(pilot)
    assert (await part_of(pilot, firm)).points == 100


async def test_late_answers_are_refused() -> None:
    found = await piloted_job(firms=1)
    (firm,) = found.firms
    pilot = await prepare_pilot(found.job, by=found.owner)
    assert pilot.closes_at is not None
    before = await StoredFile.all().count()
    with clock.frozen_at(pilot.closes_at), pytest.raises(submissions.PilotClosed):
        await send(pilot, firm)
    row = await part_of(pilot, firm)
    assert (row.status, row.file_id) == ("issued", None)
    assert await StoredFile.all().count() == before
    assert not await OutboxMessage.filter(topic="pilot.submitted").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("id,label\nzzz,阳性\n", "文件中有未发给您的条目：zzz"),
        ("id,label\nzzz\n", "answers.csv，第2行：有1列，表头为2列"),
        ("", "answers.csv，第1行：其中没有已标注的条目"),
    ],
)
async def test_malformed_answers_are_refused_with_a_sentence(content: str, sentence: str) -> None:
    found = await piloted_job(firms=1)
    (firm,) = found.firms
    pilot = await prepare_pilot(found.job, by=found.owner)
    row = await part_of(pilot, firm)
    with pytest.raises(InvalidInput) as caught:
        await submissions.send_answers(row, LabelFile("answers.csv", content.encode()), by=firm)
    assert caught.value.fields == {"answers": sentence}
    assert (await part_of(pilot, firm)).file_id is None


async def test_another_firms_part_and_names_are_of_no_use() -> None:
    found = await piloted_job(firms=2)
    one, other = found.firms
    pilot = await prepare_pilot(found.job, by=found.owner)
    with pytest.raises(NotFound):
        await submissions.send_answers(await part_of(pilot, one), answers_of(pilot, one), by=other)
    with pytest.raises(InvalidInput, match="未发给您"):
        await submissions.send_answers(
            await part_of(pilot, other), answers_of(pilot, one), by=other
        )
    viewer = await actor(await _organisation(one), "viewer")
    with pytest.raises(NotPermitted):
        await submissions.send_answers(await part_of(pilot, one), answers_of(pilot, one), by=viewer)
    assert not await PilotSubmission.filter(file_id__isnull=False).exists()


async def _organisation(by):  # type: ignore[no-untyped-def]
    from market.accounts.models import Organisation

    return await Organisation.get(id=by.organisation_id)


@pytest.mark.parametrize(
    ("gold", "sentence"),
    [
        (gold_file({"a.png": "阳性", "x.png": "阴性"}), "标准答案中有试标条目以外的条目：x"),
        (LabelFile("gold.csv", b"id,label\na,1,2\n"), "gold.csv，第2行：有3列，表头为2列"),
        (
            LabelFile("gold.png", b"x"),
            "gold.png：应为以下之一：.csv, .tsv, .txt, .jsonl, .json, .zip",
        ),
    ],
)
async def test_a_gold_file_is_checked_with_line_and_rule(gold: LabelFile, sentence: str) -> None:
    found = await piloted_job(firms=1)
    with pytest.raises(InvalidInput) as caught:
        await preparation.prepare(found.job, SETUP, items_file(), gold, by=found.owner)
    assert caught.value.fields == {"gold": sentence}
    assert not await Pilot.all().exists()


async def test_the_metric_is_one_the_procedure_announced() -> None:
    found = await piloted_job(firms=1)
    other = SETUP.model_copy(update={"metric": "dice"})
    with pytest.raises(InvalidInput) as caught:
        await preparation.prepare(found.job, other, items_file(), gold_file(), by=found.owner)
    assert set(caught.value.fields) == {"metric"}


async def test_only_the_owner_prepares_and_an_open_pilot_stays_as_it_is() -> None:
    found = await piloted_job(firms=1)
    with pytest.raises(NotFound):
        await prepare_pilot(found.job, by=await actor(await make_organisation(kind="demand")))
    pilot = await prepare_pilot(found.job, by=found.owner)
    with pytest.raises(preparation.NoPilotHere):
        await prepare_pilot(found.job, by=found.owner)
    assert (await Pilot.get(job=found.job)).gold_digest == pilot.gold_digest
    plain = await tendering.published_job(by=found.owner)
    with pytest.raises(preparation.NoPilotHere):
        await prepare_pilot(plain, by=found.owner)


async def test_the_owner_sees_aliases_and_no_measurement_before_the_release() -> None:
    found = await piloted_job()
    pilot = await prepare_pilot(found.job, by=found.owner)
    await send(pilot, found.firms[0])
    row = await part_of(pilot, found.firms[0])
    await scores.measure_submission(Message("1", "pilot.submitted", {"submission": str(row.id)}))
    pilot = await access.visible_pilot(found.owner, found.job.number)
    parts = await access.parts(found.owner, pilot)
    assert {part.alias for part in parts} == {"甲", "乙"}
    assert all(part.bidder_id is None and part.measurement is None for part in parts)
    assert await access.parts(found.firms[0], pilot) == []
    await release(pilot)
    pilot = await access.visible_pilot(found.firms[1], found.job.number)
    names = [part.bidder.name for part in await access.parts(found.firms[1], pilot)]
    assert len(names) == 2
    assert await access.parts(await tendering.make_supplier(), pilot) == []


async def test_the_pilot_of_a_cancelled_job_is_cancelled() -> None:
    found = await piloted_job(firms=1)
    pilot = await prepare_pilot(found.job, by=found.owner)
    job = await Job.get(id=found.job.id)
    await jobs.cancel_job(
        job, CancelReason.NO_LONGER_NEEDED, "项目终止，不再需要。", by=found.owner
    )
    assert (await release(pilot)).status == "cancelled"
    assert not await PilotSubmission.filter(points__isnull=False).exists()
