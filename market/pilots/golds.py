"""The hidden labels: committed to before the pilot, sealed until its results are released."""

import hashlib
import secrets

from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.metrics.files import LabelFile
from market.pilots.models import Pilot, PilotGold
from market.tendering import sealing

PURPOSE = "pilot-gold"
SEED = 64  # characters of the seed before the file's bytes


class StillHidden(Conflict):
    """The gold labels of a pilot are shown with its results, not before."""

    title = "The gold labels are still hidden"


def fresh_seed() -> str:
    """256 random bits as text: without them a short gold file could be guessed from its digest."""
    return secrets.token_hex(SEED // 2)


def commitment(seed: str, content: bytes) -> str:
    """SHA-256 of the seed's text and the file: `printf SEED | cat - GOLD | sha256sum`."""
    return hashlib.sha256(seed.encode() + content).hexdigest()


async def keep(pilot: Pilot, file: LabelFile, seed: str) -> None:
    """Keep the gold of a prepared pilot, in place of an earlier one."""
    content = seed.encode() + file.content
    sealed = sealing.keep(PURPOSE, content, bound_to=pilot.id.bytes)
    await PilotGold.filter(pilot=pilot).delete()
    await PilotGold.create(pilot=pilot, filename=file.name, sealed=sealed)


async def _opened(pilot: Pilot) -> tuple[str, LabelFile]:
    gold = await PilotGold.get(pilot_id=pilot.id)
    content = sealing.kept(PURPOSE, bytes(gold.sealed), bound_to=pilot.id.bytes)
    return content[:SEED].decode(), LabelFile(gold.filename, content[SEED:])


async def for_measuring(pilot: Pilot) -> LabelFile:
    """The gold for the measurement; never shown."""
    return (await _opened(pilot))[1]


async def seed_to_reveal(pilot: Pilot) -> str:
    """The seed, for the release that publishes it."""
    return (await _opened(pilot))[0]


def require_released(pilot: Pilot) -> None:
    """Nothing of what lies behind the results is shown before them. Raises StillHidden."""
    if not pilot.is_released:
        raise StillHidden(_("The gold labels are shown together with the results"))


async def revealed(pilot: Pilot) -> LabelFile:
    """The gold for its readers. Raises StillHidden before the release."""
    require_released(pilot)
    return await for_measuring(pilot)
