"""What the pages show as codes and numbers, and the facts and unit prices behind it: the files of a recount."""

import csv
import datetime as dt
import io
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import Any

from market.bureau import boards, flows, overview, price_figures, publication, readings, stock_rows
from market.bureau.access import activities_of_slice, facts_of
from market.bureau.chunks import chunks
from market.bureau.facts import is_change
from market.bureau.indicators import catalogue
from market.bureau.measures import measured
from market.bureau.models import Side, TradeFact
from market.bureau.periods import PeriodName, period_of
from market.bureau.queries import StatisticsQuery
from market.bureau.readers import Reader, readers_below, readers_by_month
from market.bureau.sheets import Sheet
from market.bureau.statistics import Slice
from market.bureau.suppression import MINIMUM
from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE, Region

HEADER = (
    "table", "kind", "month", "region", "supplier_region", "industry", "modality", "unit",
    "is_change", "amount_fen", "hits", "base_fen",
)  # fmt: skip
PRICE_HEADER = (
    "task", "unit", "month", "region", "unit_price", "quantity", "quality_bp", "days", "signed_at",
    "id",
)  # fmt: skip
_FROM_ROWS = (
    "trade", "deals", "amount", "events", "share", "missed", "mean", "ratio", "leverage", "cross",
)  # fmt: skip


async def board_figures(part: Slice, query: StatisticsQuery) -> dict[str, Any]:
    """Every table of the desk's pages under the same filters."""
    board = await overview.board_of(part, query)
    places, _tiles = await boards.regions_board(part, query)
    flowing = flows.flows_sheet(await flows.flows_of(part))
    tables = {f"volume:{sheet.name}": _table(sheet) for sheet in board.sheets}
    tables["places:regions"] = _table(places)
    tables["flows:flows"] = _table(flowing, cells_from=2)
    tables["indicators:all"] = await _indicators(part)
    for name, found in (
        ("by_month", await readers_by_month(part)),
        ("by_region", await readers_below(part)),
    ):
        for measure in _flow_measures():
            tables[f"{name}:{measure}"] = await _values(measure, found)
    return {"query": _asked(part, board.trend.sheet), "tables": tables}


def _flow_measures() -> list[str]:
    rows = [row for row in catalogue().values() if row.span == "flow"]
    return [row.measure for row in rows if row.measure.partition(":")[0] in _FROM_ROWS]


async def _values(measure: str, found: Mapping[str, Reader]) -> dict[str, Any]:
    """A measure as its own page shows it, month by month or region by region."""
    values = {key: await measured(measure, one) for key, one in found.items()}
    return {"keys": list(values), "rows": [[value] for value in values.values()]}


def _asked(part: Slice, months: Sheet) -> dict[str, Any]:
    spans = {
        name: [one.period.first, one.period.last]
        for name, one in (
            ("span", part),
            ("before", part.before),
            ("year_before", part.year_before),
        )
    }
    return {
        "region": part.region.code,
        "side": part.side.value,
        "industry": part.industry,
        "modality": part.modality,
        "months": [months.keys[0], months.keys[-1]],
        **spans,
    }


def _table(sheet: Sheet, *, cells_from: int = 1) -> dict[str, Any]:
    """A sheet's rows after their names, under their codes."""
    return {"keys": list(sheet.keys), "rows": [list(row[cells_from:]) for row in sheet.rows]}


async def _indicators(part: Slice) -> dict[str, Any]:
    found = [
        one
        for _title, rows in await readings.readings_of(part)
        for one in rows
        if one.indicator.measure
    ]
    return {
        "names": {
            one.indicator.code: [one.indicator.measure, one.indicator.span == "flow"]
            for one in found
        },
        "keys": [one.indicator.code for one in found],
        "rows": [[one.value, one.before_bp, one.year_bp] for one in found],
    }


async def public_figures() -> list[dict[str, Any]]:
    """The published tables, small cells merged as they are shown."""
    names = {"provinces": "regions"}
    return [
        {
            "region": edition.region.code,
            "span": [edition.period.first, edition.period.last],
            "minimum": MINIMUM,
            "tables": {
                names.get(table.name, table.name): {
                    cell.code: [cell.contracts, cell.amount_fen] for cell in table.cells
                }
                for table in edition.tables
            },
        }
        for edition in await publication.all_editions()
    ]


async def figures_of(
    boards_: Sequence[tuple[Slice, StatisticsQuery]],
    prices: Sequence[price_figures.Page],
    adjusted: Collection[price_figures.Page],
) -> dict[str, Any]:
    """The file of figures: of each slice what its pages show, and the pages of the price index.

    `adjusted`: those of the pages whose quality-adjusted indices, one a task, are stated too.
    """
    return {
        "regions": list(_codes(COUNTRY_CODE)),
        "boards": [await board_figures(part, query) for part, query in boards_],
        "prices": await price_figures.index_figures(prices, adjusted),
    }


async def figures_to_download(part: Slice, query: StatisticsQuery) -> dict[str, Any]:
    """The file of figures of one's pages under the filters chosen."""
    pages = await price_figures.pages_below(part.region, part.period.months)
    own = [page for page in pages if page[0] == part.region.code]
    return await figures_of([(part, query)], pages, price_figures.newest(own))


def _codes(above: str) -> Iterator[str]:
    yield above
    for child in regions.children(above):
        yield from _codes(child.code)


async def fact_lines(region: Region) -> AsyncIterator[str]:
    """The file of facts, line by line: everything either side of which lies in a region."""
    yield _line(HEADER)
    seen: set[Any] = set()
    for side in (Side.DEMAND, Side.SUPPLY):
        everything = Slice(
            region, period_of(PeriodName.CUSTOM, first="2000-01", last="2099-12"), side
        )
        async for fact in chunks(facts_of(everything)):
            if side is Side.SUPPLY and fact.id in seen:
                continue
            if side is Side.DEMAND and region.code != COUNTRY_CODE:
                seen.add(fact.id)
            if side is Side.DEMAND or region.code != COUNTRY_CODE:
                yield _line(_trade(fact))
    everything = Slice(region, period_of(PeriodName.CUSTOM, first="2000-01", last="2099-12"))
    async for one in chunks(activities_of_slice(everything)):
        yield _line(
            ("activity", one.kind.value, one.month, _canonical(one.region_code), "", one.industry,
             one.modality, "", 0, one.amount_fen, one.hits, one.base_fen)
        )  # fmt: skip
    for measure, key, code, month, value in await stock_rows.rows_of(region):
        yield _line(("stock", measure, month, _canonical(code), "", "", "", key, 0, value, 0, 0))


async def price_lines(region: Region) -> AsyncIterator[str]:
    """The file of unit prices, line by line: everything the index of a region and below counts."""
    yield _line(PRICE_HEADER)
    async for one in chunks(price_figures.observations_of(region)):
        yield _line(
            (one.task_type, one.unit, one.month, _canonical(one.region_code),
             price_figures.whole(one.unit_price), int(one.quantity * 100), one.quality_bp, one.days,
             one.signed_at.astimezone(dt.UTC).isoformat(timespec="microseconds"), one.id)
        )  # fmt: skip


def _trade(fact: TradeFact) -> Sequence[object]:
    return (
        "trade", fact.kind.value, fact.month, _canonical(fact.region_code),
        _canonical(fact.supplier_region_code), fact.industry, fact.modality, fact.unit,
        int(is_change(fact)), fact.amount_fen, 0, 0,
    )  # fmt: skip


def _canonical(code: str) -> str:
    found = regions.region(code)
    return found.code if found else code


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
