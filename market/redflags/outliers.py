"""Red flags of a process or party that is an outlier among all of them.

Definitions: Open Contracting Partnership, Cardinal, `docs/cli/indicators`. Fences are Tukey's.
"""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from market.redflags import releases as ocds
from market.redflags.basis import (
    BUYER,
    OCID,
    PROCURING_ENTITY,
    TENDERER,
    Finding,
    PriceComparison,
)
from market.redflags.quartiles import fences, quantile
from market.redflags.releases import Release
from market.redflags.settings import Disqualifications, Ratio, SerialLoser, Variety


class Margins:
    """The relative distance of the winner's price to the next one, process by process (R024, R058).

    Only where the one winner had the lowest price: otherwise the price did not decide.
    """

    def __init__(self, prices: PriceComparison) -> None:
        self._prices = prices
        self.found: dict[str, tuple[float, str, str]] = {}

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """Keep the margin; flags nothing."""
        outcome = ocds.sole_winner(release) if self._prices.admits(release) else None
        if outcome is None:
            return iter(())
        winner, details = outcome
        own: float | None = None
        other: tuple[float, str] | None = None
        for tenderer, amount, currency in ocds.valid_offers(details):
            if not self._prices.is_main(currency):
                continue
            if tenderer == winner:
                own = amount if own is None else min(own, amount)
            elif other is None or amount < other[0]:
                other = (amount, tenderer)
        if own and other is not None and other[0] >= own:
            self.found[ocid] = ((other[0] - own) / own, winner, other[1])
        return iter(())

    def finish(self) -> Iterator[Finding]:
        """Nothing; R024 and R058 read what was found."""
        return iter(())


class R024:
    """Price close to the winning bid: the margin is at or under the lower fence."""

    def __init__(self, rules: Ratio, margins: Margins) -> None:
        self._rules, self._margins = rules, margins

    def read(self, _release: Release, _ocid: str) -> Iterator[Finding]:
        """Nothing yet."""
        return iter(())

    def finish(self) -> Iterator[Finding]:
        """The process, its winner and the next tenderer; none when a quarter has no margin at all."""
        fence = self._rules.threshold
        if fence is None:
            found = fences(margin for margin, _winner, _next in self._margins.found.values())
            fence = found[2] if found is not None and found[0] > 0 else 0.0
        if fence <= 0:
            return
        for ocid, (margin, winner, runner_up) in self._margins.found.items():
            if margin <= fence:
                yield OCID, ocid, "R024", margin
                yield TENDERER, winner, "R024", 0.0
                yield TENDERER, runner_up, "R024", 0.0


class R058:
    """Heavily discounted bid: the margin is at or over the upper fence."""

    def __init__(self, rules: Ratio, margins: Margins) -> None:
        self._rules, self._margins = rules, margins

    def read(self, _release: Release, _ocid: str) -> Iterator[Finding]:
        """Nothing yet."""
        return iter(())

    def finish(self) -> Iterator[Finding]:
        """The process and its winner."""
        margins = {ocid: found[0] for ocid, found in self._margins.found.items()}
        for group, ocid, code, margin in _above(margins, self._rules.threshold, OCID, "R058"):
            yield group, ocid, code, margin
            yield TENDERER, self._margins.found[ocid][1], code, 0.0


class R025:
    """Serial loser: a top tenderer whose share of winning bids is at or under the lower fence."""

    def __init__(self, rules: SerialLoser) -> None:
        self._rules = rules
        self._won: dict[str, int] = defaultdict(int)
        self._taken_part: dict[str, int] = defaultdict(int)

    def read(self, release: Release, _ocid: str) -> Iterator[Finding]:
        """Count each tenderer once a process."""
        if outcome := ocds.sole_winner(release):
            winner, details = outcome
            valid = (bid for bid in details if bid["status"] == "valid")
            for tenderer in {ocds.only_id(bid.get("tenderers")) for bid in valid} - {None}:
                assert tenderer is not None
                self._taken_part[tenderer] += 1
                self._won[tenderer] += tenderer == winner
        return iter(())

    def finish(self) -> Iterator[Finding]:
        """The tenderers; none when a quarter of them never wins."""
        ratios = {who: self._won[who] / count for who, count in self._taken_part.items()}
        top = quantile(map(float, self._taken_part.values()), Fraction(self._rules.percentile, 100))
        fence = self._rules.threshold
        if fence is None:
            found = fences(ratios.values())
            fence = found[2] if found is not None and found[0] > 0 else 0.0
        if fence <= 0 or top is None:
            return
        for who, ratio in ratios.items():
            if self._taken_part[who] >= top and ratio <= fence:
                yield TENDERER, who, "R025", ratio


