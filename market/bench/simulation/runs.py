"""Seeds: one world each, played to its end and judged; many of them over processes."""

import asyncio
import datetime as dt
import gc
import hashlib
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID, SafeUUID

import uuid_utils.compat
from rich.console import Console
from rich.progress import Progress
from tortoise import Tortoise

from market.bench.simulation import bugs
from market.bench.simulation.checks import Checks, judge
from market.bench.simulation.errands import Errands
from market.bench.simulation.installation import installed, new_store
from market.bench.simulation.plans import plan_of
from market.bench.simulation.rails import Rails, connected
from market.bench.simulation.scene import Scene
from market.bench.simulation.scheduler import Scheduler, Violation
from market.bench.simulation.store import Store
from market.bench.simulation.world import START, build
from market.kit import clock, db, outbox
from market.kit.errors import AppError
from market.kit.i18n import gettext

# Who finishes what trouble has left, in this order.
BUSY = (
    "page", "events", "receipts", "bank", "retry", "treasury", "work 1", "late", "deposit",
    "letter", "forfeiture", "custody", "interest",
)  # fmt: skip
CLOCKWORK = ("retentions", "stale", "expire", "seal", "late returns", "returns")
ROUNDS = 40
CHUNK = 50
console = Console(stderr=True)


@dataclass
class Outcome:
    """What became of one seed."""

    seed: int
    violation: str = ""
    steps: int = 0
    history: list[str] = field(default_factory=list)
    digest: str = ""


class _Log:
    """Handlers may be refused or cut off; any other exception of theirs is a defect."""

    def exception(self, event: str, **values: Any) -> None:
        failure = sys.exception()
        if not isinstance(failure, AppError):
            raise Violation("handlers", f"{values.get('handler')}: {failure!r}")


@cache
def _prepare() -> None:
    """What Tortoise knows of the tables without a connection, and the catalogues."""
    if not Tortoise.apps:
        asyncio.run(db.connect("sqlite://:memory:"))
    gettext("")


def _start_process() -> None:
    """A process that only plays: what it has loaded stays, and need not be gone through for garbage."""
    _prepare()
    gc.freeze()


class Ground:
    """Where worlds are played, one after the other: everything of ours is directed to it, once."""

    def __init__(self) -> None:
        self.store, self.rails = new_store(), Rails()
        self.scheduler = Scheduler(0, self.store, START)
        self.keys = count()

    def next_key(self) -> UUID:
        """Keys in their order, the same in every run of a seed."""
        key = object.__new__(UUID)  # without its checks, which take longer
        object.__setattr__(key, "int", next(self.keys))
        object.__setattr__(key, "is_safe", SafeUUID.unknown)
        return key

    @contextmanager
    def world(self, seed: int) -> Iterator[Errands]:
        """A world at its beginning."""
        self.store.clear()
        self.keys = count(2**100 + 1)
        self.scheduler = Scheduler(seed, self.store, START)
        self.rails.open(self.scheduler)
        plan = plan_of(seed)
        made = build(self.store, self.scheduler.chance, plan)
        errands = Errands(Scene(self.scheduler, self.rails, made, plan))
        self.store.on_commit = Checks(self.store).commit
        try:
            yield errands
        finally:
            self.store.on_commit = lambda transaction: None
            self.scheduler.abandon()

    def play(self, seed: int) -> Outcome:
        """One seed from the signed contracts to the last payout."""
        outcome = Outcome(seed)
        with self.world(seed) as errands:
            scheduler = self.scheduler
            try:
                scheduler.start("open", "web", errands.clerks.open_books())
                scheduler.finish()
                before, after = errands.scene.plan.times
                _trouble(errands, before)
                _acceptance(errands)
                _trouble(errands, after)
                _calm(errands)
            except Violation as violation:
                outcome.violation = str(violation)
            outcome.steps, outcome.history = scheduler.steps, scheduler.history
        outcome.digest = hashlib.sha256("\n".join(outcome.history).encode()).hexdigest()[:16]
        return outcome


@contextmanager
def ground() -> Iterator[Ground]:
    """Within the block everything of ours is directed to a ground, on which worlds are played."""
    _prepare()
    here = Ground()
    with (
        clock.frozen_at(START),
        installed(here.store),
        connected(here.rails),
        patch.object(uuid_utils.compat, "uuid7", here.next_key),
        patch.object(outbox, "log", _Log()),
        patch.object(clock, "now", lambda: here.scheduler.now),
    ):
        yield here


def play(seed: int) -> Outcome:
    """`Ground.play` of one seed alone."""
    with ground() as here:
        return here.play(seed)


