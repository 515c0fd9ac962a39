"""Which applications for vouchers an actor may see: the only way a route obtains one."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from billing.access import READERS, missing, region_prefix
from billing.review_steps import PUBLICATION
from billing.voucher_models import VoucherApplication, VoucherEvidence, VoucherObjection
from billing.voucher_states import ApplicationStatus
from market.accounts.access import as_uuid
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import clock
from market.kit.actor import Actor


def applications_of(actor: Actor) -> QuerySet[VoucherApplication]:
    """A claimant's own; a bureau's: of programmes and of claimants of its region; the operator's: all."""
    require(actor, *READERS, Role.QUALITY, verified=False)
    query = VoucherApplication.all().select_related("programme", "order", "claimant", "redemption")
    if actor.kind == OrganisationKind.OPERATOR:
        return query
    if actor.kind == OrganisationKind.BUREAU:
        prefix = region_prefix(actor)
        return query.filter(
            Q(programme__region_code__startswith=prefix)
            | Q(claimant__region_code__startswith=prefix)
        )
    return query.filter(claimant_id=actor.organisation_id)


def queue_of(actor: Actor) -> QuerySet[VoucherApplication]:
    """What a bureau's desk holds, the most urgent first. Bureaus and the operator."""
    if actor.kind not in (OrganisationKind.BUREAU, OrganisationKind.OPERATOR):
        raise missing()
    return applications_of(actor).order_by("due_at", "id")


async def application_to_read(actor: Actor, number: str) -> VoucherApplication:
    """One application with programme, order and claimant."""
    found = await applications_of(actor).filter(number=number).first()
    if found is None:
        raise missing()
    return found


async def own_application(actor: Actor, number: str) -> VoucherApplication:
    """An application of the actor's own organisation."""
    found = await application_to_read(actor, number)
    if found.claimant_id != actor.organisation_id:
        raise missing()
    return found


async def application_to_decide(actor: Actor, number: str) -> VoucherApplication:
    """An application on a bureau's desk."""
    if actor.kind != OrganisationKind.BUREAU:
        raise missing()
    return await application_to_read(actor, number)


def published() -> QuerySet[VoucherApplication]:
    """What is published now, for anybody."""
    return (
        VoucherApplication.filter(
            step=PUBLICATION, status=ApplicationStatus.UNDER_REVIEW, due_at__gte=clock.now()
        )
        .order_by("due_at", "id")
        .select_related("programme", "claimant")
    )


async def published_application(number: str) -> VoucherApplication:
    """One that is published now."""
    found = await published().filter(number=number).first()
    if found is None:
        raise missing()
    return found


async def objection_to_answer(actor: Actor, number: str, key: str) -> VoucherObjection:
    """An objection to an application on a bureau's desk."""
    application = await application_to_decide(actor, number)
    found = await VoucherObjection.get_or_none(id=as_uuid(key), application=application)
    if found is None:
        raise missing()
    return found


async def evidence_to_read(actor: Actor, number: str, key: str) -> VoucherEvidence:
    """A document of an application the actor may see."""
    application = await application_to_read(actor, number)
    found = (
        await VoucherEvidence.filter(id=as_uuid(key), application=application)
        .select_related("file")
        .first()
    )
    if found is None:
        raise missing()
    return found
