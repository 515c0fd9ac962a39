"""Pages of vouchers: explained to anybody, on an order, a decision with its proof, and the bureau's list."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from billing import (
    access,
    application_views,
    exports,
    offers,
    plans,
    programmes,
    redemptions,
    review_steps,
    wallet,
    words,
)
from billing.forms import BankReferenceInput, ProgrammeInput
from billing.models import VoucherAllocation
from billing.programme_views import ProgrammeRow, view_programmes
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.orders import words as order_words


async def explain(request: Request) -> Response:
    """Policy vouchers explained: what each programme pays for, to whom, and how much."""
    rows = await access.public_programmes().order_by("region_code", "code")
    return await web.render(
        request,
        "billing/vouchers_explained.html",
        programmes=await view_programmes(rows),
        words=words,
    )


async def show_for_order(request: Request) -> Response:
    """Every open programme's answer for one order; a POST applies one."""
    actor = web.signed_in(request)
    order = await access.order_of_party(actor, request.path_params["number"])
    form = await Form.read(request, ProgrammeInput)
    if form.is_valid:
        with form.guard():
            programme = await access.open_programme(form.input.programme)
            if programme.reviewed_since is not None:
                return web.see_other(
                    request, "vouchers:apply", number=order.number, code=programme.code
                )
            made = await redemptions.redeem_voucher(order, programme=programme, by=actor)
            return web.see_other(
                request,
                "vouchers:decision",
                number=made.number,
                flash=_("Voucher reserved for this order"),
            )
    answers = await offers.offers_for(order, claimant=offers.side_of(order, actor))
    return await web.render(
        request,
        "billing/vouchers_order.html",
        order=order,
        form=form,
        words=words,
        plan=await plans.plan_for([(order, answers)]),
        usable=[offer for offer in answers if offer.is_usable or offer.redemption],
        refused=[offer for offer in answers if not (offer.is_usable or offer.redemption)],
    )


async def order_plan(request: Request) -> Response:
    """The certificate of the best combination for one order, as the offline verifier reads it."""
    actor = web.signed_in(request)
    order = await access.order_of_party(actor, request.path_params["number"])
    return JSONResponse((await plans.plan_over([order], by=actor)).certificate)


async def wallet_plan(request: Request) -> Response:
    """The certificate of the best combination over all open orders."""
    actor = web.signed_in(request)
    orders = await wallet.open_orders(actor)
    return JSONResponse((await plans.plan_over(orders, by=actor)).certificate)


async def show_wallet(request: Request) -> Response:
    """What the organisation holds, could claim, and why not."""
    actor = web.signed_in(request)
    return await web.render(
        request,
        "billing/vouchers_wallet.html",
        wallet=await wallet.wallet_of(actor),
        words=words,
        steps=review_steps,
        views=application_views,
    )


async def release(request: Request) -> Response:
    """Give a reserved voucher back."""
    actor = web.signed_in(request)
    redemption = await access.own_redemption(actor, request.path_params["number"])
    await redemptions.release_voucher(redemption, by=actor)
    return web.see_other(
        request, "vouchers:decision", number=redemption.number, flash=_("Voucher given back")
    )


async def show_decision(request: Request) -> Response:
    """One decision: the grant, its split, the stages it reduces, and the trace."""
    actor = web.signed_in(request)
    redemption = await access.redemption_to_read(actor, request.path_params["number"])
    allocations = await VoucherAllocation.filter(redemption=redemption).select_related("milestone")
    return await web.render(
        request,
        "billing/vouchers_decision.html",
        redemption=redemption,
        words=words,
        rule=programmes.rule_of(redemption.programme),
        allocations=allocations,
        is_own=redemption.claimant_id == actor.organisation_id,
        order_words=order_words,
    )


async def proof(request: Request) -> Response:
    """The decision with its pinned rule, as the offline verifier reads it."""
    actor = web.signed_in(request)
    redemption = await access.redemption_to_read(actor, request.path_params["number"])
    return JSONResponse({"programme": redemption.programme.rule, "trace": redemption.trace})


async def list_for_bureau(request: Request) -> Response:
    """A bureau's programmes with what is left in their pools, and the claims on them."""
    actor = web.signed_in(request)
    rows: list[ProgrammeRow] = await view_programmes(await access.programmes_of(actor))
    query = access.redemptions_of(actor)
    if file := await exports.CLAIMS.file(request, query):
        return file
    page = await paginate(request, query)
    return await web.render(
        request, "billing/bureau_vouchers.html", programmes=rows, page=page, words=words
    )


async def record_payment(request: Request) -> Response:
    """Note that the treasury has paid a redeemed voucher."""
    actor = web.signed_in(request)
    redemption = await access.redemption_to_read(actor, request.path_params["number"])
    form = await Form.read(request, BankReferenceInput)
    if form.is_valid:
        with form.guard():
            await redemptions.record_treasury_payment(
                redemption, reference=form.input.reference, by=actor
            )
            return web.see_other(request, "bureau:vouchers", flash=_("Payment recorded"))
    return await web.render(request, "billing/vouchers_pay.html", form=form, redemption=redemption)


routes = [
    Route("/vouchers", explain, name="vouchers:explained"),
    Route("/vouchers/wallet", show_wallet, name="vouchers:wallet"),
    Route("/vouchers/wallet/plan.json", wallet_plan, name="vouchers:wallet_plan"),
    Route("/orders/{number}/vouchers/plan.json", order_plan, name="vouchers:plan"),
    Route(
        "/orders/{number}/vouchers",
        show_for_order,
        name="vouchers:order",
        methods=["GET", "POST"],
    ),
    Route("/vouchers/decisions/{number}", show_decision, name="vouchers:decision"),
    Route("/vouchers/decisions/{number}/proof.json", proof, name="vouchers:proof"),
    Route(
        "/vouchers/decisions/{number}/release", release, name="vouchers:release", methods=["POST"]
    ),
    Route("/bureau/vouchers", list_for_bureau, name="bureau:vouchers"),
    Route(
        "/bureau/vouchers/{number}/paid",
        record_payment,
        name="vouchers:pay",
        methods=["GET", "POST"],
    ),
]
