"""State machines: the only place where a status is assigned."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from market.kit import audit
from market.kit.actor import Actor
from market.kit.db import Row
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES

Transitions = Mapping[Any, frozenset[Any]]


class InvalidTransition(Conflict):
    """The row's state machine has no such move from its present status."""

    title = "This step is not possible now"


class Stateful(Row):
    """A row with a status that moves only along its transition table."""

    TRANSITIONS: ClassVar[Transitions]
    status: Any

    class Meta:
        abstract = True

    @classmethod
    def can_move(cls, old: StrEnum, new: StrEnum) -> bool:
        """Whether the table has the move `old` -> `new`."""
        return new in cls.TRANSITIONS.get(old, frozenset())

    async def move_to(
        self, status: StrEnum, *, by: Actor, reason: str = "", **changes: Any
    ) -> None:
        """Move to `status`, saving `changes` (field values) with it and writing the audit entry.

        Raises InvalidTransition when the table does not allow the move. Call it on a locked row.
        """
        old = self.status
        if not self.can_move(old, status):
            raise InvalidTransition(
                _(
                    "It stands at “%(status)s” now; this step is not possible",
                    status=_(STATUS_TONES["", old].label),
                )
            )
        before = {"status": old, **{name: getattr(self, name) for name in changes}}
        self.status = status
        for name, value in changes.items():
            setattr(self, name, value)
        await self.save(update_fields=["status", *changes])
        await audit.record(
            self,
            f"status:{status}",
            by=by,
            before=before,
            after={"status": status, **changes},
            reason=reason,
        )
