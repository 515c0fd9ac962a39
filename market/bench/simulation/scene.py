"""What everybody in one world shares: its time and chance, its rails, its plan, and how troubled the time is."""

from market.bench.simulation.plans import Faults, Plan
from market.bench.simulation.rails import Rails
from market.bench.simulation.scheduler import Scheduler
from market.bench.simulation.world import World


class Scene:
    """One world that is being played."""

    def __init__(self, scheduler: Scheduler, rails: Rails, world: World, plan: Plan) -> None:
        self.scheduler, self.rails, self.world, self.plan = scheduler, rails, world, plan
        self.chance = scheduler.chance
        scheduler.place = plan.faults.place
        self.calm()

    def trouble(self) -> None:
        """From now on things go wrong, as the plan says."""
        self.is_calm, self.faults = False, self.plan.faults
        self._tell(self.faults)

    def calm(self) -> None:
        """From now on events come once, in their order, and everybody does all of it."""
        self.is_calm, self.faults = True, Faults(delay=self.plan.faults.delay)
        self._tell(self.faults)

    def _tell(self, faults: Faults) -> None:
        self.scheduler.is_deadly, self.scheduler.kill_one_in = not self.is_calm, faults.death
        self.rails.faults = faults

    def outside(self) -> tuple[int, ...]:
        """What is another when anything happened outside."""
        rails = self.rails
        return rails.serial, len(rails.effects), len(rails.events), len(rails.bank_credits)

    def state(self) -> tuple[int, ...]:
        """What is another when anything was written, or happened outside."""
        return self.scheduler.store.commits, *self.outside()
