"""The page of the network: what was exchanged with whom, and which conflicts it met."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.oversight import READERS
from market.exchange import access, words
from market.exchange.exports import SYNCS
from market.exchange.models import ExchangeRecord
from market.exchange.states import Collection
from market.kit import web
from market.kit.paging import paginate


async def list_syncs(request: Request) -> Response:
    """The log, and how many records each collection holds."""
    query = access.syncs_to_see(web.signed_in(request, *READERS))
    held = {
        collection: await ExchangeRecord.filter(collection=collection).count()
        for collection in Collection
    }
    return await SYNCS.file(request, query) or await web.render(
        request, "market/exchange/list.html", page=await paginate(request, query), held=held,
        words=words,
    )  # fmt: skip


routes = [Route("/bureau/exchange", list_syncs, name="exchange:list")]
