"""One thread plays every process: tasks go on one step at a time, in an order the seed decides."""

import datetime as dt
import random
from collections.abc import Coroutine, Hashable
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

from market.bench.simulation.store import Store, Transaction
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


class Scheduler:
    """Time, chance, and the tasks under way."""

    def __init__(self, seed: int, store: Store, start: dt.datetime) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the seed is the point
        self.store, self.now = store, start
        self.tasks: list[Task] = []
        self.history: list[str] = []
        self.kill_one_in = 0  # of so many steps one is a process's last; 0: never
        self.steps = 0

    def note(self, text: str) -> None:
        """A line of the history that a failing seed prints."""
        self.history.append(f"{self.steps:5} {text}")

    def start(self, name: str, process: str, work: Coroutine[Any, Any, Any]) -> None:
        """Add a task."""
        self.note(f"{process} {name}")
        self.tasks.append(Task(name, process, work))

    def step(self) -> None:
        """Let one task that can go on do so, or kill its process."""
        self.steps += 1
        if self.steps > STEPS:
            raise Violation("liveness", f"{[task.name for task in self.tasks]} never end")
        ready = [
            task for task in self.tasks if task.until is None or task.until not in self.store.locks
        ]
        if not ready:
            raise Violation("liveness", f"{[task.name for task in self.tasks]} wait for each other")
        task = ready[int(self.chance.random() * len(ready))] if len(ready) > 1 else ready[0]
        if self.kill_one_in and self.chance.random() * self.kill_one_in < 1:
            self.kill(task.process)
        else:
            self._resume(task)

    def finish(self) -> None:
        """Go on until no task is left."""
        while self.tasks:
            self.step()

    def kill(self, process: str) -> None:
        """A process dies: its tasks end where they are, and what was not committed is gone."""
        self.note(f"{process} killed")
        for task in [task for task in self.tasks if task.process == process]:
            self._resume(task, kill=True)

    def abandon(self) -> None:
        """End every task where it is, whatever it says."""
        for task in list(self.tasks):
            with suppress(BaseException):
                self._resume(task, kill=True)
        self.tasks.clear()

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
