"""Pages of the price index: the bureau's with its evidence, and the published one."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.tables import format_of
from market.prices import access, views
from market.prices.monitor import evidence_of
from market.prices.queries import PricesQuery, PublishedQuery


async def show_prices(request: Request) -> Response:
    """The index of one's region, what rose most on what evidence, and one task in detail."""
    query = PricesQuery.model_validate(dict(request.query_params))
    actor = web.signed_in(request, *access.READERS)
    region = access.region_to_see(query.region, actor)
    board = await views.bureau_board(region, query)
    if request.query_params.get("table") == "evidence" and board.detail and format_of(request):
        rows = await evidence_of(region, board.month, board.detail.key)
        file = await views.EVIDENCE.file(request, rows, subject=query.task)
    else:
        file = await views.LINES.file(request, board.lines, subject=board.month)
    return file or await _page(request, "bureau", board, query)


async def show_published(request: Request) -> Response:
    """The index of the whole country, complete months, nothing below five contracts."""
    query = PublishedQuery.model_validate(dict(request.query_params))
    board = await views.published_board(query)
    file = await views.LINES.file(request, board.lines, subject=board.month)
    return file or await _page(request, "published", board, query)


async def _page(
    request: Request, template: str, board: views.Board, query: PublishedQuery
) -> Response:
    return await web.render(
        request, f"market/prices/{template}.html", board=board, query=query, views=views,
        months=views.months_until(views.month_now()),
    )  # fmt: skip


routes = [
    Route("/bureau/prices", show_prices, name="bureau:prices"),
    Route("/prices", show_published, name="prices:published"),
]
