"""Pages of contracts and orders."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import documents, i18n, paging, web
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.orders import (
    access,
    change_routes,
    contract_views,
    contracts,
    delivery_routes,
    drafting,
    exports,
    orders,
    proof_routes,
    review_routes,
    review_words,
    views,
    words,
    work_routes,
)
from market.orders.contract_forms import DraftInput
from market.orders.forms import ReasonInput, SignInput
from market.orders.models import Contract
from market.orders.states import ContractStatus, OrderStatus
from market.orders.terms import digest_of


async def list_contracts(request: Request) -> Response:
    """The organisation's contracts, newest first; `?status=` narrows."""
    actor = web.signed_in(request)
    query = access.contracts_of(actor).select_related("buyer", "supplier", "job").order_by("-id")
    status = request.query_params.get("status", "")
    if status in tuple(ContractStatus):
        query = query.filter(status=status)
    if file := await exports.CONTRACTS.file(request, query):
        return file
    page = await paging.paginate(request, query)
    return await web.render(
        request, "market/orders/contracts_list.html", page=page, status=status,
        statuses=ContractStatus,
    )  # fmt: skip


async def show_contract(request: Request) -> Response:
    """A contract with its clauses, steps and signatures."""
    actor = web.signed_in(request)
    contract = await access.contract_to_read(actor, request.path_params["number"])
    return await _contract_page(request, contract)


async def _contract_page(
    request: Request, contract: Contract, form: Form[SignInput] | None = None
) -> Response:
    return await web.render(
        request, "market/orders/contracts_show.html", contract=contract, words=words,
        language=i18n.current_locale(), form=form or Form(SignInput, {"digest": contract.digest}),
        view=await contract_views.contract_view(contract, web.actor_of(request)),
    )  # fmt: skip


async def settle(request: Request) -> Response:
    """The buyer's choices in a draft that nobody has signed."""
    actor = web.signed_in(request)
    contract = await access.own_contract(actor, request.path_params["number"])
    form = await Form.read(request, DraftInput, drafting.typed(drafting.draft_of(contract.terms)))
    if form.is_valid:
        with form.guard():
            await contracts.settle_draft(contract, form.input, by=actor)
            return web.see_other(
                request, "contracts:show", number=contract.number, flash=_("Draft settled")
            )
    return await web.render(
        request, "market/orders/contracts_settle.html", contract=contract, form=form
    )


async def sign(request: Request) -> Response:
    """Sign for one's side."""
    actor = web.signed_in(request)
    contract = await access.own_contract(actor, request.path_params["number"])
    form = await Form.read(request, SignInput)
    if form.is_valid:
        with form.guard():
            await contracts.sign_contract(contract, digest=form.input.digest, by=actor)
            return web.see_other(
                request, "contracts:show", number=contract.number, flash=_("Contract signed")
            )
    return await _contract_page(request, contract, form)


async def refuse(request: Request) -> Response:
    """Refuse to sign, with a reason."""
    actor = web.signed_in(request)
    contract = await access.own_contract(actor, request.path_params["number"])
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await contracts.refuse_contract(contract, reason=form.input.reason, by=actor)
            return web.see_other(
                request, "contracts:show", number=contract.number, flash=_("Signing refused")
            )
    return await web.render(
        request, "market/orders/contracts_refuse.html", contract=contract, form=form
    )


async def print_contract(request: Request) -> Response:
    """The contract on A4."""
    actor = web.signed_in(request)
    contract = await access.contract_to_read(actor, request.path_params["number"])
    document = await documents.issue(N_("Contract"), contract.number, contract.digest)
    return await web.render(
        request, "market/orders/contracts_print.html", contract=contract, document=document,
        words=words, language=i18n.current_locale(),
    )  # fmt: skip


async def verify(request: Request) -> Response:
    """For anybody who holds a document: whether a digest or code belongs to a contract here."""
    code = request.query_params.get("code", "").strip()
    contract = await access.contract_by_code(code) if code else None
    is_intact = contract is not None and digest_of(contract.terms) == contract.digest
    return await web.render(
        request, "market/orders/contracts_verify.html", code=code, contract=contract,
        is_intact=is_intact, status_code=404 if code and contract is None else 200,
    )  # fmt: skip


async def list_orders(request: Request) -> Response:
    """The organisation's orders, newest first; `?status=&q=` narrow, `?format=` exports."""
    actor = web.signed_in(request)
    query = access.orders_of(actor).order_by("-id")
    status, text = (request.query_params.get(name, "").strip() for name in ("status", "q"))
    if status in tuple(OrderStatus):
        query = query.filter(status=status)
    if text:
        query = query.filter(access.order_text(text))
    query = query.select_related("buyer", "supplier", "job")
    if file := await exports.ORDERS.file(request, query):
        return file
    page = await paging.paginate(request, query)
    return await web.render(
        request, "market/orders/orders_list.html", page=page, status=status, q=text,
        statuses=OrderStatus, own=actor.organisation_id,
    )  # fmt: skip


async def show_order(request: Request) -> Response:
    """An order with its lines, stages, batches, reviews, history; `?format=` exports its batches."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    view = await views.order_view(order, actor)
    if file := await exports.BATCHES.file(request, view.batches, subject=order.number):
        return file
    return await web.render(
        request, "market/orders/orders_show.html", order=order, words=words,
        language=i18n.current_locale(), view=view, review_words=review_words,
        batches=paging.whole(request, view.batches),
    )  # fmt: skip


async def cancel(request: Request) -> Response:
    """Cancel an order that has not been funded, with a reason."""
    actor = web.signed_in(request)
    order = await access.own_order(actor, request.path_params["number"])
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await orders.cancel_order(order, reason=form.input.reason, by=actor)
            return web.see_other(
                request, "orders:show", number=order.number, flash=_("Order cancelled")
            )
    return await web.render(request, "market/orders/orders_cancel.html", order=order, form=form)


routes = [
    Route("/contracts", list_contracts, name="contracts:list"),
    Route("/contracts/{number}", show_contract, name="contracts:show"),
    Route("/contracts/{number}/draft", settle, name="contracts:settle", methods=["GET", "POST"]),
    Route("/contracts/{number}/sign", sign, name="contracts:sign", methods=["POST"]),
    Route("/contracts/{number}/refuse", refuse, name="contracts:refuse", methods=["GET", "POST"]),
    Route("/contracts/{number}/print", print_contract, name="contracts:print"),
    Route("/verify", verify, name="contracts:verify"),
    Route("/orders", list_orders, name="orders:list"),
    Route("/orders/{number}", show_order, name="orders:show"),
    Route("/orders/{number}/cancel", cancel, name="orders:cancel", methods=["GET", "POST"]),
    *delivery_routes.routes,
    *change_routes.routes,
    *work_routes.routes,
    *proof_routes.routes,
    *review_routes.routes,
]
