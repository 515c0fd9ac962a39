"""Pages of bureau: the regulator's desk and the public figures."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import statements, words
from billing.models import Payment
from market.bureau import (
    access,
    boards,
    deals,
    indicator_routes,
    labels,
    operator_routes,
    overview,
    publication,
    statistics,
    targets,
)
from market.bureau.answers import answers_for
from market.bureau.desk import asked, page, reader
from market.bureau.latest import SIZE, latest
from market.bureau.models import FactKind, TradeFact
from market.bureau.queries import DealsQuery
from market.bureau.sheets import exported, file_of
from market.bureau.statistics import Slice
from market.bureau.waiting import applications_waiting
from market.kit import web
from market.kit.paging import Page, paginate
from market.kit.tables import format_of
from market.orders.models import Milestone, Order
from market.vocabulary.regions import COUNTRY_CODE


async def show_overview(request: Request) -> Response:
    """Volume, its change, the trend, and where it comes from."""
    query = asked(request)
    part = access.slice_to_see(query, reader(request))
    board = await overview.board_of(part, query)
    if file := exported(request, board.sheets):
        return file
    by = reader(request)
    return await page(
        request, "overview", query, board=board, answers=await answers_for(part.region, by),
        waiting=await applications_waiting(by),
    )  # fmt: skip


async def _page_of(request: Request, query: DealsQuery, part: Slice) -> Page[TradeFact]:
    """Fifty facts; how many there are, and in which months, the rollup knows, but for one task."""
    if query.task:
        return await paginate(request, access.facts_asked(part, query), size=SIZE)
    counts = await statistics.rows_by_month(part, query.kind)
    return await latest(request, part, counts, lambda one: access.facts_asked(one, query))


async def show_deals(request: Request) -> Response:
    """The facts of the region, filtered; a file holds all of them, a page some."""
    query = DealsQuery.model_validate(dict(request.query_params))
    part = access.slice_to_see(query, reader(request))
    if fmt := format_of(request):
        rows = await access.facts_asked(part, query).limit(deals.MAX_EXPORTED)
        sheet = deals.facts_sheet(rows, await deals.contract_numbers(rows))
        return file_of(request, [sheet], fmt)
    shown = await _page_of(request, query, part)
    sheet, numbers = deals.facts_sheet((), {}), await deals.contract_numbers(shown.items)
    return await page(request, "deals", query, sheet=sheet, page=shown, numbers=numbers)


async def show_contracts(request: Request) -> Response:
    """The contracts of the region."""
    query = DealsQuery.model_validate({**request.query_params, "kind": FactKind.CONTRACTED})
    part = access.slice_to_see(query, reader(request))
    if fmt := format_of(request):
        rows = await access.facts_asked(part, query).limit(deals.MAX_EXPORTED)
        return file_of(request, [await deals.contracts_sheet(rows)], fmt)
    shown = await _page_of(request, query, part)
    sheet = await deals.contracts_sheet(list(shown.items))
    return await page(request, "contracts", query, sheet=sheet, page=shown)


async def show_contract(request: Request) -> Response:
    """One contract: parties, lines, stages, every fact counted for it, and its ledger rows."""
    contract = await access.contract_to_see(request.path_params["number"], reader(request))
    order = await Order.get(contract_id=contract.id)
    facts = await TradeFact.filter(contract_id=contract.id).order_by("occurred_at", "id")
    return await web.render(
        request,
        "bureau/contract.html",
        contract=contract,
        order=order,
        facts=facts,
        labels=labels,
        stages=await Milestone.filter(order_id=order.id).order_by("position"),
        payments=await Payment.filter(order_id=order.id).order_by("id"),
        postings=await statements.ledger_of(order),
        words=words,
    )


async def show_regions(request: Request) -> Response:
    """The regions one level down, each opening the next."""
    query = asked(request)
    part = access.slice_to_see(query, reader(request))
    sheet, tiles = await boards.regions_board(part, query)
    return exported(request, [sheet]) or await page(
        request, "regions", query, sheet=sheet, tiles=tiles
    )


async def show_targets(request: Request) -> Response:
    """Targets of the plans and the national bases beside what the platform measures."""
    query = asked(request)
    region = access.region_to_see(query.region, reader(request))
    sheets = [
        boards.targets_sheet(await targets.targets_of(region)),
        boards.comparison_sheet(
            region, await targets.comparison_of(region), targets.comparison_source()
        ),
    ]
    return exported(request, sheets) or await page(request, "targets", query, sheets=sheets)


async def show_public(request: Request) -> Response:
    """What everybody may see of a quarter of the market, small cells merged."""
    asked_for = request.query_params
    edition = await publication.edition_of(
        asked_for.get("quarter", ""), asked_for.get("region", "")
    )
    whole = await publication.quarters_table()
    tables = [*edition.tables, *([whole] if edition.region.code == COUNTRY_CODE else [])]
    return exported(request, [table.sheet for table in tables]) or await web.render(
        request, "bureau/public.html", edition=edition, tables=tables, labels=labels,
        quarters=[publication.quarter_name(period) for period in publication.quarters()],
        quarter=publication.quarter_name(edition.period),
    )  # fmt: skip


routes = [
    Route("/bureau/overview", show_overview, name="bureau:overview"),
    Route("/bureau/deals", show_deals, name="bureau:deals"),
    Route("/bureau/contracts", show_contracts, name="bureau:contracts"),
    Route("/bureau/contracts/{number}", show_contract, name="bureau:contract"),
    Route("/bureau/regions", show_regions, name="bureau:regions"),
    Route("/bureau/targets", show_targets, name="bureau:targets"),
    Route("/statistics", show_public, name="statistics:public"),
    *indicator_routes.routes,
    *operator_routes.routes,
]
