"""JSON operations of services and quotes."""

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.services import access, quotes
from market.services.forms import QuoteInput, ReplyInput, RequestInput, ServiceInput
from market.services.schemas import QuoteOut, ServiceOut, ServiceQuery

TAG, WRITE = "services", "directory:write"


@operation("GET", "/service-listings", summary="Services on offer", tag=TAG, query=ServiceQuery,
           returns=CursorPage[ServiceOut], public=True)  # fmt: skip
async def list_services(call: Call[Nothing, ServiceQuery]) -> CursorPage[ServiceOut]:
    """The newest first."""
    query = access.narrowed(access.listings_to_see(call.actor), call.query.kind, call.query.q)
    rows, onward = await cursor_page(query, call.query)
    return CursorPage[ServiceOut](items=[ServiceOut.of(row) for row in rows], next=onward)


@operation("POST", "/service-listings", summary="List a service", tag=TAG, body=ServiceInput,
           returns=ServiceOut, status=201, scope=WRITE)  # fmt: skip
async def list_service(call: Call[ServiceInput, Nothing]) -> ServiceOut:
    """Of a service firm or a base."""
    row = await quotes.save_service(call.body, by=call.actor)
    return ServiceOut.of(await access.own_listing(call.actor, row.number))


@operation("GET", "/quotes", summary="Your quotes", tag=TAG, query=CursorQuery,
           returns=CursorPage[QuoteOut], scope="profile:read")  # fmt: skip
async def list_quotes(call: Call[Nothing, CursorQuery]) -> CursorPage[QuoteOut]:
    """What you asked for and what you are asked."""
    rows, onward = await cursor_page(access.quotes_of(call.actor), call.query)
    return CursorPage[QuoteOut](items=[QuoteOut.of(row) for row in rows], next=onward)


@operation("POST", "/service-listings/{number}/quotes", summary="Ask for a quote", tag=TAG,
           body=RequestInput, returns=QuoteOut, status=201, scope=WRITE)  # fmt: skip
async def ask_for_quote(call: Call[RequestInput, Nothing]) -> QuoteOut:
    """Of a listed service of somebody else."""
    listing = await access.listing_to_see(call.actor, call.path("number"))
    row = await quotes.ask_for_quote(listing, call.body, by=call.actor)
    return QuoteOut.of(await access.quote_to_see(call.actor, row.number))


@operation("POST", "/quotes/{number}/answer", summary="Answer a request for a quote", tag=TAG,
           body=QuoteInput, returns=QuoteOut, scope=WRITE)  # fmt: skip
async def answer_request(call: Call[QuoteInput, Nothing]) -> QuoteOut:
    """The provider's."""
    row = await access.quote_to_see(call.actor, call.path("number"))
    await quotes.answer_request(row, call.body, by=call.actor)
    return QuoteOut.of(await access.quote_to_see(call.actor, row.number))


@operation("POST", "/quotes/{number}/reply", summary="Take or refuse a quote", tag=TAG,
           body=ReplyInput, returns=QuoteOut, scope=WRITE)  # fmt: skip
async def reply_to_quote(call: Call[ReplyInput, Nothing]) -> QuoteOut:
    """The requester's."""
    row = await access.quote_to_see(call.actor, call.path("number"))
    await quotes.reply_to_quote(row, call.body, by=call.actor)
    return QuoteOut.of(await access.quote_to_see(call.actor, row.number))


operations: list[Operation] = [
    list_services, list_service, list_quotes, ask_for_quote, answer_request, reply_to_quote,
]  # fmt: skip
