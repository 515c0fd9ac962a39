"""Mail about changes to contracts in force, their end, and new guidelines."""

from uuid import UUID

from market.accounts.states import Role
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members
from market.orders.change_models import ContractChange
from market.orders.models import Signature
from market.orders.work_models import GuidelineVersion

DEALERS = (Role.BUYER, Role.SALES, Role.PROJECT)


async def _change(message: outbox.Message) -> ContractChange:
    return await ContractChange.get(id=message.payload["change"]).select_related("contract__job")


async def ask_to_sign_change(message: outbox.Message) -> None:
    """contract.change_proposed: both parties must sign."""
    change = await _change(message)
    await _tell(message, change, change.contract.buyer_id, change.contract.supplier_id)


async def ask_other_party_to_sign_change(message: outbox.Message) -> None:
    """contract.change_signed: the party that has not signed yet; nobody once both have."""
    change = await _change(message)
    rows = await Signature.filter(contract_id=change.contract_id, digest=change.digest)
    signed = {row.organisation_id for row in rows}
    await _tell(message, change, *{change.contract.buyer_id, change.contract.supplier_id} - signed)


async def tell_parties_of_change(message: outbox.Message) -> None:
    """contract.changed, contract.change_refused, contract.notice_given, contract.terminated: both."""
    change = await _change(message)
    await _tell(message, change, change.contract.buyer_id, change.contract.supplier_id)


async def _tell(message: outbox.Message, change: ContractChange, *parties: UUID) -> None:
    contract = change.contract
    for party in parties:
        people = await members(party, *DEALERS, Role.FINANCE)
        await tell(message, people, change=change, contract=contract, job=contract.job)


async def tell_supplier_of_guideline(message: outbox.Message) -> None:
    """guideline.published: the supplier works by it from now on."""
    version = await GuidelineVersion.get(id=message.payload["guideline"]).select_related(
        "order__job"
    )
    people = await members(version.order.supplier_id, Role.PROJECT, Role.QUALITY)
    await tell(message, people, guideline=version, order=version.order, job=version.order.job)
