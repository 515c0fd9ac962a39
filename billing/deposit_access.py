"""Who may see which deposit: the only way a route obtains one."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from billing.access import READERS, missing, require_operator
from billing.deposit_models import Forfeiture, Guarantee, Holding, HoldingPayout
from billing.deposit_states import HoldingPurpose
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind
from market.kit.actor import Actor
from market.tendering.access import visible_job
from market.tendering.models import Job


def holdings_of(actor: Actor) -> QuerySet[Holding]:
    """What the actor's organisation pays or would be given, newest first; all of it for the operator.

    Who has given a bid deposit would say who bids: its beneficiary sees it only after the opening
    (招标投标法第二十二条).
    """
    require(actor, *READERS, verified=False)
    query = Holding.all().order_by("-id").select_related("job", "payer", "beneficiary")
    if actor.kind == OrganisationKind.OPERATOR:
        return query
    own = actor.organisation_id
    seen = ~Q(purpose=HoldingPurpose.BID_DEPOSIT) | Q(job__opened_at__isnull=False)
    return query.filter(Q(payer_id=own) | (Q(beneficiary_id=own) & seen))


async def holding_to_read(actor: Actor, number: str) -> Holding:
    """One of them."""
    found = await holdings_of(actor).filter(number=number).first()
    if found is None:
        raise missing()
    return found


async def own_holding(actor: Actor, number: str) -> Holding:
    """One the actor's organisation pays."""
    found = await holding_to_read(actor, number)
    if found.payer_id != actor.organisation_id:
        raise missing()
    return found


async def holding_in_favour(actor: Actor, number: str) -> Holding:
    """One the actor's organisation would be given."""
    found = await holding_to_read(actor, number)
    if found.beneficiary_id != actor.organisation_id:
        raise missing()
    return found


async def job_asking(actor: Actor, number: str) -> Job:
    """A job the actor may see, that may ask for a deposit."""
    return await visible_job(actor, number)


async def holding_for_operator(actor: Actor, number: str) -> Holding:
    """Any, for the operator."""
    require_operator(actor)
    return await holding_to_read(actor, number)


async def forfeiture_to_decide(actor: Actor, number: str) -> Forfeiture:
    """A proposal to keep a deposit, for the operator."""
    require_operator(actor)
    found = await Forfeiture.get_or_none(number=number).select_related(
        "holding__job", "holding__payer", "holding__beneficiary"
    )
    if found is None:
        raise missing()
    return found


async def letter_to_check(actor: Actor, number: str) -> Guarantee:
    """A letter of guarantee, for the operator."""
    require_operator(actor)
    found = await Guarantee.get_or_none(number=number).select_related(
        "holding__job", "holding__payer", "file"
    )
    if found is None:
        raise missing()
    return found


async def letter_to_read(actor: Actor, number: str) -> Guarantee:
    """A letter of a holding the actor may see."""
    found = await Guarantee.get_or_none(number=number).select_related("holding", "file")
    if found is None:
        raise missing()
    await holding_to_read(actor, found.holding.number)
    return found


async def payout_to_confirm(actor: Actor, number: str) -> HoldingPayout:
    """An instruction to the custody bank, for the operator."""
    require_operator(actor)
    found = await HoldingPayout.get_or_none(number=number)
    if found is None:
        raise missing()
    return found
