"""Pages and operations of money that came too late: propose to send it back, agree, see it gone."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import bank_words, late_returns, statements, words
from billing.access import missing, require_operator
from billing.bank_forms import VerdictInput
from billing.bank_models import LateReturn
from billing.bank_states import DecisionKind, DecisionStatus
from billing.forms import RefundInput
from billing.ledger_models import LedgerTransaction
from billing.models import Payment
from market.kit import web
from market.kit.actor import Actor
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.settings import settings

TAG, WRITE = "custody", "payments:write"
BOTH = ["GET", "POST"]


class LateReturnOut(BaseModel):
    """A return of late money."""

    number: str
    payment: str
    amount_fen: int
    status: DecisionStatus
    note: str

    @classmethod
    async def of(cls, row: LateReturn) -> "LateReturnOut":
        """A return as it stands."""
        payment = await Payment.get(id=row.payment_id)
        return cls(number=row.number, payment=payment.number, amount_fen=row.amount_fen,
                   status=row.status, note=row.note)  # fmt: skip


async def late_payment(actor: Actor, number: str) -> Payment:
    """A payment for which money came late, for the operator."""
    require_operator(actor)
    found = await Payment.get_or_none(number=number).select_related("payer", "order")
    if found is None or not await late_returns.late_of(found):
        raise missing()
    return found


async def return_to_judge(actor: Actor, number: str) -> LateReturn:
    """A return, for the operator."""
    require_operator(actor)
    found = await LateReturn.get_or_none(number=number)
    if found is None:
        raise missing()
    return found


async def _page(
    request: Request, payment: Payment, form: Form[RefundInput] | Form[VerdictInput]
) -> Response:
    rows = await LateReturn.filter(payment=payment).order_by("id")
    keys = [f"{late_returns.KEY}{payment.id}", *(f"transfer:late_return:{r.id}" for r in rows)]
    found = await LedgerTransaction.filter(key__in=keys).order_by("id")
    return await web.render(
        request, "billing/late_show.html", payment=payment, rows=rows, form=form,
        late_fen=await late_returns.late_of(payment), words=words, limit_fen=settings.four_eyes_above_fen,
        is_open=not any(row.live_payment for row in rows), action=bank_words.decision(DecisionKind.RETURN),
        postings=await statements.with_entries(found),
    )  # fmt: skip


async def show_late(request: Request) -> Response:
    """What came late for a payment, and the proposal to send it back."""
    actor = web.signed_in(request)
    payment = await late_payment(actor, request.path_params["number"])
    form = await Form.read(request, RefundInput)
    if form.is_valid:
        with form.guard():
            await late_returns.propose_late_return(payment, reason=form.input.reason, by=actor)
            return web.see_other(request, "late:show", number=payment.number, flash=_("Noted"))
    return await _page(request, payment, form)


async def judge_late(request: Request) -> Response:
    """Agree to a return as the second person, or refuse it."""
    actor = web.signed_in(request)
    row = await return_to_judge(actor, request.path_params["number"])
    payment = await Payment.get(id=row.payment_id).select_related("payer", "order")
    form = await Form.read(request, VerdictInput)
    if form.is_valid:
        with form.guard():
            await late_returns.judge_late_return(
                row, is_agreed=form.input.agree, reason=form.input.reason, by=actor
            )
            return web.see_other(request, "late:show", number=payment.number, flash=_("Noted"))
    return await _page(request, payment, form)


@operation(
    "POST", "/payments/{number}/late-return", summary="Send late money back", tag=TAG,
    body=RefundInput, returns=LateReturnOut, status=201, scope=WRITE,
)  # fmt: skip
async def propose_late_return(call: Call[RefundInput, Nothing]) -> LateReturnOut:
    """All that came for a payment that was over, to its payer; above the amount a second person agrees."""
    payment = await late_payment(call.actor, call.path("number"))
    made = await late_returns.propose_late_return(payment, reason=call.body.reason, by=call.actor)
    return await LateReturnOut.of(made)


@operation(
    "POST", "/late-returns/{number}", summary="Agree to a return of late money", tag=TAG,
    body=VerdictInput, returns=LateReturnOut, scope=WRITE,
)  # fmt: skip
async def judge_late_return(call: Call[VerdictInput, Nothing]) -> LateReturnOut:
    """The second person's word."""
    row = await return_to_judge(call.actor, call.path("number"))
    made = await late_returns.judge_late_return(
        row, is_agreed=call.body.agree, reason=call.body.reason, by=call.actor
    )
    return await LateReturnOut.of(made)


operations: list[Operation] = [propose_late_return, judge_late_return]
routes = [
    Route("/operator/late-money/{number}", show_late, name="late:show", methods=BOTH),
    Route("/operator/late-returns/{number}", judge_late, name="late:judge", methods=BOTH),
]
