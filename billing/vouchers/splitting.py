"""V7: where a rule pays more for a contract cut in two, found in the rule and proved by an example."""

from collections.abc import Iterator
from dataclasses import dataclass

from billing.vouchers.claims import Claim, read_claim
from billing.vouchers.evaluation import quote
from billing.vouchers.rules import Programme, Tier


@dataclass(frozen=True)
class Gain:
    """The place of the rule that rewards splitting, and what it is, as a term of the rule."""

    place: str
    what: str


def splitting_gains(programme: Programme) -> list[Gain]:
    """Every part of a rule that pays more for two contracts than for the one they were cut from.

    A limit per contract, an amount that does not grow with the contract, a lower rate for larger
    contracts, rounding to the nearest fen. A count of one per subject takes the gain away.
    """
    if programme.base == "event" or not programme.tiers or _counts_to_one(programme):
        return []
    return [*_tiers(programme), *_limits(programme)]


def _counts_to_one(programme: Programme) -> bool:
    return any(
        cap.of == "subject"
        and cap.unit == "count"
        and not cap.categories
        and all(level.when is None and level.limit in (0, 1) for level in cap.levels)
        for cap in programme.caps
    )


def _tiers(programme: Programme) -> Iterator[Gain]:
    tiers = programme.tiers or ()
    for index, tier in enumerate(tiers):
        place = f"tiers[{index}]"
        if tier.flat_fen:
            yield Gain(place, "flat_fen")
        if tier.steps is not None and _is_concave(tier):
            yield Gain(place, "steps")
        if any(_lowers(tier, other) for other in tiers[index + 1 :]):
            yield Gain(place, "rate_bp")


def _is_concave(tier: Tier) -> bool:
    """Whether two contracts at some steps are paid more than one of their sum."""
    steps = tier.steps or ()

    def paid(base: int) -> int:
        return max((step.fen for step in steps if base >= step.from_fen), default=0)

    starts = [step.from_fen for step in steps]
    return any(paid(a) + paid(b) > paid(a + b) for a in starts for b in starts)


def _lowers(first: Tier, second: Tier) -> bool:
    """A tier for more spend that pays less than the next one pays for little of it."""
    if first.threshold is None:
        return False
    return first.threshold.effect == "excess" or _share(first) < _share(second)


def _share(tier: Tier) -> int:
    return 10000 if tier.full else tier.rate_bp or 0


def _limits(programme: Programme) -> Iterator[Gain]:
    for cap in programme.caps:
        if cap.of == "contract" and any(level.limit for level in cap.levels):
            yield Gain(f"caps.{cap.name}", "contract")
    if programme.rounding == "half_up":
        yield Gain("rounding", "half_up")


def totals_when_split(programme: Programme, claim: Claim, *, parts: list[int]) -> tuple[int, int]:
    """What a claim of one line is granted whole, and what its parts are granted one after another.

    Fen. The parts are contracts of their own, each filed knowing the ones before.
    """
    whole = quote(programme, claim).grant_fen
    total, history = 0, list(claim.history)
    for number, fen in enumerate(parts):
        lines = [claim.lines[0].model_copy(update={"amount_fen": fen})]
        data = claim.model_dump(mode="json") | {
            "lines": [line.model_dump(mode="json") for line in lines],
            "contract_id": f"{claim.contract_id or claim.id}-{number + 1}",
            "history": [one.model_dump(mode="json") for one in history],
        }
        part = read_claim(data)
        granted = quote(programme, part).grant_fen
        total += granted
        earlier = part.model_dump(
            mode="json", exclude={"id", "history", "other_grants", "remaining"}
        )
        again = read_claim(data | {"history": [earlier | {"granted_fen": granted}]})
        history.append(again.history[0])
    return whole, total
