"""JSON operations of the certification of bases."""

from market.certification import access, applications, reviews
from market.certification import forms as f
from market.certification.models import CertificationRound
from market.certification.schemas import CertificationOut, ObjectionOut, RoundOut
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG = "certification"


@operation(
    "GET", "/certification-rounds", summary="Calls for the certification of bases", tag=TAG,
    query=CursorQuery, returns=CursorPage[RoundOut], public=True,
)  # fmt: skip
async def list_rounds(call: Call[Nothing, CursorQuery]) -> CursorPage[RoundOut]:
    """The newest first."""
    rows, onward = await cursor_page(CertificationRound.all().order_by("-id"), call.query)
    return CursorPage[RoundOut](items=[RoundOut.of(row) for row in rows], next=onward)


@operation(
    "POST", "/certification-rounds", summary="Call for applications of a province", tag=TAG,
    body=f.RoundInput, returns=RoundOut, status=201, scope="bureau:write",
)  # fmt: skip
async def open_round(call: Call[f.RoundInput, Nothing]) -> RoundOut:
    """A province's bureau's act."""
    return RoundOut.of(await reviews.open_round(call.body, by=call.actor))


@operation(
    "GET", "/certifications", summary="Certified bases and applications", tag=TAG,
    query=CursorQuery, returns=CursorPage[CertificationOut], public=True,
)  # fmt: skip
async def list_certifications(call: Call[Nothing, CursorQuery]) -> CursorPage[CertificationOut]:
    """What is publicised or certified; one's own and a bureau's region's in every status."""
    rows, onward = await cursor_page(access.certifications_to_see(call.actor), call.query)
    return CursorPage[CertificationOut](
        items=[CertificationOut.of(row) for row in rows], next=onward
    )


@operation(
    "POST", "/certifications/{number}/submit", summary="Hand an application in", tag=TAG,
    body=f.PledgeInput, returns=CertificationOut, scope="orders:write",
)  # fmt: skip
async def submit_application(call: Call[f.PledgeInput, Nothing]) -> CertificationOut:
    """Every condition must be met; the refusal names those that are not."""
    row = await access.own_certification(call.actor, call.path("number"))
    await applications.submit_application(row, call.body, by=call.actor)
    return CertificationOut.of(await access.own_certification(call.actor, row.number))


@operation(
    "POST", "/certifications/{number}/decide", summary="Review an application", tag=TAG,
    body=f.DecisionInput, returns=CertificationOut, scope="bureau:write",
)  # fmt: skip
async def decide(call: Call[f.DecisionInput, Nothing]) -> CertificationOut:
    """Of the bureau whose turn it is."""
    row = await access.certification_to_decide(call.actor, call.path("number"))
    await reviews.decide(row, call.body, by=call.actor)
    return CertificationOut.of(await access.certification_to_see(call.actor, row.number))


@operation(
    "POST", "/certifications/{number}/objections", summary="Object to a publicised application",
    tag=TAG, body=f.ObjectionInput, returns=ObjectionOut, status=201, scope="orders:write",
)  # fmt: skip
async def object_to(call: Call[f.ObjectionInput, Nothing]) -> ObjectionOut:
    """Once, by any verified organisation but the base."""
    row = await access.certification_to_see(call.actor, call.path("number"))
    return ObjectionOut.of(row.number, await reviews.object_to(row, call.body, by=call.actor))


operations: list[Operation] = [
    list_rounds, open_round, list_certifications, submit_application, decide, object_to,
]  # fmt: skip
