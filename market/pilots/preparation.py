"""The owner prepares a pilot: items, hidden gold labels, metric; the gold is committed to by its digest."""

import asyncio

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, files
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.metrics.catalogue import METRICS, Metric, of_family
from market.metrics.files import LabelFile
from market.metrics.readers import read_labels
from market.metrics.scoring import score_labels
from market.pilots import golds, items, rounds
from market.pilots.forms import PilotInput
from market.pilots.models import Pilot
from market.pilots.states import PilotStatus
from market.tendering.models import Job
from market.tendering.procedures import PilotConfig, config_of
from market.tendering.states import JobStatus

PREPARERS = (Role.BUYER, Role.PROJECT, Role.QUALITY)
MAX_ITEMS_BYTES = 100 * files.MIB
MAX_GOLD_BYTES = 20 * files.MIB
SHOWN = 5  # how many item names a refusal lists
READY = (
    JobStatus.OPEN_ENQUIRIES,
    JobStatus.OPEN_BIDDING,
    JobStatus.PREQUALIFICATION,
    JobStatus.PILOT,
)


class NoPilotHere(Conflict):
    """The procedure of the job has no pilot, or its pilot can no longer be prepared."""

    title = "No pilot can be prepared"


def metrics_for(config: PilotConfig) -> list[Metric]:
    """The metrics of the family the procedure announced, the usual one first."""
    return of_family(config.metric)


def require_owner(job: Job, by: Actor) -> PilotConfig:
    """Let the owner's preparers pass, before a file is read. Raises NotFound, NotPermitted, NoPilotHere."""
    require(by, *PREPARERS)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    config = config_of(job).pilot
    if config is None or job.status not in READY:
        raise NoPilotHere(_("Job %(number)s has no pilot to prepare now", number=job.number))
    return config


async def prepare(
    job: Job, setup: PilotInput, items_file: LabelFile, gold: LabelFile, *, by: Actor
) -> Pilot:
    """Check both files, keep them and prepare the pilot. Raises InvalidInput by field, besides the verb's."""
    config = require_owner(job, by)
    if setup.metric not in {metric.name for metric in metrics_for(config)}:
        raise InvalidInput(fields={"metric": _("Choose one of the listed values")})
    for field, file, most in (
        ("items", items_file, MAX_ITEMS_BYTES), ("gold", gold, MAX_GOLD_BYTES),
    ):  # fmt: skip
        if len(file.content) > most:
            limit = most // files.MIB
            raise InvalidInput(
                fields={field: _("The file is larger than %(limit)s MB", limit=limit)}
            )
    names = await asyncio.to_thread(_checked, METRICS[setup.metric], items_file, gold)
    stored = await files.store(
        items_file.name, items_file.content, by=by, kinds=items.KINDS, max_bytes=MAX_ITEMS_BYTES
    )
    kept = LabelFile(files.safe_filename(gold.name), gold.content)
    return await prepare_pilot(job, setup, names, stored, kept, by=by)


def _checked(metric: Metric, items_file: LabelFile, gold: LabelFile) -> list[str]:
    """The items' names, after both files were read and the gold measured against itself."""
    try:
        names = items.read_items(items_file)
    except InvalidInput as exc:
        raise InvalidInput(fields={"items": exc.message}) from None
    try:
        labels = read_labels(metric.kind, [gold])
        known = set(names)
        unknown = sorted(item for item in labels if items.base_of(item, known) not in known)
        if unknown:
            listed = ", ".join(unknown[:SHOWN])
            raise InvalidInput(_("The gold labels name items that are not among the items: %(items)s",
                                 items=listed))  # fmt: skip
        itself = score_labels(metric, labels, labels)
    except InvalidInput as exc:
        raise InvalidInput(fields={"gold": exc.message}) from None
    if not metric.reaches(itself.value, 1.0 if metric.is_higher_better else 0.0):
        raise InvalidInput(
            fields={"gold": _("The gold labels do not agree with themselves by this metric")}
        )
    return names


@atomic()
async def prepare_pilot(
    job: Job, setup: PilotInput, names: list[str], items_file: files.StoredFile, gold: LabelFile,
    *, by: Actor,
) -> Pilot:  # fmt: skip
    """Prepare the pilot with checked files, or prepare it anew until it opens; it opens at once when due.

    The digest of seed and gold is public from here on. Raises NoPilotHere, NotFound, NotPermitted.
    """
    job = await lock(job)
    config = require_owner(job, by)
    pilot = await Pilot.get_or_none(job=job) or Pilot(job=job)
    if pilot.status != PilotStatus.PREPARED:
        raise NoPilotHere(_("The pilot has been opened and stays as it is"))
    seed = golds.fresh_seed()
    pilot.metric_name, pilot.instructions = setup.metric, setup.instructions
    pilot.threshold, pilot.days, pilot.fee_fen = config.threshold, config.days, config.fee_fen
    pilot.items_file, pilot.items = items_file, names
    pilot.gold_digest = golds.commitment(seed, gold.content)
    await pilot.save()
    await golds.keep(pilot, gold, seed)
    after = {"digest": pilot.gold_digest, "metric": pilot.metric_name, "items": len(names)}
    await audit.record(job, "pilot prepared", by=by, after=after)
    if job.status == JobStatus.PILOT:
        await rounds.open_pilot(job.id)
    return pilot
