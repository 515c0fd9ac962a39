"""The page of the open data: what is published, in which form, under which licence."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.ocds.models import Release
from market.ocds.packages import EXTENSIONS, LICENSE
from market.settings import settings


async def show(request: Request) -> Response:
    """Feed, record, licence and extensions, and how many releases there are."""
    last = await Release.all().order_by("-sequence").first()
    return await web.render(
        request, "market/ocds/open_data.html", last=last, license=LICENSE, extensions=EXTENSIONS,
        prefix=settings.ocds_prefix,
    )  # fmt: skip


routes = [Route("/open-data", show, name="ocds:about")]
