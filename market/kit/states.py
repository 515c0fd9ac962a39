"""State machines: the only place where a status is assigned."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, ClassVar, Self

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.manager import Manager
from tortoise.queryset import QuerySet, UpdateQuery

from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import Row
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES

Transitions = Mapping[Any, frozenset[Any]]


class InvalidTransition(Conflict):
    """The row's state machine has no such move from its present status."""

    title = "This step is not possible now"


class UndeclaredMove(Exception):
    """A defect of ours: a status was written past `move_to`, so past the table and the audit log."""


class _Query(QuerySet[Any]):
    """Rows whose status no bulk update may write."""

    def update(self, **kwargs: Any) -> UpdateQuery:
        if "status" in kwargs:
            raise UndeclaredMove(f"{self.model.__name__}: only move_to() writes a status")
        return super().update(**kwargs)


class _Rows(Manager):
    def get_queryset(self) -> QuerySet[Any]:
        return _Query(self._model)


class Stateful(Row):
    """A row with a status that moves only along its transition table."""

    TRANSITIONS: ClassVar[Transitions]
    KEEPS_REASON: ClassVar[bool] = False  # `move_to` writes its reason to the row's field, too
    OTHER_STARTS: ClassVar[frozenset[Any]] = (
        frozenset()
    )  # where a new row may stand besides `initial`
    status: Any
    _is_moving = False

    class Meta:
        abstract = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._meta.manager = _Rows()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "status" and self._saved_in_db and not self._is_moving:
            raise UndeclaredMove(f"{type(self).__name__}: only move_to() writes a status")
        super().__setattr__(name, value)

    @contextmanager
    def _moving(self) -> Iterator[None]:
        self._is_moving = True
        try:
            yield
        finally:
            self._is_moving = False

    async def refresh_from_db(
        self, fields: Iterable[str] | None = None, using_db: BaseDBAsyncClient | None = None
    ) -> None:
        """Read the row again, its status included."""
        with self._moving():
            await super().refresh_from_db(fields, using_db)

    @classmethod
    def initial(cls) -> StrEnum:
        """The status a new row has."""
        status: StrEnum = cls._meta.fields_map["status"].default
        return status

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
        before = self._step(status, changes)
        kept = ["reason"] if reason and self.KEEPS_REASON else []
        if kept:
            self.reason = reason
        await self.save(update_fields=["status", *changes, *kept])
        await audit.record(
            self,
            f"status:{status}",
            by=by,
            before=before,
            after={"status": status, **changes},
            reason=reason,
        )

    @classmethod
    async def move_all(
        cls, rows: Sequence[Self], status: StrEnum, *, by: Actor, reason: str = "", **changes: Any
    ) -> None:
        """`move_to` of many locked rows with the same changes, in two statements."""
        if not rows:
            return
        before = [row._step(status, changes) for row in rows]
        await cls.bulk_update(rows, ["status", "updated_at", *changes], batch_size=200)
        after = {"status": status, **changes}
        await audit.record_all(
            zip(rows, before, strict=True), f"status:{status}", by=by, after=after, reason=reason
        )

    def _step(self, status: StrEnum, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Take the move on this object alone; what was before."""
        if not self.can_move(self.status, status):
            raise InvalidTransition(
                _(
                    "It stands at “%(status)s” now; this step is not possible",
                    status=_(STATUS_TONES["", self.status].label),
                )
            )
        before = {"status": self.status, **{name: getattr(self, name) for name in changes}}
        with self._moving():
            self.status = status
        for name, value in changes.items():
            setattr(self, name, value)
        self.updated_at = clock.now()
        return before