class R038:
    """Too many disqualified bids: the share is at or over the upper fence of its group."""

    def __init__(self, rules: Disqualifications) -> None:
        self._rules = rules
        self._counts: dict[str, dict[str, list[int]]] = {
            group: defaultdict(lambda: [0, 0]) for group in (BUYER, PROCURING_ENTITY, TENDERER)
        }

    def read(self, release: Release, _ocid: str) -> Iterator[Finding]:
        """Count disqualified and submitted bids of buyer, procuring entity and tenderers."""
        submitted = ocds.submitted_bids(release)
        refused = 0
        for bid in submitted:
            is_refused = bid["status"] == "disqualified"
            refused += is_refused
            for tenderer in ocds.ids(bid.get("tenderers")):
                self._add(TENDERER, tenderer, int(is_refused), 1)
        if submitted:
            for group, path in (
                (BUYER, ("buyer",)),
                (PROCURING_ENTITY, ("tender", "procuringEntity")),
            ):
                if who := ocds.text(ocds.member(release, *path).get("id")):
                    self._add(group, who, refused, len(submitted))
        return iter(())

    def _add(self, group: str, who: str, refused: int, submitted: int) -> None:
        counts = self._counts[group][who]
        counts[0] += refused
        counts[1] += submitted

    def finish(self) -> Iterator[Finding]:
        """Group by group; none when three quarters of a group have no disqualified bid."""
        rules = self._rules
        least = {TENDERER: rules.minimum_submitted_bids}
        for group, counts in self._counts.items():
            enough = least.get(group, rules.minimum_contracting_processes)
            ratios = {who: a / b for who, (a, b) in counts.items() if b >= enough}
            yield from _above(ratios, rules.threshold, group, "R038")


class R048:
    """Heterogeneous supplier: the variety of what it was awarded is at or over the upper fence."""

    def __init__(self, rules: Variety) -> None:
        self._rules = rules
        self._processes: dict[str, int] = defaultdict(int)
        self._classes: dict[str, set[str]] = defaultdict(set)

    def read(self, release: Release, _ocid: str) -> Iterator[Finding]:
        """Collect the leading digits of what each sole supplier was awarded."""
        seen: set[str] = set()
        for award in ocds.active_awards(release):
            supplier = ocds.only_id(award.get("suppliers"))
            for item in ocds.objects(award.get("items")) or [] if supplier is not None else []:
                code = ocds.text(ocds.member(item, "classification").get("id"))
                if code is not None and supplier is not None:
                    self._classes[supplier].add(code[: self._rules.digits])
                    seen.add(supplier)
        for supplier in seen:
            self._processes[supplier] += 1
        return iter(())

    def finish(self) -> Iterator[Finding]:
        """The suppliers seen in enough processes."""
        least = self._rules.minimum_contracting_processes
        varieties = {
            who: float(len(codes))
            for who, codes in self._classes.items()
            if self._processes[who] >= least
        }
        yield from _above(varieties, self._rules.threshold, TENDERER, "R048")


def _above(
    values: dict[str, float], threshold: float | None, group: str, code: str
) -> Iterator[Finding]:
    found = fences(values.values())
    if found is None:
        return
    fence = found[3] if threshold is None else float(threshold)
    for who, value in values.items():
        if value >= fence > 0:
            yield group, who, code, value
