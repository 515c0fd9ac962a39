"""Jobs in their pilot, for tests: two envelopes, opened and shortlisted through the verbs."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from market.kit import clock
from market.kit.actor import Actor
from market.metrics.files import LabelFile
from market.pilots import items, preparation, rounds, submissions
from market.pilots.forms import PilotInput
from market.pilots.models import Pilot, PilotSubmission
from market.tendering.models import Bid, Job
from tests.factories import tendering
from tests.factories.accounts import actor, make_organisation

GOLD = {"a.png": "阳性", "b.png": "阴性", "c.png": "阳性", "d.png": "阴性"}
CONFIG: dict[str, Any] = {
    "minimum_bids": 1, "two_envelopes": True,
    "pilot": {"metric": "accuracy", "days": 3, "is_paid": False, "fee_fen": 0, "threshold": "0.6"},
    "weights": {"price": 40, "pilot": 30, "technical": 20, "quality": 5, "schedule": 5},
}  # fmt: skip


@dataclass
class PilotedJob:
    """A job at its pilot stage with its owner and its shortlisted firms."""

    job: Job
    owner: Actor
    firms: list[Actor]
    bids: list[Bid]


async def piloted_job(
    *, firms: int = 2, pilot: dict[str, Any] | None = None, by: Actor | None = None,
    bidders: Sequence[Actor] = (),
) -> PilotedJob:  # fmt: skip
    """The job after its shortlist: at the pilot, which nobody has prepared."""
    owner = by or await actor(await make_organisation(kind="demand"))
    config = {**CONFIG, "pilot": {**CONFIG["pilot"], **(pilot or {})}}
    job = await tendering.published_job(by=owner, procedure_config=config)
    bidders = list(bidders) or [await tendering.make_supplier() for _firm in range(firms)]
    bids = [await tendering.place_bid(job, by=firm) for firm in bidders]
    await tendering.open_bids(job)
    job = await tendering.shortlist_all(await Job.get(id=job.id))
    past = clock.now() - dt.timedelta(hours=1)  # the stages so far lie behind the test's clock
    await Job.filter(id=job.id).update(bid_deadline_at=past, closed_at=past)
    return PilotedJob(await Job.get(id=job.id), owner, bidders, bids)


def archive(members: dict[str, bytes]) -> bytes:
    """A zip of them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as box:
        for name, content in members.items():
            box.writestr(name, content)
    return stream.getvalue()


def items_file() -> LabelFile:
    """Four pictures and one that has no gold label."""
    names = [*GOLD, "spare.png"]
    return LabelFile("items.zip", archive({f"scans/{name}": name.encode() for name in names}))


def gold_file(labels: dict[str, str] = GOLD) -> LabelFile:
    """Their right classes."""
    rows = "".join(f"{item},{label}\n" for item, label in labels.items())
    return LabelFile("gold.csv", f"id,label\n{rows}".encode())


SETUP = PilotInput(metric="accuracy", instructions="逐张判断阳性或阴性，每张一行。")


async def prepare_pilot(job: Job, *, by: Actor, setup: PilotInput = SETUP) -> Pilot:
    """The pilot with the four pictures; at the pilot stage it opens at once."""
    await preparation.prepare(job, setup, items_file(), gold_file(), by=by)
    return await Pilot.get(job=job)


async def part_of(pilot: Pilot, by: Actor) -> PilotSubmission:
    """The firm's part."""
    return await PilotSubmission.get(pilot=pilot, bidder_id=by.organisation_id)


def answers_of(pilot: Pilot, by: Actor, labels: dict[str, str] = GOLD) -> LabelFile:
    """The labels under the firm's own names."""
    assert by.organisation_id is not None
    names = items.names_for(pilot, by.organisation_id)
    rows = "".join(f"{names[item.removesuffix('.png')]},{text}\n" for item, text in labels.items())
    return LabelFile("answers.csv", f"id,label\n{rows}".encode())


async def send(pilot: Pilot, by: Actor, labels: dict[str, str] = GOLD) -> PilotSubmission:
    """The firm's answers, read, checked and kept."""
    answers = answers_of(pilot, by, labels)
    return await submissions.send_answers(await part_of(pilot, by), answers, by=by)


async def release(pilot: Pilot) -> Pilot:
    """The pilot after its close, by the clock."""
    assert pilot.closes_at is not None
    with clock.frozen_at(pilot.closes_at + dt.timedelta(minutes=1)):
        await rounds.release_due_pilots()
    return await Pilot.get(id=pilot.id)
