"""The standalone verifier: it accepts what the platform publishes and catches every planted manipulation."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from market.kit import clock
from market.tendering import bids, jobs, stages, transcripts, verify_opening
from market.tendering.drafts import JobDraft
from market.tendering.models import Bid
from market.tendering.states import RefusalReason
from tests.factories import actor, make_organisation, tendering

SCRIPT = Path(verify_opening.__file__)
Transcript = dict[str, Any]


async def opening() -> tuple[Transcript, dict[str, Any]]:
    """A transcript with every kind of event, and the receipt of one opened bid."""
    await make_organisation(kind="bureau", region_code="370000")
    buyer = await actor(await make_organisation())
    job = await tendering.published_job(by=buyer, procedure_config={"minimum_bids": 2})
    firms = [await tendering.make_supplier() for _ in range(5)]
    placed = [
        await tendering.place_bid(
            job, by=by, unit_price=f"{60 + n}.1234",
            extra_lines=[{"spend_category": "算力租用", "description": "算力", "amount_fen": 100 + n}],
        )
        for n, by in enumerate(firms)
    ]  # fmt: skip
    await bids.withdraw_bid(placed[4], by=firms[4])
    job = await jobs.amend_job(job, JobDraft(aql="2.5"), by=buyer)
    await bids.reconfirm_bid(placed[0], by=firms[0])
    await bids.reconfirm_bid(placed[1], by=firms[1])
    revised = await bids.revise_bid(placed[2], tendering.offer(unit_price="59.9999"), by=firms[2])
    job = await tendering.open_bids(job)
    assert revised.receipt is not None
    transcript = await tendering.transcript_of(job)
    return json.loads(json.dumps(transcript)), json.loads(json.dumps(revised.receipt))


def resealed(transcript: Transcript) -> Transcript:
    """With a digest that fits: the forger has the database."""
    return {**transcript, "digest": transcripts.digest_of(transcript)}


def row_of(transcript: Transcript, receipt: dict[str, Any]) -> dict[str, Any]:
    return next(row for row in transcript["bids"] if row["digest"] == receipt["digest"])


FORGERIES: dict[str, Callable[[Transcript, dict[str, Any]], object]] = {
    "a price": lambda t, r: row_of(t, r).update(unit_price="58.0000"),
    "a price and its total": lambda t, r: row_of(t, r).update(unit_price="58.0000", total_fen=58_000_000),
    "an announced price": lambda t, r: row_of(t, r)["envelopes"][0]["announced"].update(unit_price="58.0000"),
    "a total": lambda t, r: row_of(t, r).update(total_fen=1),
    "a lump sum": lambda t, r: row_of(t, r).update(extras_fen=5),
    "a bidder's name": lambda t, r: row_of(t, r).update(bidder="别家公司"),
    "a delivery time": lambda t, r: row_of(t, r).update(delivery_days=1),
    "a salt": lambda t, r: row_of(t, r)["envelopes"][0].update(salt="00" * 16),
    "a box": lambda t, r: row_of(t, r)["envelopes"][0].update(box="0" * 64),
    "a digest": lambda t, r: row_of(t, r).update(digest="0" * 64),
    "a submission time": lambda t, r: row_of(t, r).update(submitted_at=t["opened_at"]),
    "the order": lambda t, r: t["bids"].reverse(),
    "a bid left out": lambda t, r: t["bids"].remove(row_of(t, r)),
    "a bid twice": lambda t, r: t["bids"].append(copy.deepcopy(row_of(t, r))),
    "a bid left out with its line": lambda t, r: (
        t["bids"].remove(row_of(t, r)),
        t["log"].remove(next(line for line in t["log"] if line["digest"] == r["digest"])),
    ),
    "a line moved": lambda t, r: t["log"].insert(1, t["log"].pop(3)),
    "a line after the deadline": lambda t, r: t["log"][-1].update(at=t["opened_at"]),
    "a deadline": lambda t, r: t.update(deadline_at=t["log"][2]["at"]),
    "an unconfirmed bid opened": lambda t, r: row_of(t, r).update(digest=t["unopened"][0]["digest"]),
    "an unopened bid forgotten": lambda t, r: t["unopened"].clear(),
    "another reason": lambda t, r: t["unopened"][0].update(outcome="returned"),
    "too few bids": lambda t, r: t.update(minimum_bids=4),
    "a key": lambda t, r: t["keys"][0].update(public_key="00" * 32),
    "a commitment to a share": lambda t, r: t["keys"][0]["shares"][0].update(commitment="0" * 64),
    "a threshold": lambda t, r: t["keys"][0].update(threshold=1),
    "one release": lambda t, r: t["keys"][0]["shares"][0].update(released_at=None),
    "an early release": lambda t, r: t["keys"][0]["shares"][0].update(released_at=t["log"][0]["at"]),
    "a volume": lambda t, r: t.update(volume="9999.00"),
}  # fmt: skip


@pytest.mark.usefixtures("rollback")
async def test_what_is_published_holds_and_every_forgery_is_caught(tmp_path: Path) -> None:
    transcript, receipt = await opening()
    assert len(transcript["bids"]) == 3
    assert [row["outcome"] for row in transcript["unopened"]] == ["not_confirmed"]
    assert verify_opening.findings(transcript, [receipt]) == []
    for name, forge in FORGERIES.items():
        forged = copy.deepcopy(transcript)
        forge(forged, receipt)
        assert forged != transcript, name
        assert verify_opening.findings(forged) != [], f"{name}, without a new digest"
        assert verify_opening.findings(resealed(forged)) != [], name
    files = {"opening": transcript, "receipt": receipt}
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    code, said = run(tmp_path / "opening.json", tmp_path / "receipt.json")
    assert (code, transcript["job"] in said) == (0, True)
    (tmp_path / "opening.json").write_text(json.dumps({**transcript, "version": 9}), "utf-8")
    code, said = run(tmp_path / "opening.json")
    assert (code, "digest" in said) == (1, True)


def run(*paths: Path) -> tuple[int, str]:
    """The script as a bidder runs it: alone, isolated."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, paths)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.usefixtures("rollback")
