"""JSON operations of registration and filing."""

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.registration import access, filings
from market.registration.forms import AnswerInput, FilingInput
from market.registration.schemas import FilingOut, RegistrationOut


@operation(
    "GET", "/registrations", summary="Certificates of your contracts", tag="registration",
    query=CursorQuery, returns=CursorPage[RegistrationOut], scope="orders:read",
)  # fmt: skip
async def list_registrations(call: Call[Nothing, CursorQuery]) -> CursorPage[RegistrationOut]:
    """The newest first."""
    rows, onward = await cursor_page(access.registrations_to_see(call.actor), call.query)
    return CursorPage[RegistrationOut](items=[RegistrationOut.of(row) for row in rows], next=onward)


@operation(
    "GET", "/filings", summary="Filings of deals made elsewhere", tag="registration",
    query=CursorQuery, returns=CursorPage[FilingOut], scope="orders:read",
)  # fmt: skip
async def list_filings(call: Call[Nothing, CursorQuery]) -> CursorPage[FilingOut]:
    """One's own; for an authority those of its region."""
    rows, onward = await cursor_page(access.filings_to_see(call.actor), call.query)
    return CursorPage[FilingOut](items=[FilingOut.of(row) for row in rows], next=onward)


@operation(
    "POST", "/filings", summary="File a deal made elsewhere", tag="registration",
    body=FilingInput, returns=FilingOut, status=201, scope="orders:write",
)  # fmt: skip
async def file_deal(call: Call[FilingInput, Nothing]) -> FilingOut:
    """By the digest of its contract; the same contract is refused."""
    return FilingOut.of(await filings.file_deal(call.body, by=call.actor))


@operation(
    "POST", "/filings/{number}/answer", summary="Accept or return a filing", tag="registration",
    body=AnswerInput, returns=FilingOut, scope="bureau:write",
)  # fmt: skip
async def answer_filing(call: Call[AnswerInput, Nothing]) -> FilingOut:
    """An authority's act."""
    filing = await access.filing_to_read(call.actor, call.path("number"))
    return FilingOut.of(await filings.answer_filing(filing, call.body, by=call.actor))


operations: list[Operation] = [list_registrations, list_filings, file_deal, answer_filing]
