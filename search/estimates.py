"""What a job is likely to cost: from awards of comparable work, else published quotes, else a rough band."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from market.kit import clock
from market.kit.i18n import N_
from market.kit.money import line_total
from market.prices.bands import band_of
from market.prices.models import PriceCell
from market.prices.monitor import newest_published
from market.tendering.models import Award, Job
from market.tendering.states import AwardStatus
from market.vocabulary.regions import province_of
from search import engines, lists
from search.documents import SupplierDocument
from search.fit import task_coverage
from search.grades import split_unit, unit_factor
from search.numerals import YUAN_SCALE

FEWEST = 5
"""Below this many awards there is no estimate: single contracts must not be recognisable."""
PERIOD = dt.timedelta(days=730)
MOST = 500
SHOWN = 5
_PLACES = Decimal("0.0001")
SAME_PROVINCE = N_("The same task and unit in the same province")
WHOLE_COUNTRY = N_("The same task and unit in the whole country")
KINDRED = N_("Kindred tasks with the same unit in the whole country")


@dataclass(frozen=True, slots=True)
class Prices:
    """Yuan for one unit and fen for the whole volume; the totals are 0 while there is no volume."""

    low: Decimal
    median: Decimal
    high: Decimal
    low_fen: int
    median_fen: int
    high_fen: int


@dataclass(frozen=True, slots=True)
class Step:
    """One widening that was tried: its msgid, and how many awards it has found."""

    label: str
    n: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimate of a job, how it was widened, and what stands behind it.

    `of_awards` is None below five awards; `of_quotes` then holds the lowest and the highest of what
    `quoting` suppliers publish, if any do. `of_band` is what the trade at large is said to pay, low
    confidence, where not even a quote is known. `published` is the newest published month of the price
    index for the task and unit.
    """

    unit: str
    steps: Sequence[Step]
    of_awards: Prices | None
    of_quotes: Prices | None
    quoting: int
    first: dt.date | None
    last: dt.date | None
    evidence: Sequence[Award]
    of_band: Prices | None = None
    published: PriceCell | None = None

    @property
    def n(self) -> int:
        """How many awards the last step has found."""
        return self.steps[-1].n

    @property
    def widened(self) -> str:
        """The msgid of the step that the figures are of."""
        return self.steps[-1].label


async def estimate_of(
    job: Job, suppliers: Iterable[SupplierDocument] | None = None
) -> Estimate | None:
    """The estimate of a job or a draft, its owner fetched; None before it names a task and a unit.

    Figures of awards are the first decile, the median and the ninth decile of unit prices of the last
    two years, the job's own left out; totals are unit price times volume, rounded half up to the fen.
    """
    if not job.task_types or not job.unit:
        return None
    steps, awards = _widened(job, await _awards(job))
    published = await newest_published(job.task_types[0], job.unit)
    if len(awards) >= FEWEST:
        days = [clock.in_china(award.created_at).date() for award in awards]
        return Estimate(
            split_unit(job.unit)[0], steps, _deciles(job, [a.bid.unit_price for a in awards]), None,
            0, min(days), max(days), awards[:SHOWN], published=published,
        )  # fmt: skip
    quotes, quoting = _quotes(job, await _candidates(job) if suppliers is None else suppliers)
    band = _ends(job, quotes) if quotes else None
    rough = None if band else _rough(job)
    return Estimate(
        split_unit(job.unit)[0], steps, None, band, quoting, None, None, (), rough, published
    )


async def _awards(job: Job) -> list[Award]:
    return (
        await Award.filter(
            status=AwardStatus.ACTIVE, job__unit=job.unit, job__modality=job.modality,
            created_at__gte=clock.now() - PERIOD, bid__unit_price__gt=0,
        )
        .exclude(job_id=job.id)
        .order_by("-id")
        .limit(MOST)
        .select_related("job", "bid")
    )  # fmt: skip


def _widened(job: Job, awards: Sequence[Award]) -> tuple[list[Step], list[Award]]:
    """The steps up to the first with enough awards, and the awards of the last one."""
    main = job.task_types[0]
    same = [award for award in awards if main in award.job.task_types]
    home = province_of(job.region_code)
    near = [award for award in same if home and province_of(award.job.region_code) == home]
    kindred = [award for award in awards if task_coverage([main], award.job.task_types).value]
    steps: list[Step] = []
    for label, found in ((SAME_PROVINCE, near), (WHOLE_COUNTRY, same), (KINDRED, kindred)):
        steps.append(Step(label, len(found)))
        if len(found) >= FEWEST:
            return steps, found
    return steps, []


async def _candidates(job: Job) -> Iterable[SupplierDocument]:
    document = await lists.document_of_job(job)
    (_matches, by_id), _is_degraded = await engines.ask(
        lambda engine: lists.suppliers_for(engine, document)
    )
    return by_id.values()


def _quotes(job: Job, suppliers: Iterable[SupplierDocument]) -> tuple[list[Decimal], int]:
    """Both ends of every published price band of the job's main task, and how many suppliers quote."""
    unit, found, quoting = split_unit(job.unit)[0], [], 0
    for supplier in suppliers:
        own = []
        for price in supplier["prices"]:
            factor = unit_factor(price["unit"], unit)
            if factor and task_coverage(job.task_types[:1], [price["task"]]).value:
                own += [Decimal(price[end]) * Decimal(str(factor)) / YUAN_SCALE
                        for end in ("low", "high")]  # fmt: skip
        found += own
        quoting += bool(own)
    return found, quoting


def _deciles(job: Job, prices: Sequence[Decimal]) -> Prices:
    deciles = statistics.quantiles(prices, n=10, method="inclusive")
    return _prices(job, deciles[0], deciles[4], deciles[8])


def _ends(job: Job, prices: Sequence[Decimal]) -> Prices:
    return _prices(job, min(prices), Decimal(statistics.median(prices)), max(prices))


def _rough(job: Job) -> Prices | None:
    band = band_of(job.task_types[0], split_unit(job.unit)[0])
    return _prices(job, band.low, (band.low + band.high) / 2, band.high) if band else None


def _prices(job: Job, *found: Decimal) -> Prices:
    low, median, high = (price.quantize(_PLACES) for price in found)
    return Prices(
        low, median, high, *(line_total(price, job.volume) for price in (low, median, high))
    )
