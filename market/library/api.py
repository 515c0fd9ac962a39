"""JSON operations of the enterprise library."""

from market.accounts.oversight import own_region
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, cursor_page
from market.library import access, figures
from market.library.forms import LibraryQuery
from market.library.schemas import FirmOut, LibraryTotalsOut

TAG = "library"


@operation(
    "GET", "/library", summary="Firms of your region", tag=TAG, query=LibraryQuery,
    returns=CursorPage[FirmOut], scope="bureau:read",
)  # fmt: skip
async def list_firms(call: Call[Nothing, LibraryQuery]) -> CursorPage[FirmOut]:
    """For an authority: every verified firm, the newest first."""
    query = await access.narrowed(access.firms_to_read(call.actor), call.query)
    rows, onward = await cursor_page(query, call.query)
    return CursorPage[FirmOut](
        items=[FirmOut.of(firm) for firm in await figures.described(rows)], next=onward
    )


@operation(
    "GET", "/library/totals", summary="Firms of your region in figures", tag=TAG,
    returns=LibraryTotalsOut, scope="bureau:read",
)  # fmt: skip
async def show_totals(call: Call[Nothing, Nothing]) -> LibraryTotalsOut:
    """By tier and size, with the sums the firms report."""
    return LibraryTotalsOut.of(await figures.totals(own_region(call.actor).prefix))


operations: list[Operation] = [list_firms, show_totals]
