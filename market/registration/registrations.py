"""The certificate of a contract: issued by the worker when both sides have signed."""

import datetime as dt
from typing import Any

from market.kit import audit, clock, documents
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.i18n import N_
from market.kit.numbers import next_number
from market.kit.outbox import Message
from market.orders.models import Contract
from market.orders.states import ContractStatus
from market.registration.models import Registration

NOUN = N_("Registration certificate")
CLERK = Actor.system("registration")


@atomic()
async def register_contract(contract_id: Any) -> Registration:
    """Number and certificate of a contract in force; the same one when it has been registered."""
    contract = await lock_id(Contract, contract_id)
    if found := await Registration.get_or_none(contract_id=contract.id):
        return found
    assert contract.status != ContractStatus.PENDING, "only a signed contract is registered"
    number = await next_number("DJ")
    content = _stated(number, contract)
    registration = await Registration.create(
        number=number, contract=contract, supplier_id=contract.supplier_id,
        is_first=not await Registration.exists(supplier_id=contract.supplier_id),
        content=content, digest=documents.digest_of(content), issued_at=clock.now(),
    )  # fmt: skip
    await audit.record(registration, "issued", by=CLERK, after={"digest": registration.digest})
    await documents.issue(NOUN, number, registration.digest)
    return registration


def _stated(number: str, contract: Contract) -> dict[str, Any]:
    """What the certificate states: parties by social credit code, object, amount, the contract's digest."""
    terms = contract.terms
    assert contract.activated_at is not None, "a contract in force has its moment"
    return {
        "registration": number,
        "contract": contract.number,
        "contract_digest": contract.digest,
        "buyer": _party(terms["buyer"]),
        "supplier": _party(terms["supplier"]),
        "object": terms["job"]["title"],
        "amount_fen": contract.total_fen,
        "in_force_at": contract.activated_at.astimezone(dt.UTC).isoformat(),
    }


def _party(terms: dict[str, Any]) -> dict[str, str]:
    return {"name": terms["name"], "uscc": terms.get("uscc", "")}


async def register_activated_contract(message: Message) -> None:
    """contract.activated: issue the certificate; a second time changes nothing."""
    await register_contract(message.payload["contract"])
