"""Compares every unit price that is kept with the contract it was read from."""

from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery

from market.kit.outbox import OutboxMessage
from market.orders.change_models import ContractVersion
from market.orders.models import Contract
from market.prices.models import PriceObservation
from market.prices.observations import observation_of

_COMPARED = sorted(PriceObservation._meta.db_fields - {"id", "created_at", "updated_at"})
_SIZE = 500


async def wrong_observations() -> list[str]:
    """A sentence for each unit price that the first version of its contract does not give.

    A contract whose message still waits is not yet a difference.
    """
    problems = [
        f"unit price of {number}: no such contract"
        for number in await PriceObservation.exclude(
            contract_id__in=Subquery(Contract.exclude(activated_at=None).values("id"))
        ).values_list("number", flat=True)
    ]
    waiting = await _waiting()
    rows = Contract.exclude(activated_at=None).select_related("job").order_by("id").limit(_SIZE)
    found = await rows
    while found:
        problems += await _wrong(found, waiting)
        found = await rows.filter(id__gt=found[-1].id)
    return problems


async def _waiting() -> set[UUID]:
    messages = OutboxMessage.filter(topic="contract.activated", done_at=None, dead_at=None)
    return {UUID(message.payload["contract"]) for message in await messages}


async def _wrong(contracts: list[Contract], waiting: set[UUID]) -> list[str]:
    keys = [contract.id for contract in contracts]
    firsts = await ContractVersion.filter(contract_id__in=keys, number=1)
    versions: dict[Any, ContractVersion] = {row.contract_id: row for row in firsts}
    kept = {row.contract_id: row for row in await PriceObservation.filter(contract_id__in=keys)}
    problems = []
    for contract in contracts:
        stored, name = kept.get(contract.id), f"unit price of {contract.number}"
        if stored is None:
            problems += [f"{name}: missing"] if contract.id not in waiting else []
            continue
        due = observation_of(contract, versions[contract.id])
        for field in _COMPARED:
            is_, should = getattr(stored, field), getattr(due, field)
            if is_ != should:
                problems.append(f"{name}: {field} is {is_}, the contract gives {should}")
    return problems
