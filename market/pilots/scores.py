"""Measuring answers against the gold: checked when they come in, measured by the worker, hidden till the release."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from market.kit import files, outbox
from market.kit.db import atomic, lock_id
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.metrics.files import LabelFile, LabelFileInvalid
from market.metrics.readers import read_labels
from market.metrics.scoring import Measurement, score_labels
from market.pilots import golds
from market.pilots.items import base_of, names_for
from market.pilots.models import Pilot, PilotSubmission, points_of
from market.pilots.states import SubmissionStatus

SHOWN = 5  # how many item names a refusal lists


async def measure(pilot: Pilot, bidder_id: UUID, answers: LabelFile) -> Measurement:
    """The firm's answers against the gold, whose items are renamed as the firm knows them.

    Raises InvalidInput when the file is malformed, names items the firm was not given, or leaves
    items out that the metric needs.
    """
    gold, names = await golds.for_measuring(pilot), names_for(pilot, bidder_id)
    return await asyncio.to_thread(_measured, pilot, names, gold, answers)


def _measured(
    pilot: Pilot, names: Mapping[str, str], gold: LabelFile, answers: LabelFile
) -> Measurement:
    metric = pilot.metric
    given = read_labels(metric.kind, [answers])
    known = set(names.values())
    unknown = sorted(item for item in given if base_of(item, known) not in known)
    if unknown:
        raise LabelFileInvalid(
            _(
                "The file names items you were not given: %(items)s",
                items=", ".join(unknown[:SHOWN]),
            )
        )
    truth = {
        _renamed(item, names): label for item, label in read_labels(metric.kind, [gold]).items()
    }
    missing = sorted(truth.keys() - given.keys())
    if missing and metric.is_agreement:
        raise LabelFileInvalid(
            _("This metric needs an answer for every item; %(count)s are missing, such as %(items)s",
              count=len(missing), items=", ".join(missing[:SHOWN]))
        )  # fmt: skip
    return score_labels(metric, truth, given)


def _renamed(item: str, names: Mapping[str, str]) -> str:
    base = base_of(item, names)
    return names[base] + item[len(base) :]


async def measure_submission(message: outbox.Message) -> None:
    """pilot.submitted: measure the answers that count now; answers sent later are measured in their turn."""
    await _measure_row(UUID(message.payload["submission"]))


async def measure_remaining(pilot_id: UUID) -> None:
    """Measure what the outbox has not come to yet, before the release."""
    waiting = PilotSubmission.filter(
        pilot_id=pilot_id, status=SubmissionStatus.SUBMITTED, measurement__isnull=True
    )
    for row in await waiting:
        await _measure_row(row.id)


async def _measure_row(row_id: UUID) -> None:
    row = await PilotSubmission.get(id=row_id).select_related("pilot", "file")
    if row.status != SubmissionStatus.SUBMITTED or row.measurement is not None:
        return
    answers = LabelFile(row.file.filename, await files.read(row.file))
    try:
        found = await measure(row.pilot, row.bidder_id, answers)
    except InvalidInput as exc:  # it was checked when it came in; a stricter reader may judge anew
        found = Measurement(row.pilot.metric_name, _worst(row.pilot), (), len(row.pilot.items), 0)
        await record_measurement(row, {**found.as_dict(), "refused": exc.message})
        return
    await record_measurement(row, found.as_dict())


def _worst(pilot: Pilot) -> float:
    return 0.0 if pilot.metric.is_higher_better else 1.0


@atomic()
async def record_measurement(row: PilotSubmission, found: dict[str, Any]) -> bool:
    """Keep the measurement of a file that still counts; False when another has replaced it."""
    current = await lock_id(PilotSubmission, row.id)
    if current.file_id != row.file_id or current.status != SubmissionStatus.SUBMITTED:
        return False
    current.measurement = found
    current.points = points_of(row.pilot.metric, float(found["value"]))
    await current.save(update_fields=["measurement", "points"])
    return True
