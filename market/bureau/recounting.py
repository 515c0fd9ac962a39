"""Counts every page's figures again by the independent scripts, in processes with the standard library alone."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from market.bureau import price_figures
from market.bureau.figures import fact_lines, figures_of, price_lines, public_figures
from market.bureau.models import Side, TradeRollup
from market.bureau.periods import PeriodName
from market.bureau.queries import StatisticsQuery
from market.bureau.statistics import Slice
from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE, Region

SCRIPT = files(__package__).joinpath("recount.py")
PRICES_SCRIPT = files(__package__).joinpath("recount_prices.py")
Asked = tuple[Slice, StatisticsQuery]
_NAMED = (PeriodName.MONTH, PeriodName.QUARTER, PeriodName.YEAR, PeriodName.TWELVE)


def slice_of(region: Region, period: PeriodName, side: Side, industry: str = "") -> Asked:
    """A slice as its page is asked for."""
    code = "" if region.code == COUNTRY_CODE else region.code
    query = StatisticsQuery(region=code, period=period, side=side, industry=industry)
    return Slice(region, query.chosen_period(), side, industry), query


async def _slices() -> list[Asked]:
    """The country in every period, on both sides and by industry; each region with a deal by year."""
    country = regions.region(COUNTRY_CODE)
    assert country is not None
    rows = await TradeRollup.all().distinct().values("region_code", "industry")
    found = [slice_of(country, period, side) for period in _NAMED for side in Side]
    for industry in sorted({row["industry"] for row in rows} - {"*"}):
        if industry:
            found.append(slice_of(country, PeriodName.YEAR, Side.DEMAND, industry))
    for code in sorted({row["region_code"] for row in rows} - {COUNTRY_CODE}):
        if place := regions.region(code):
            found += [slice_of(place, PeriodName.YEAR, side) for side in Side]
    return found


async def wrong_figures(only: Sequence[Asked] | None = None) -> list[str]:
    """A line for each figure of a page of the desk or of the public that the facts do not give.

    `only` names the slices of the desk to count again; without it all of them.
    """
    country = regions.region(COUNTRY_CODE)
    assert country is not None
    with tempfile.TemporaryDirectory(prefix="recount-") as folder:
        facts, prices, figures = (
            Path(folder, name) for name in ("facts.csv", "prices.csv", "figures.json")
        )
        for file, rows in ((facts, fact_lines(country)), (prices, price_lines(country))):
            lines = [line async for line in rows]
            await asyncio.to_thread(file.write_bytes, "".join(lines).encode())
        pages = await price_figures.all_pages()
        indices = [page for page in pages if page[0] == COUNTRY_CODE]
        stated = await figures_of(
            await _slices() if only is None else only,
            pages,
            {*indices, *price_figures.newest(pages)},
        ) | {
            "public": await public_figures(),
            "published_prices": await price_figures.published_figures(),
        }
        await asyncio.to_thread(figures.write_bytes, json.dumps(stated).encode())
        return [
            *await _run(SCRIPT, facts, figures),
            *await _run(PRICES_SCRIPT, prices, figures),
        ]


async def _run(script: Traversable, rows: Path, figures: Path) -> list[str]:
    """A script's lines; -I and -S keep installed packages and our own out of its reach."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(script), str(rows), str(figures),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    if process.returncode not in (0, 1) or errors:  # an exception ends Python with 1, too
        raise RuntimeError(f"{script.name} failed: {errors.decode()}")
    return output.decode().splitlines() if process.returncode else []
