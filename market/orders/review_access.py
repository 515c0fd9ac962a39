"""Who may see which review: public ones everybody, reported ones the operator."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.access import as_uuid
from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders.models import Review
from market.reputation.access import organisation_to_see


async def reviewed(number: str) -> Organisation:
    """An organisation whose reviews may be read."""
    return await organisation_to_see(number)


def public_reviews(organisation: Organisation) -> QuerySet[Review]:
    """What the other sides of its orders published of an organisation."""
    published = Review.filter(subject=organisation, published_at__isnull=False)
    return published.order_by("-published_at", "-id").select_related("author", "order")


def waiting_reports() -> QuerySet[Review]:
    """Reported reviews without a decision, the oldest report first."""
    waiting = Review.filter(reported_at__isnull=False, report_decided_at=None)
    return waiting.order_by("reported_at").select_related("author", "subject", "order")


async def received(actor: Actor, key: str) -> Review:
    """A public review of the actor's organisation."""
    return await _one(key, Q(subject_id=actor.organisation_id), actor)


async def of_party(actor: Actor, key: str) -> Review:
    """A public review the actor's organisation wrote or received."""
    own = actor.organisation_id
    return await _one(key, Q(subject_id=own) | Q(author_id=own), actor)


async def reported(actor: Actor, key: str) -> Review:
    """A reported review, for the operator."""
    if actor.kind != OrganisationKind.OPERATOR:
        raise _missing()
    return await _one(key, Q(reported_at__isnull=False), actor)


async def _one(key: str, whose: Q, actor: Actor) -> Review:
    review_id: UUID | None = as_uuid(key)
    found = (
        await Review.filter(whose, id=review_id, published_at__isnull=False)
        .select_related("author", "subject", "order__job")
        .first()
    )
    if found is None or actor.organisation_id is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound(_("This review does not exist"))