def play_script(script: Callable[[Scheduler, Errands], None], *, seed: int = 1) -> Store:
    """One world in which only `script` happens; what its store holds then."""
    with ground() as here, here.world(seed) as errands:
        script(here.scheduler, errands)
        return here.store


def _trouble(errands: Errands, kinds: Sequence[str]) -> None:
    """Errands at once, while processes die and answers are lost."""
    scheduler, plan = errands.scheduler, errands.scene.plan
    chance, tasks = scheduler.chance, scheduler.tasks
    errands.scene.trouble()
    for kind in kinds:
        scheduler.now += dt.timedelta(seconds=int(chance.random() * 240))
        name, process, act = errands.one(kind)
        scheduler.start(name, process, act())
        scheduler.run(lambda: len(tasks) < plan.at_once and chance.random() < plan.pace)
    scheduler.finish()
    errands.scene.calm()


def _acceptance(errands: Errands) -> None:
    """Most orders that are paid by now are delivered, the others undone with a page still open; and
    what that causes meets trouble again."""
    scheduler = errands.scheduler
    _round(errands, BUSY)
    for order in errands.world.orders:
        acts = [
            partial(errands.buyers.pay, order, by_bank=False),
            partial(errands.buyers.refund, order),
        ]
        if scheduler.chance.random() < 0.8:
            acts = [partial(errands.buyers.accept, order)]
        for act in acts:
            scheduler.start(act.func.__name__, "web", act())
            scheduler.finish()


def _calm(errands: Errands) -> None:
    """No more faults: everybody finishes, retentions fall due, and then everything is judged."""
    scheduler = errands.scheduler
    late = dt.timedelta(days=100)
    for wait, kinds in ((dt.timedelta(hours=1), BUSY), (late, BUSY + CLOCKWORK)):
        scheduler.now += wait
        for _number in range(ROUNDS):
            before = errands.scene.state()
            _round(errands, kinds)
            if errands.scene.state() == before:
                break
            scheduler.now += dt.timedelta(hours=1)
    scheduler.start("judge", "judge", judge(errands.rails))
    scheduler.finish()


def _round(errands: Errands, kinds: tuple[str, ...]) -> None:
    """Each of these errands once, one after the other."""
    errands.scheduler.start("round", "all", errands.each(kinds))
    errands.scheduler.finish()


def play_many(first: int, number: int, bug: str = "") -> tuple[list[Outcome], int, float]:
    """Play a run of seeds; the failures, the steps in all, and the processor time in seconds."""
    _prepare()
    begun = time.process_time()
    gc.disable()  # a world is small, and gone when its seed is done
    try:
        with bugs.planted(bug), ground() as here:
            outcomes = [here.play(seed) for seed in range(first, first + number)]
    finally:
        gc.collect()
        gc.enable()
    failed = [one for one in outcomes if one.violation]
    return failed, sum(one.steps for one in outcomes), time.process_time() - begun


def run(*, seeds: int, first: int, jobs: int, bug: str, as_json: bool) -> bool:
    """Play `seeds` seeds from `first` on over `jobs` processes; print, and say whether all are clean."""
    starts = range(first, first + seeds, CHUNK)
    counts = [min(CHUNK, first + seeds - start) for start in starts]
    failed: list[Outcome] = []
    steps, seconds = 0, 0.0
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_process) as pool,
        Progress(console=console) as bar,
    ):
        task = bar.add_task("seeds", total=seeds)
        for count, result in zip(
            counts, pool.map(partial(play_many, bug=bug), starts, counts), strict=True
        ):
            failed += result[0]
            steps += result[1]
            seconds += result[2]
            bar.update(task, advance=count, description=f"seeds, {len(failed)} failed")
    found = {
        "seeds": seeds, "first": first, "bug": bug, "failed": [one.seed for one in failed],
        "violations": [one.violation for one in failed], "steps": steps,
        "steps_per_seed": round(steps / seeds),
        "steps_per_second_and_core": round(steps / seconds),
        "seeds_per_second_and_core": round(seeds / seconds, 1),
    }  # fmt: skip
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(found, failed)
    return not failed


def _print(found: dict[str, Any], failed: list[Outcome]) -> None:
    for outcome in failed[:1]:
        print("\n".join(outcome.history))
    for outcome in failed[:20]:
        print(f"seed {outcome.seed}: {outcome.violation}")
        print(f"  replay: market bench simulation --seeds 1 --first {outcome.seed}")
    print(
        f"{found['seeds']} seeds, {len(failed)} failed, {found['steps']} steps"
        f" ({found['steps_per_seed']} a seed, {found['steps_per_second_and_core']} per second and core),"
        f" {found['seeds_per_second_and_core']} seeds per second and core"
    )
