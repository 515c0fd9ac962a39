"""Pages and operations of what a supplier owes a buyer outside custody."""

import datetime as dt

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import access, debts
from billing.forms import RepaymentInput
from market.kit import web
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.forms import Form
from market.kit.i18n import gettext as _


async def repayments(request: Request) -> Response:
    """What the supplier owes after disputes; the buyer confirms what has come."""
    actor = web.signed_in(request)
    order = await access.order_of_party(actor, request.path_params["number"])
    form = await Form.read(request, RepaymentInput)
    if form.is_valid:
        with form.guard():
            await debts.confirm_repayment(order, **form.input.model_dump(), by=actor)
            return web.see_other(
                request, "repayments:show", number=order.number, flash=_("Repayment confirmed")
            )
    listed = await debts.debts_of(order)
    return await web.render(
        request, "billing/repayments_show.html", order=order, form=form, debts=listed,
        choices=[(debt.dispute, debt.dispute) for debt in listed if debt.repayment is None],
        is_buyer=order.buyer_id == actor.organisation_id,
    )  # fmt: skip


class DebtOut(BaseModel):
    """What one dispute left the supplier owing, in fen."""

    dispute: str
    amount_fen: int
    status: str
    reference: str
    confirmed_at: dt.datetime | None

    @classmethod
    def of(cls, debt: debts.Debt) -> "DebtOut":
        """From a debt."""
        paid = debt.repayment
        return cls(
            dispute=debt.dispute, amount_fen=debt.amount_fen, status=debt.status,
            reference=paid.reference if paid else "",
            confirmed_at=paid.confirmed_at if paid else None,
        )  # fmt: skip


class DebtsOut(BaseModel):
    """Every debt of an order."""

    items: list[DebtOut]


@operation(
    "GET", "/orders/{number}/repayments", summary="What the supplier owes outside custody",
    tag="billing", returns=DebtsOut, scope="payments:read",
)  # fmt: skip
async def list_debts(call: Call[Nothing, Nothing]) -> DebtsOut:
    """What a reduction exceeded the stages not released by, and whether it was repaid."""
    order = await access.order_of_party(call.actor, call.path("number"))
    return DebtsOut(items=[DebtOut.of(debt) for debt in await debts.debts_of(order)])


@operation(
    "POST", "/orders/{number}/repayments", summary="Confirm a repayment", tag="billing",
    body=RepaymentInput, returns=DebtsOut, status=201, scope="payments:write",
)  # fmt: skip
async def confirm_repayment(call: Call[RepaymentInput, Nothing]) -> DebtsOut:
    """The buyer has the money a dispute left the supplier owing."""
    order = await access.order_to_pay(call.actor, call.path("number"))
    await debts.confirm_repayment(order, **call.body.model_dump(), by=call.actor)
    return DebtsOut(items=[DebtOut.of(debt) for debt in await debts.debts_of(order)])


routes = [
    Route(
        "/orders/{number}/repayments", repayments, name="repayments:show", methods=["GET", "POST"]
    ),
]
operations: list[Operation] = [list_debts, confirm_repayment]
