"""JSON operations of the review of vouchers, and of the best combination."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, Field

from billing import (
    access,
    application_access,
    application_views,
    applications,
    plans,
    reviews,
    wallet,
)
from billing.file_bodies import FileBody
from billing.forms import ProgrammeInput
from billing.programmes import rule_of
from billing.voucher_forms import ReviewInput
from billing.voucher_models import VoucherApplication
from billing.voucher_states import ApplicationStatus
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import files
from market.kit.actor import Actor
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.files import StoredFile
from market.kit.paging import CursorPage, CursorQuery, cursor_page

TAG = "billing"
READ, WRITE = "payments:read", "payments:write"


class ApplicationOut(BaseModel):
    """Where an application stands, who has it, and by when."""

    number: str
    programme: str
    order: str
    quoted_fen: int
    status: ApplicationStatus
    step: str
    waits_for: str
    due_at: dt.datetime | None
    is_overdue: bool
    reason: str
    source: str
    voucher: str | None

    @classmethod
    def of(cls, row: VoucherApplication) -> Self:
        """The application as it stands, its programme, order and voucher fetched."""
        return cls(
            number=row.number,
            programme=row.programme.code,
            order=row.order.number,
            quoted_fen=row.quoted_fen,
            status=row.status,
            step=row.step,
            waits_for=application_views.waits_for(row, rule_of(row.programme)),
            due_at=row.due_at,
            is_overdue=application_views.is_overdue(row),
            reason=row.reason,
            source=row.source,
            voucher=row.redemption.number if row.redemption else None,
        )


class EvidenceBody(FileBody):
    """A document of an application, by the kind its programme names."""

    kind: str = Field(max_length=32)


class ApplyBody(ProgrammeInput):
    """A programme with the documents it asks for."""

    documents: list[EvidenceBody] = Field(default=[], max_length=20)


class PlanOut(BaseModel):
    """The best combination of vouchers over the open orders, with its certificate."""

    total_fen: int
    upper_bound_fen: int
    is_exact: bool
    certificate: dict[str, Any]


async def _kept(bodies: Iterable[EvidenceBody], by: Actor) -> dict[str, list[StoredFile]]:
    found: dict[str, list[StoredFile]] = {}
    for body in bodies:
        file = await files.store(body.filename, body.bytes(), by=by)
        found.setdefault(body.kind, []).append(file)
    return found


async def _again(call: Call[Any, Any], number: str) -> ApplicationOut:
    return ApplicationOut.of(await application_access.application_to_read(call.actor, number))


@operation(
    "POST", "/orders/{number}/voucher-applications", summary="Apply for a reviewed voucher",
    tag=TAG, body=ApplyBody, returns=ApplicationOut, status=201, scope=WRITE,
)  # fmt: skip
async def apply_for_voucher(call: Call[ApplyBody, Nothing]) -> ApplicationOut:
    """With the documents the programme asks for at this step, in base64; 422 names those missing."""
    order = await access.order_of_party(call.actor, call.path("number"))
    require(call.actor, Role.BUYER, Role.FINANCE)
    programme = await access.open_programme(call.body.programme)
    made = await applications.apply_for_voucher(
        order,
        programme=programme,
        documents=await _kept(call.body.documents, call.actor),
        by=call.actor,
    )
    return await _again(call, made.number)


@operation(
    "GET", "/voucher-applications", summary="Applications for vouchers", tag=TAG,
    query=CursorQuery, returns=CursorPage[ApplicationOut], scope=READ,
)  # fmt: skip
async def list_applications(call: Call[Nothing, CursorQuery]) -> CursorPage[ApplicationOut]:
    """Your own, or those on your bureau's desk, newest first."""
    rows, following = await cursor_page(application_access.applications_of(call.actor), call.query)
    return CursorPage(items=[ApplicationOut.of(row) for row in rows], next=following)


@operation(
    "GET", "/voucher-applications/{number}", summary="An application for a voucher", tag=TAG,
    returns=ApplicationOut, scope=READ,
)  # fmt: skip
async def show_application(call: Call[Nothing, Nothing]) -> ApplicationOut:
    """Where it is, who has it, and by when."""
    return await _again(call, call.path("number"))


@operation(
    "POST", "/voucher-applications/{number}/decide", summary="Decide a step of the review",
    tag=TAG, body=ReviewInput, returns=ApplicationOut, scope=WRITE,
)  # fmt: skip
async def decide_application(call: Call[ReviewInput, Nothing]) -> ApplicationOut:
    """Pass, return or refuse the present step; a refusal names reason and clause."""
    row = await application_access.application_to_decide(call.actor, call.path("number"))
    await reviews.decide_step(row, **call.body.model_dump(), by=call.actor)
    return await _again(call, row.number)


@operation(
    "POST", "/voucher-applications/{number}/withdraw", summary="Withdraw an application",
    tag=TAG, returns=ApplicationOut, scope=WRITE,
)  # fmt: skip
async def withdraw_application(call: Call[Nothing, Nothing]) -> ApplicationOut:
    """Before it is granted."""
    row = await application_access.own_application(call.actor, call.path("number"))
    await applications.withdraw(row, by=call.actor)
    return await _again(call, row.number)


@operation(
    "POST", "/voucher-applications/{number}/evidence", summary="Add a document to an application",
    tag=TAG, body=EvidenceBody, returns=ApplicationOut, status=201, scope=WRITE,
)  # fmt: skip
async def add_evidence(call: Call[EvidenceBody, Nothing]) -> ApplicationOut:
    """While it is open, of a kind the programme asks for; PDF, picture, XLSX, CSV or ZIP up to 20 MB."""
    row = await application_access.own_application(call.actor, call.path("number"))
    require(call.actor, Role.BUYER, Role.FINANCE)
    documents = await _kept([call.body], call.actor)
    await applications.add_evidence(row, documents=documents, by=call.actor)
    return await _again(call, row.number)


@operation(
    "GET", "/voucher-plan", summary="Best combination of vouchers", tag=TAG, returns=PlanOut,
    scope=READ,
)  # fmt: skip
async def show_plan(call: Call[Nothing, Nothing]) -> PlanOut:
    """Over your open orders; the certificate is checked by `python -m billing.vouchers.verifier`."""
    plan = await plans.plan_over(await wallet.open_orders(call.actor), by=call.actor)
    found = plan.found
    return PlanOut(
        total_fen=found.total_fen, upper_bound_fen=found.upper_bound_fen,
        is_exact=found.is_exact, certificate=plan.certificate,
    )  # fmt: skip


operations: list[Operation] = [
    apply_for_voucher, list_applications, show_application, decide_application,
    withdraw_application, add_evidence, show_plan,
]  # fmt: skip
