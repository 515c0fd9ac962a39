"""Mail about disputes, to whose turn it is; a named amount is in none of them."""

from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.disputes.models import Dispute, Reading
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members, operators
from market.vocabulary import regions

PARTY = (Role.BUYER, Role.SALES, Role.PROJECT, Role.QUALITY)


async def _dispute(message: outbox.Message) -> Dispute:
    return await Dispute.get(id=message.payload["dispute"]).select_related("order__job", "batch")


def _context(dispute: Dispute) -> dict[str, Any]:
    return {"dispute": dispute, "order": dispute.order, "job": dispute.order.job}


async def _tell(message: outbox.Message, dispute: Dispute, *sides: UUID) -> None:
    for side in sides:
        await tell(message, await members(side, *PARTY), **_context(dispute))


async def ask_to_answer(message: outbox.Message) -> None:
    """dispute.opened: the other side answers by its deadline."""
    dispute = await _dispute(message)
    await _tell(message, dispute, dispute.respondent_id)


async def tell_claimant(message: outbox.Message) -> None:
    """dispute.answered: the claimant reads the answer."""
    dispute = await _dispute(message)
    await _tell(message, dispute, dispute.claimant_id)


async def tell_respondent(message: outbox.Message) -> None:
    """dispute.withdrawn: the verdict stands again."""
    dispute = await _dispute(message)
    await _tell(message, dispute, dispute.respondent_id)


async def tell_parties(message: outbox.Message) -> None:
    """dispute.proposed, re_measurement, resolved: both sides."""
    dispute = await _dispute(message)
    await _tell(message, dispute, dispute.claimant_id, dispute.respondent_id)


async def tell_of_mediation(message: outbox.Message) -> None:
    """dispute.mediation: both sides; and the operator, while nobody mediates."""
    dispute = await _dispute(message)
    await _tell(message, dispute, dispute.claimant_id, dispute.respondent_id)
    if dispute.mediator_organisation_id is None:
        await tell(message, await operators(), **_context(dispute))


async def ask_for_readers(message: outbox.Message) -> None:
    """dispute.re_measurement, reading.declined: the mediator, else the operator, appoints readers."""
    dispute = await _dispute(message)
    mediator = dispute.mediator_organisation_id
    people = await members(mediator, Role.QUALITY, Role.PROJECT) if mediator else await operators()
    await tell(message, people, template="dispute.readers_wanted", **_context(dispute))


async def ask_reader(message: outbox.Message) -> None:
    """reading.asked: the third organisation; neither side's claim is in it."""
    reading = await Reading.get(id=message.payload["reading"])
    people = await members(reading.organisation_id, Role.QUALITY, Role.PROJECT)
    await tell(message, people, reading=reading)


async def ask_bureaus(message: outbox.Message) -> None:
    """dispute.referred: the bureaus of either side's region decide."""
    dispute = await Dispute.get(id=message.payload["dispute"]).select_related(
        "order__job", "order__buyer", "order__supplier"
    )
    places = (dispute.order.buyer.region_code, dispute.order.supplier.region_code)
    for bureau in await Organisation.filter(
        kind=OrganisationKind.BUREAU, status=OrganisationStatus.ACTIVE
    ):
        if any(regions.is_within(place, bureau.region_code) for place in places):
            people = await members(bureau.id, Role.QUALITY, Role.PROJECT)
            await tell(message, people, **_context(dispute))
