"""The figures above the list of cases: how often each flag was raised, and how often for nothing."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from market.kit import audit
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.risks.access import cases_to_see
from market.risks.models import FlagCase
from market.risks.states import CaseStatus
from market.risks.words import FLAGS


@dataclass(frozen=True, slots=True)
class Tally:
    """One flag's cases; `dismissed_bp` is the share of decided ones that were nothing, in basis points."""

    code: str
    title: str
    open: int
    confirmed: int
    dismissed: int

    @property
    def dismissed_bp(self) -> int | None:
        """The false-positive rate so far; None before the first decision."""
        decided = self.confirmed + self.dismissed
        return self.dismissed * 10_000 // decided if decided else None


async def tallies(by: Actor) -> list[Tally]:
    """One line a flag that has a case in the actor's region."""
    counted = Counter(await cases_to_see(by).values_list("code", "status"))
    return [
        Tally(
            code, _(flag.title), counted[code, CaseStatus.OPEN],
            counted[code, CaseStatus.CONFIRMED], counted[code, CaseStatus.DISMISSED],
        )
        for code, flag in FLAGS.items()
        if any(counted[code, status] for status in CaseStatus)
    ]  # fmt: skip


async def history(case: FlagCase) -> list[dict[str, Any]]:
    """The log of a case as a timeline."""
    words = {
        "found": _("Flag raised"),
        "status:open": _("Open again: the evidence has changed"),
        "status:confirmed": _("Confirmed"),
        "status:dismissed": _("Nothing wrong"),
    }
    return [
        {
            "at": entry.created_at,
            "text": words.get(entry.action, entry.action),
            "actor": entry.actor_label,
        }
        for entry in await audit.history(case)
    ]
