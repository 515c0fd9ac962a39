"""JSON operations of the red-flag cases."""

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, cursor_page
from market.risks import access, cases
from market.risks.forms import DecisionInput
from market.risks.schemas import CaseOut, CasesQuery


@operation(
    "GET", "/risks/cases", summary="Red-flag cases of your region", tag="risks",
    query=CasesQuery, returns=CursorPage[CaseOut], scope="bureau:read",
)  # fmt: skip
async def list_cases(call: Call[Nothing, CasesQuery]) -> CursorPage[CaseOut]:
    """The newest first."""
    query = access.cases_to_see(call.actor)
    if call.query.status is not None:
        query = query.filter(status=call.query.status)
    rows, onward = await cursor_page(query, call.query)
    return CursorPage[CaseOut](items=[CaseOut.of(row) for row in rows], next=onward)


@operation(
    "GET", "/risks/cases/{number}", summary="One red-flag case", tag="risks",
    returns=CaseOut, scope="bureau:read",
)  # fmt: skip
async def show_case(call: Call[Nothing, Nothing]) -> CaseOut:
    """With its evidence."""
    return CaseOut.of(await access.case_to_see(call.path("number"), call.actor))


@operation(
    "POST", "/risks/cases/{number}/decision", summary="Decide a red-flag case", tag="risks",
    body=DecisionInput, returns=CaseOut, scope="bureau:write",
)  # fmt: skip
async def decide_case(call: Call[DecisionInput, Nothing]) -> CaseOut:
    """With reasons; once, until the evidence changes."""
    case = await access.case_to_see(call.path("number"), call.actor)
    body = call.body
    return CaseOut.of(await cases.decide_case(case, body.decision, body.reasons, by=call.actor))


operations: list[Operation] = [list_cases, show_case, decide_case]
