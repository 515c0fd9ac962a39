"""Red flags that one process alone justifies.

Definitions: Open Contracting Partnership, Cardinal, `docs/cli/indicators`.
"""

from collections.abc import Iterable, Iterator

from market.redflags import releases as ocds
from market.redflags.basis import OCID, TENDERER, Finding, PriceComparison
from market.redflags.releases import Release
from market.redflags.settings import OthersDisqualified, ShortPeriod, SingleBid


class _AtOnce:
    def finish(self) -> Iterator[Finding]:
        """Nothing: each release was judged by itself."""
        return iter(())


class R003(_AtOnce):
    """Short submission period: fewer whole days than the threshold."""

    def __init__(self, rules: ShortPeriod) -> None:
        self._rules = rules

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """The process."""
        tender = ocds.member(release, "tender")
        methods = self._rules.procurement_methods
        if methods and ocds.text(tender.get("procurementMethod")) not in methods:
            return
        period = ocds.member(tender, "tenderPeriod")
        start, end = ocds.moment(period.get("startDate")), ocds.moment(period.get("endDate"))
        if start is None or end is None:
            return
        details = ocds.text(tender.get("procurementMethodDetails")) or ""
        least = self._rules.procurement_method_details.get(details, self._rules.threshold)
        if int((end - start).total_seconds() / 86400) < least:
            yield OCID, ocid, "R003", 1.0


class R018(_AtOnce):
    """A single tenderer in a competitive procedure."""

    def __init__(self, rules: SingleBid) -> None:
        self._methods = rules.procurement_methods

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """The process."""
        tender = ocds.member(release, "tender")
        count = tender.get("numberOfTenderers")
        is_one = type(count) is int and count == 1
        if is_one and ocds.text(tender.get("procurementMethod")) in self._methods:
            yield OCID, ocid, "R018", 1.0


class R028(_AtOnce):
    """Identical prices of different tenderers."""

    def __init__(self, prices: PriceComparison) -> None:
        self._prices = prices

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """The process and the tenderers."""
        if not self._prices.admits(release):
            return
        last: dict[tuple[float, str], set[str]] = {}
        for bid in ocds.submitted_bids(release):
            offered, who = ocds.price(bid), set(ocds.ids(bid.get("tenderers")))
            if offered is None or not who:
                continue
            others = last.get(offered)
            if others is not None and others != who:
                yield OCID, ocid, "R028", 1.0
                for tenderer in who | others:
                    yield TENDERER, tenderer, "R028", 1.0
            last[offered] = who


class R030(_AtOnce):
    """A late bid won: received after the deadline, as the two texts compare."""

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """The process and the late winners."""
        end = ocds.text(ocds.member(release, "tender", "tenderPeriod").get("endDate"))
        winners = {
            who for award in ocds.active_awards(release) for who in ocds.ids(award.get("suppliers"))
        }
        for bid in ocds.bids(release) or [] if end is not None else []:
            date = ocds.text(bid.get("date"))
            if bid["status"] == "valid" and date is not None and end is not None and date > end:
                for tenderer in winners.intersection(ocds.ids(bid.get("tenderers"))):
                    yield OCID, ocid, "R030", 1.0
                    yield TENDERER, tenderer, "R030", 1.0


class R035(_AtOnce):
    """All but the winner disqualified; the value counts the disqualified tenderers."""

    def __init__(self, rules: OthersDisqualified) -> None:
        self._least = max(rules.threshold, 1)

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """The process and its winner."""
        found = ocds.decided(release)
        if found is None:
            return
        awards, details = found
        winners = {who for award in awards for who in ocds.ids(award.get("suppliers"))}
        valid, refused = _tenderers(details, "valid"), _tenderers(details, "disqualified")
        others = len(refused - valid)
        if len(valid) == 1 and valid == winners and others >= self._least:
            yield OCID, ocid, "R035", float(others)
            yield TENDERER, next(iter(valid)), "R035", 0.0


class R036(_AtOnce):
    """The lowest bid was disqualified while another was awarded."""

    def __init__(self, prices: PriceComparison) -> None:
        self._prices = prices

    def read(self, release: Release, ocid: str) -> Iterator[Finding]:
        """The process."""
        if not self._prices.admits(release) or not ocds.active_awards(release):
            return
        lowest: tuple[float, str] | None = None
        has_valid = False
        for bid in ocds.submitted_bids(release):
            offered = ocds.price(bid)
            if offered is None or not self._prices.is_main(offered[1]):
                continue
            has_valid = has_valid or bid["status"] == "valid"
            if lowest is None or offered[0] < lowest[0]:
                lowest = (offered[0], bid["status"])
        if has_valid and lowest is not None and lowest[1] == "disqualified":
            yield OCID, ocid, "R036", 1.0


def _tenderers(details: Iterable[Release], status: str) -> set[str]:
    chosen = (bid for bid in details if bid["status"] == status)
    return {who for bid in chosen for who in ocds.ids(bid.get("tenderers"))}
