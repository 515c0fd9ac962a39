"""Firms send their answers to a pilot; the last file before the close counts."""

from typing import Any

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, files, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.metrics.files import LabelFile
from market.pilots import scores
from market.pilots.models import Pilot, PilotSubmission
from market.pilots.states import PilotStatus, SubmissionStatus

MAX_BYTES = 20 * files.MIB
RATE = "30/hour"
FIELD = "answers"
OCTETS = "application/octet-stream"


class PilotClosed(Conflict):
    """Answers are taken from the opening of the pilot to its close."""

    title = "The pilot is closed"


def is_open(pilot: Pilot) -> bool:
    """Whether answers are taken."""
    return pilot.status == PilotStatus.OPEN and not pilot.is_over


def require_open(row: PilotSubmission, pilot: Pilot, by: Actor) -> None:
    """Let the firm's people pass while the pilot is open. Raises NotFound, NotPermitted, PilotClosed."""
    require(by, Role.SALES, Role.PROJECT, Role.QUALITY, kind=OrganisationKind.SUPPLIER)
    if row.bidder_id != by.organisation_id:
        raise NotFound(_("This pilot does not exist"))
    if not is_open(pilot):
        raise PilotClosed(_("The pilot is closed; answers are no longer taken"))


async def send_answers(row: PilotSubmission, answers: LabelFile, *, by: Actor) -> PilotSubmission:
    """Read and check the answers, keep them, and let them count. Raises InvalidInput by field, besides the verb's."""
    pilot = await Pilot.get(id=row.pilot_id)
    require_open(row, pilot, by)
    await limit(RATE, "pilot answers", str(row.id))
    if len(answers.content) > MAX_BYTES:
        mib = MAX_BYTES // files.MIB
        raise InvalidInput(fields={FIELD: _("The file is larger than %(limit)s MB", limit=mib)})
    try:
        await scores.measure(pilot, row.bidder_id, answers)  # the value stays unseen and unkept
        stored = await files.store(
            answers.name, answers.content, by=by, max_bytes=MAX_BYTES, content_type=OCTETS
        )
    except InvalidInput as exc:
        raise InvalidInput(fields={FIELD: exc.message}) from None
    return await submit_answers(row, stored, by=by)


@atomic()
async def submit_answers(
    row: PilotSubmission, file: files.StoredFile, *, by: Actor
) -> PilotSubmission:
    """Let a checked file count as the firm's answers, in place of an earlier one; late ones are refused.

    Raises PilotClosed, NotFound, NotPermitted.
    """
    pilot = await lock(await Pilot.get(id=row.pilot_id))
    row = await lock(row)
    require_open(row, pilot, by)
    changes: dict[str, Any] = {
        "file_id": file.id,
        "submitted_at": clock.now(),
        "measurement": None,
        "points": None,
    }
    if row.status == SubmissionStatus.ISSUED:
        await row.move_to(SubmissionStatus.SUBMITTED, by=by, **changes)
    else:
        before = {"file_id": row.file_id}
        row.update_from_dict(changes)
        await row.save(update_fields=list(changes))
        await audit.record(
            row, "answers replaced", by=by, before=before, after={"file_id": file.id}
        )
    await outbox.record("pilot.submitted", submission=row.id)
    return row
