"""What of our releases each indicator is given: prices are compared within one lot, all else in the whole process.

The indicators stay those of Cardinal, which reads every bid of a process as a rival of every other:
two lots of one job with the same price would be a flag, and are none.
"""

from collections import defaultdict
from typing import Any

from market.redflags import releases as ocds
from market.redflags.computing import Assessment, Flags
from market.redflags.settings import Settings

Json = dict[str, Any]
WITHIN_LOTS = "R028"


class Feed:
    """Two assessments of the same releases, and their findings as one."""

    def __init__(self, settings: Settings) -> None:
        others = {name: None for name in Settings.model_fields if name.startswith("R0")}
        own = {WITHIN_LOTS: getattr(settings, WITHIN_LOTS)}
        self._of_processes = Assessment(settings.model_copy(update={WITHIN_LOTS: None}))
        self._of_lots = Assessment(settings.model_copy(update=others | own))

    def read(self, release: Json) -> None:
        """Take one process into account."""
        self._of_processes.read(release)
        for part in lots_of(release):
            self._of_lots.read(part)

    def finish(self) -> Flags:
        """Every finding."""
        flags = self._of_processes.finish()
        for group, subjects in self._of_lots.finish().items():
            for subject, codes in subjects.items():
                flags.setdefault(group, {}).setdefault(subject, {}).update(codes)
        return flags


def lots_of(release: Json) -> list[Json]:
    """The release once for each lot that was bid for, with that lot's bids alone."""
    parts: dict[tuple[str, ...], list[Json]] = defaultdict(list)
    for bid in ocds.bids(release) or []:
        parts[tuple(sorted(bid.get("relatedLots", ())))].append(bid)
    return [{**release, "bids": {**release["bids"], "details": bids}} for bids in parts.values()]
