"""The frame of every page of the bureau's desk: who reads, which filters, which region."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from market.accounts.oversight import READERS, own_region
from market.bureau import access, boards, labels
from market.bureau.queries import StatisticsQuery
from market.kit import web
from market.kit.actor import Actor


def reader(request: Request) -> Actor:
    """The signed-in member of a bureau or the operator."""
    return web.signed_in(request, *READERS)


def asked(request: Request) -> StatisticsQuery:
    """The filters of the address."""
    return StatisticsQuery.model_validate(dict(request.query_params))


async def page(request: Request, template: str, query: StatisticsQuery, **context: Any) -> Response:
    """A page with its filters, its region and the way there."""
    own = own_region(reader(request))
    region = access.region_to_see(query.region, reader(request))
    return await web.render(
        request,
        f"bureau/{template}.html",
        query=query,
        own=own,
        region=region,
        period=query.chosen_period(),
        labels=labels,
        trail=boards.trail(region, own, query),
        **context,
    )