async def test_a_history_rewritten_as_a_whole_is_caught_by_a_receipt() -> None:
    transcript, receipt = await opening()
    gone = row_of(transcript, receipt)
    transcript["bids"].remove(gone)
    first = gone["digest"]
    replaced = next(line["replaces"] for line in transcript["log"] if line["digest"] == first)
    head, kept = "0" * 64, []
    for line in transcript["log"]:
        if line["digest"] in (first, replaced):
            continue
        content = {k: v for k, v in line.items() if k != "head"}
        head = verify_opening.sha256(head + verify_opening.canonical(content))
        kept.append({**content, "head": head})
    forged = resealed({**transcript, "log": kept})
    assert verify_opening.findings(forged) == []
    assert len(verify_opening.findings(forged, [receipt])) == 2


@pytest.mark.usefixtures("rollback")
async def test_both_openings_of_two_envelopes_hold() -> None:
    buyer = await actor(await make_organisation())
    job = await tendering.published_job(
        by=buyer, procedure_config={"minimum_bids": 2, "two_envelopes": True}
    )
    placed = [await tendering.place_bid(job, unit_price=price) for price in ("60", "70")]
    job = await tendering.open_bids(job)
    receipts = [bid.receipt for bid in placed]
    assert verify_opening.findings(await tendering.transcript_of(job), receipts) == []
    first, second = await Bid.filter(job=job).order_by("submitted_at", "id")
    assert job.bid_deadline_at is not None
    with clock.frozen_at(job.bid_deadline_at.replace(year=job.bid_deadline_at.year + 1)):
        job = await stages.shortlist(
            job, [second], {first.id: (RefusalReason.NOT_RESPONSIVE, "未按要求应答。")}, by=buyer
        )
        job = await tendering.release(job)
    assert verify_opening.findings(await tendering.transcript_of(job), receipts) == []


def test_the_script_is_small_and_stands_alone() -> None:
    text = SCRIPT.read_text("utf-8")
    assert text.count("\n") <= 200
    imported = {line.split()[1].partition(".")[0] for line in text.splitlines()
                if line.startswith(("import ", "from "))}  # fmt: skip
    assert imported <= set(sys.stdlib_module_names)
