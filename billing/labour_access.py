"""Who may see what a person is paid: the person, and of a registration the organisation's finance."""

from tortoise.queryset import QuerySet

from billing.access import missing
from billing.labour_models import LabourIncome, LabourPayee
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit.actor import Actor


async def own_payee(actor: Actor) -> LabourPayee | None:
    """The actor's own registration with this organisation."""
    require(actor, *Role, verified=False)
    return await LabourPayee.get_or_none(
        person_id=actor.person_id, organisation_id=actor.organisation_id
    )


def own_incomes(actor: Actor) -> QuerySet[LabourIncome]:
    """What the person was paid, through any organisation, the latest first."""
    require(actor, *Role, verified=False)
    return (
        LabourIncome.filter(payee__person_id=actor.person_id)
        .order_by("-id")
        .select_related("payee__organisation", "payout__holding")
    )


def decides_on_members(actor: Actor) -> bool:
    """Whether the actor confirms registrations of the organisation's members."""
    return actor.role in (Role.OWNER, Role.FINANCE)


async def members(actor: Actor) -> list[LabourPayee]:
    """The registrations of the organisation's members, for its finance; of others nothing."""
    if not decides_on_members(actor):
        return []
    return await LabourPayee.filter(organisation_id=actor.organisation_id).order_by("-id")


async def payee_to_judge(actor: Actor, number: str) -> LabourPayee:
    """A registration of the actor's organisation: one's own, or any for its finance."""
    require(actor, *Role, verified=False)
    found = await LabourPayee.get_or_none(number=number, organisation_id=actor.organisation_id)
    if found is None or not (found.person_id == actor.person_id or decides_on_members(actor)):
        raise missing()
    return found
