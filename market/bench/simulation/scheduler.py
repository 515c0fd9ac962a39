"""One thread plays every process: tasks go on one step at a time, in an order the seed decides."""

import datetime as dt
import random
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, NoReturn

from market.bench.simulation.store import PAUSE, Store, Transaction
from market.kit import clock
from market.kit.errors import AppError

STEPS = 60_000  # of one seed: more is a task that never ends


class Violation(BaseException):
    """An invariant does not hold; not an Exception, so that no handler takes it for a failure."""

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant = invariant


class _Died(BaseException):
    """The process was killed here."""


@dataclass(eq=False)
class Task:
    """A coroutine with its process, its transaction and the lock it waits for."""

    name: str
    process: str
    work: Coroutine[Any, Any, Any]
    context: Context = field(default_factory=copy_context)
    transaction: Transaction | None = None
    until: Hashable | None = None
    time: dt.datetime | None = None


def _never() -> bool:
    return False


class Scheduler:
    """Time, chance, and the tasks under way."""

    def __init__(self, seed: int, store: Store, start: dt.datetime) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the seed is the point
        self.store, self.now = store, start
        self.tasks: list[Task] = []
        self.history: list[str] = []
        self.is_deadly = False  # whether a step may be its process's last:
        self.kill_one_in = 0  # one of so many steps is, 0: none;
        self.place = 0  # and the deadly step of this number, 0: none
        self.steps = 0
        self._is_enough: Callable[[], bool] = _never
        self._has_stopped = self._is_last = False  # what `_goes_on` has found for its task
        PAUSE.goes_on = self._goes_on

    def note(self, text: str) -> None:
        """A line of the history that a failing seed prints."""
        self.history.append(f"{self.steps:5} {text}")

    def start(self, name: str, process: str, work: Coroutine[Any, Any, Any]) -> None:
        """Add a task."""
        self.note(f"{process} {name}")
        self.tasks.append(Task(name, process, work))

    def run(self, is_enough: Callable[[], bool]) -> None:
        """Go on until no task is left, or enough was done; it is asked before every step."""
        self._is_enough, self._has_stopped = is_enough, False
        while self.tasks and not (self._has_stopped or is_enough()):
            self._step()

    def finish(self) -> None:
        """Go on until no task is left."""
        self.run(_never)

    def _step(self) -> None:
        """Let one task that can go on do so, or kill its process."""
        self.steps += 1
        if self.steps > STEPS:
            self._complain()
        ready = self.tasks
        if self.store.locks:
            ready = [task for task in ready if task.until not in self.store.locks]
        if not ready:
            raise Violation("liveness", f"{[task.name for task in self.tasks]} wait for each other")
        task = ready[int(self.chance.random() * len(ready))] if len(ready) > 1 else ready[0]
        if self.is_deadly and self._kills():
            self.kill(task.process)
            return
        self._resume(task)
        if self._is_last:
            self._is_last = False
            self.kill(task.process)

    def _goes_on(self) -> bool:
        """Whether the running task goes on at a pause: a step of the only task there is need not come
        back to us. It is counted, asked for and killed as any other."""
        if len(self.tasks) != 1:
            return False
        if self._is_enough is not _never and self._is_enough():
            self._has_stopped = True
            return False
        self.steps += 1
        if self.steps > STEPS:
            self._complain()
        if self.is_deadly and self._kills():
            self._is_last = True
            return False
        return True

    def _complain(self) -> NoReturn:
        raise Violation("liveness", f"{[task.name for task in self.tasks]} never end")

    def _kills(self) -> bool:
        if self.place:
            self.place -= 1
            if not self.place:
                return True
        return bool(self.kill_one_in) and self.chance.random() * self.kill_one_in < 1

    def happens(self, one_in: int) -> bool:
        """Whether what happens on one of so many occasions does on this one; 0: on none."""
        return bool(one_in) and self.chance.random() * one_in < 1

    def kill(self, process: str) -> None:
        """A process dies: its tasks end where they are, and what was not committed is gone."""
        self.note(f"{process} killed")
        self._end([task for task in self.tasks if task.process == process])

    def abandon(self) -> None:
        """End every task where it is, whatever it says."""
        for task in list(self.tasks):
            with suppress(BaseException):
                self._end([task])
        self.tasks.clear()

    def _end(self, tasks: list[Task]) -> None:
        PAUSE.goes_on = _never  # whoever dies does nothing more
        try:
            for task in tasks:
                self._resume(task, kill=True)
        finally:
            PAUSE.goes_on = self._goes_on

    def _resume(self, task: Task, *, kill: bool = False) -> None:
        if task.time is not self.now:
            task.context.run(clock._frozen.set, self.now)
            task.time = self.now
        self.store.transaction = task.transaction
        try:
            if kill:
                task.context.run(task.work.throw, _Died())
                raise AssertionError(f"{task.name} outlived its process")
            task.until = task.context.run(task.work.send, None).until
        except (StopIteration, _Died):
            self.tasks.remove(task)
        except AppError as refusal:  # a person reads a sentence, and nothing has changed
            self.note(f"{task.process} {task.name}: {type(refusal).__name__}")
            self.tasks.remove(task)
        except Exception as defect:
            raise Violation("defect", f"{task.name}: {defect!r}") from defect
        finally:
            task.transaction, self.store.transaction = self.store.transaction, None
