"""JSON operations of bulletins."""

from market.bulletins import access, editions
from market.bulletins.forms import BulletinInput, CorrectionInput
from market.bulletins.schemas import BulletinOut, WholeBulletinOut
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG = "statistics"


@operation(
    "GET", "/bulletins", summary="Issued bulletins", tag=TAG, query=CursorQuery,
    returns=CursorPage[BulletinOut], public=True,
)  # fmt: skip
async def list_bulletins(call: Call[Nothing, CursorQuery]) -> CursorPage[BulletinOut]:
    """The newest first; an authority sees the drafts of its region, too."""
    rows = access.bulletins_to_see(call.actor).order_by("-id")
    found, onward = await cursor_page(rows, call.query)
    return CursorPage[BulletinOut](items=[BulletinOut.of(row) for row in found], next=onward)


@operation(
    "GET", "/bulletins/{number}", summary="A bulletin with its tables", tag=TAG,
    returns=WholeBulletinOut, public=True,
)  # fmt: skip
async def show_bulletin(call: Call[Nothing, Nothing]) -> WholeBulletinOut:
    """Exact for the authorities over its region, suppressed for everybody else."""
    row = await access.bulletin_to_see(call.actor, call.path("number"))
    return WholeBulletinOut.with_tables(row, *access.face_of(call.actor, row))


@operation(
    "POST", "/bulletins", summary="Draft a bulletin of your region", tag=TAG,
    body=BulletinInput, returns=BulletinOut, status=201, scope="bureau:write",
)  # fmt: skip
async def draft_bulletin(call: Call[BulletinInput, Nothing]) -> BulletinOut:
    """Of a month or a year that is over."""
    return BulletinOut.of(await editions.draft_bulletin(call.body, by=call.actor))


@operation(
    "POST", "/bulletins/{number}/issue", summary="Issue a draft", tag=TAG,
    returns=BulletinOut, scope="bureau:write",
)  # fmt: skip
async def issue_bulletin(call: Call[Nothing, Nothing]) -> BulletinOut:
    """It is never changed afterwards."""
    row = await access.own_bulletin(call.actor, call.path("number"))
    return BulletinOut.of(await editions.issue_bulletin(row, by=call.actor))


@operation(
    "POST", "/bulletins/{number}/correct", summary="Draft the next edition", tag=TAG,
    body=CorrectionInput, returns=BulletinOut, status=201, scope="bureau:write",
)  # fmt: skip
async def correct_bulletin(call: Call[CorrectionInput, Nothing]) -> BulletinOut:
    """Saying what was wrong; the old edition stays as it was."""
    row = await access.own_bulletin(call.actor, call.path("number"))
    return BulletinOut.of(await editions.correct_bulletin(row, call.body, by=call.actor))


operations: list[Operation] = [
    list_bulletins, show_bulletin, draft_bulletin, issue_bulletin, correct_bulletin,
]  # fmt: skip
