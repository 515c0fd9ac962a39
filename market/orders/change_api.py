"""JSON operations of a contract's draft, changes, versions and end."""

from market.kit.actor import Actor
from market.kit.api import Call, Nothing, operation
from market.orders import access, changes, contracts, terminations
from market.orders.change_models import ContractChange, ContractVersion
from market.orders.change_schemas import ChangeOut, VersionOut, VersionsOut
from market.orders.contract_forms import ChangeInput, DraftInput, NoticeInput, TerminationInput
from market.orders.forms import ReasonInput, SignInput
from market.orders.schemas import ContractOut

READ, WRITE = "orders:read", "orders:write"
TAG = "contracts"


@operation("POST", "/contracts/{number}/draft", summary="Settle a draft", tag=TAG,
           body=DraftInput, returns=ContractOut, scope=WRITE)  # fmt: skip
async def settle_draft(call: Call[DraftInput, Nothing]) -> ContractOut:
    """The buyer's payment stages, acceptance, floors, training, isolation, before anybody signs."""
    contract = await access.own_contract(call.actor, call.path("number"))
    await contracts.settle_draft(contract, call.body, by=call.actor)
    return ContractOut.of(await access.own_contract(call.actor, contract.number))


@operation("GET", "/contracts/{number}/versions", summary="Versions of a contract", tag=TAG,
           returns=VersionsOut, scope=READ)  # fmt: skip
async def list_versions(call: Call[Nothing, Nothing]) -> VersionsOut:
    """With their isolation rules, and from when until when each was in force."""
    contract = await access.contract_to_read(call.actor, call.path("number"))
    rows = await ContractVersion.filter(contract_id=contract.id).order_by("-number")
    return VersionsOut(items=[VersionOut.of(row) for row in rows])


@operation("POST", "/contracts/{number}/changes", summary="Propose a change", tag=TAG,
           body=ChangeInput, returns=ChangeOut, status=201, scope=WRITE)  # fmt: skip
async def propose_change(call: Call[ChangeInput, Nothing]) -> ChangeOut:
    """Of quantity, price, deadline, re-work or isolation; paid stages stay as they are."""
    contract = await access.own_contract(call.actor, call.path("number"))
    change = await changes.propose_change(contract, call.body, by=call.actor)
    return await ChangeOut.read(change, contract)


@operation("POST", "/contracts/{number}/end", summary="Propose the end of a contract", tag=TAG,
           body=TerminationInput, returns=ChangeOut, status=201, scope=WRITE)  # fmt: skip
async def propose_termination(call: Call[TerminationInput, Nothing]) -> ChangeOut:
    """Both sides sign; what was accepted is paid."""
    contract = await access.own_contract(call.actor, call.path("number"))
    change = await terminations.propose_termination(contract, call.body, by=call.actor)
    return await ChangeOut.read(change, contract)


@operation("POST", "/contracts/{number}/notice", summary="Give notice", tag=TAG,
           body=NoticeInput, returns=ChangeOut, status=201, scope=WRITE)  # fmt: skip
async def give_notice(call: Call[NoticeInput, Nothing]) -> ChangeOut:
    """For a coded reason the facts carry; in force when the notice period is over."""
    contract = await access.own_contract(call.actor, call.path("number"))
    change = await terminations.give_notice(contract, call.body, by=call.actor)
    return await ChangeOut.read(change, contract)


@operation("GET", "/changes/{number}", summary="A change", tag=TAG, returns=ChangeOut,
           scope=READ)  # fmt: skip
async def show_change(call: Call[Nothing, Nothing]) -> ChangeOut:
    """The whole text of the version it makes, and who has signed it."""
    return await _change(call.actor, call.path("number"))


@operation("POST", "/changes/{number}/sign", summary="Sign a change", tag=TAG,
           body=SignInput, returns=ChangeOut, scope=WRITE)  # fmt: skip
async def sign_change(call: Call[SignInput, Nothing]) -> ChangeOut:
    """An owner's signature over the digest read; the second makes it the version in force."""
    change = await access.own_change(call.actor, call.path("number"))
    await changes.sign_change(change, digest=call.body.digest, by=call.actor)
    return await _change(call.actor, change.number)


@operation("POST", "/changes/{number}/refuse", summary="Refuse a change", tag=TAG,
           body=ReasonInput, returns=ChangeOut, scope=WRITE)  # fmt: skip
async def refuse_change(call: Call[ReasonInput, Nothing]) -> ChangeOut:
    """Or take one's own back; the version in force stays."""
    change = await access.own_change(call.actor, call.path("number"))
    await changes.refuse_change(change, reason=call.body.reason, by=call.actor)
    return await _change(call.actor, change.number)


async def _change(actor: Actor, number: str) -> ChangeOut:
    change: ContractChange = await access.own_change(actor, number)
    return await ChangeOut.read(change, change.contract)


operations = [
    settle_draft, list_versions, propose_change, propose_termination, give_notice, show_change,
    sign_change, refuse_change,
]  # fmt: skip
