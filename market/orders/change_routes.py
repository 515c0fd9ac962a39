"""Pages of a contract in force: its changes, versions, isolation rules, its end."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import documents, i18n, web
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.orders import (
    access,
    changes,
    contract_views,
    contracts,
    drafting,
    terminations,
    words,
)
from market.orders.change_models import ContractChange
from market.orders.contract_forms import (
    ChangeInput,
    IsolationChangeInput,
    IsolationInput,
    NoticeInput,
    TerminationInput,
)
from market.orders.differences import differences
from market.orders.forms import ReasonInput, SignInput
from market.orders.models import Contract, Order
from market.orders.states import ContractStatus, Rationale
from market.vocabulary import security


async def propose(request: Request) -> Response:
    """Propose a change of quantity, price or deadline."""
    actor = web.signed_in(request)
    contract = await access.own_contract(actor, request.path_params["number"])
    form = await Form.read(request, ChangeInput, draft="kept")
    if form.is_valid:
        with form.guard():
            change = await changes.propose_change(contract, form.input, by=actor)
            return _to_change(request, change, _("Change proposed; both sides sign it now"))
    return await web.render(
        request, "market/orders/changes_propose.html", contract=contract, form=form, words=words,
        order=await Order.get_or_none(contract_id=contract.id),
    )  # fmt: skip


def _to_change(request: Request, change: ContractChange, flash: str) -> Response:
    return web.see_other(request, "changes:show", number=change.number, flash=flash)


async def show(request: Request) -> Response:
    """A change: what differs, the text, the signatures."""
    change = await access.own_change(web.signed_in(request), request.path_params["number"])
    return await _change_page(request, change)


async def _change_page(
    request: Request, change: ContractChange, form: Form[SignInput] | None = None
) -> Response:
    view = await contract_views.change_view(change, web.actor_of(request))
    return await web.render(
        request, "market/orders/changes_show.html", change=change, words=words, view=view,
        form=form or Form(SignInput, {"digest": change.digest}),
    )  # fmt: skip


async def sign(request: Request) -> Response:
    """Sign a change for one's side."""
    actor = web.signed_in(request)
    change = await access.own_change(actor, request.path_params["number"])
    form = await Form.read(request, SignInput)
    if form.is_valid:
        with form.guard():
            await changes.sign_change(change, digest=form.input.digest, by=actor)
            return _to_change(request, change, _("Change signed"))
    return await _change_page(request, change, form)


async def refuse(request: Request) -> Response:
    """Refuse a change, or take one's own back, with a reason."""
    actor = web.signed_in(request)
    change = await access.own_change(actor, request.path_params["number"])
    form = await Form.read(request, ReasonInput)
    if form.is_valid:
        with form.guard():
            await changes.refuse_change(change, reason=form.input.reason, by=actor)
            return _to_change(request, change, _("Change refused"))
    return await web.render(
        request, "market/orders/changes_refuse.html", change=change, form=form, words=words
    )


async def print_change(request: Request) -> Response:
    """The change order on A4: what differs, and the digest both sign."""
    actor = web.signed_in(request)
    change = await access.own_change(actor, request.path_params["number"])
    document = await documents.issue(N_("Change order"), change.number, change.digest)
    return await web.render(
        request, "market/orders/changes_print.html", change=change, document=document,
        words=words, view=await contract_views.change_view(change, actor),
    )  # fmt: skip


async def print_version(request: Request) -> Response:
    """One version of a contract on A4, with what differs from the one before."""
    actor = web.signed_in(request)
    contract = await access.contract_to_read(actor, request.path_params["number"])
    version = await access.version_to_read(contract, request.path_params["version"])
    before = None
    if version.number > 1:
        before = await access.version_to_read(contract, version.number - 1)
    name = f"{contract.number}/v{version.number}"
    return await web.render(
        request, "market/orders/contracts_version.html", contract=contract, version=version,
        document=await documents.issue(N_("Contract"), name, version.digest), words=words,
        differences=differences(before.terms, version.terms) if before else [],
        language=i18n.current_locale(),
    )  # fmt: skip


async def isolation(request: Request) -> Response:
    """The isolation rules in force, which were when, and new ones to propose or settle."""
    actor = web.signed_in(request)
    contract = await access.own_contract(actor, request.path_params["number"])
    rules = contract.terms["isolation"]
    initial = {**rules, "access": "\n".join(rules["access"])}
    form = await Form.read(request, IsolationChangeInput, initial)
    if form.is_valid:
        with form.guard():
            return await _propose_isolation(request, contract, form.input)
    return await web.render(
        request, "market/orders/contracts_isolation.html", contract=contract, form=form,
        periods=await contract_views.isolation_periods(contract), words=words,
        places=[(term.zh, term.label(i18n.current_locale())) for term in
                security.WORK_PLACES.values()],
        view=await contract_views.contract_view(contract, actor),
    )  # fmt: skip


async def _propose_isolation(
    request: Request, contract: Contract, asked: IsolationChangeInput
) -> Response:
    actor = web.actor_of(request)
    rules = IsolationInput.model_validate(asked.model_dump(exclude={"explanation"}))
    if contract.status == ContractStatus.PENDING:
        draft = drafting.draft_of(contract.terms).model_copy(update={"isolation": rules})
        await contracts.settle_draft(contract, draft, by=actor)
        return web.see_other(
            request, "contracts:show", number=contract.number, flash=_("Draft settled")
        )
    content = ChangeInput(
        rationale=Rationale.ISOLATION_CHANGED, explanation=asked.explanation, isolation=rules
    )
    change = await changes.propose_change(contract, content, by=actor)
    return _to_change(request, change, _("Change proposed; both sides sign it now"))


async def end(request: Request) -> Response:
    """Propose that both sides end the contract."""
    return await _ending(request, TerminationInput, "contracts_end")


async def notice(request: Request) -> Response:
    """Give notice for a coded reason."""
    return await _ending(request, NoticeInput, "contracts_notice")


async def _ending(request: Request, model: type[BaseModel], page: str) -> Response:
    actor = web.signed_in(request)
    contract = await access.own_contract(actor, request.path_params["number"])
    form = await Form.read(request, model)
    if form.is_valid:
        with form.guard():
            if isinstance(form.input, NoticeInput):
                change = await terminations.give_notice(contract, form.input, by=actor)
            else:
                asked = TerminationInput.model_validate(form.input.model_dump())
                change = await terminations.propose_termination(contract, asked, by=actor)
            return _to_change(request, change, _("The end of the contract is on its way"))
    return await web.render(
        request, f"market/orders/{page}.html", contract=contract, form=form, words=words
    )


BOTH = ["GET", "POST"]
routes = [
    Route("/contracts/{number}/changes/new", propose, name="changes:propose", methods=BOTH),
    Route("/contracts/{number}/versions/{version:int}", print_version, name="contracts:version"),
    Route("/contracts/{number}/isolation", isolation, name="contracts:isolation", methods=BOTH),
    Route("/contracts/{number}/end", end, name="contracts:end", methods=BOTH),
    Route("/contracts/{number}/notice", notice, name="contracts:notice", methods=BOTH),
    Route("/changes/{number}", show, name="changes:show"),
    Route("/changes/{number}/sign", sign, name="changes:sign", methods=["POST"]),
    Route("/changes/{number}/refuse", refuse, name="changes:refuse", methods=BOTH),
    Route("/changes/{number}/print", print_change, name="changes:print"),
]
