"""The only way a route of datasets obtains a row: published needs, one's own, and their offers."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.datasets.models import DatasetNeed, DatasetOffer
from market.datasets.states import NeedStatus
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _

PUBLIC = (NeedStatus.OPEN, NeedStatus.MATCHED, NeedStatus.CLOSED)


def _missing() -> NotFound:
    return NotFound(_("There is no such entry"))


def listed_needs() -> QuerySet[DatasetNeed]:
    """Needs that were published, with their owner."""
    return DatasetNeed.filter(published_at__not_isnull=True, status__in=PUBLIC).select_related(
        "owner"
    )


async def need_to_see(number: str, by: Actor) -> DatasetNeed:
    """A published need, or one of the actor's own."""
    visible = Q(published_at__not_isnull=True, status__in=PUBLIC)
    if by.organisation_id is not None:
        visible |= Q(owner_id=by.organisation_id)
    need = await DatasetNeed.filter(visible, number=number).select_related("owner").first()
    if need is None:
        raise _missing()
    return need


def own_needs(by: Actor) -> QuerySet[DatasetNeed]:
    """The needs of the actor's organisation, newest first."""
    return DatasetNeed.filter(owner_id=organisation_of(by)).order_by("-id")


async def own_need(number: str, by: Actor) -> DatasetNeed:
    """One of the needs of the actor's organisation."""
    need = await DatasetNeed.get_or_none(number=number, owner_id=organisation_of(by))
    if need is None:
        raise _missing()
    return need


async def offers_to_see(need: DatasetNeed, by: Actor) -> list[DatasetOffer]:
    """All offers for the need's owner, one's own for a supplier, none for anyone else."""
    if by.organisation_id is None:
        return []
    query = DatasetOffer.filter(need=need).select_related("supplier").order_by("price_fen", "id")
    if need.owner_id == by.organisation_id:
        return await query.filter(withdrawn_at=None)
    return await query.filter(supplier_id=by.organisation_id)


async def own_offer(number: str, by: Actor) -> DatasetOffer:
    """The offer of the actor's organisation for a need."""
    offer = await DatasetOffer.get_or_none(
        need__number=number, supplier_id=organisation_of(by), withdrawn_at=None
    )
    if offer is None:
        raise _missing()
    return offer


async def offer_to_choose(number: str, key: str, by: Actor) -> DatasetOffer:
    """An offer for one of the actor's own needs."""
    need = await own_need(number, by)
    try:
        offer = await DatasetOffer.get_or_none(id=UUID(key), need=need)
    except ValueError:
        offer = None
    if offer is None:
        raise _missing()
    return offer


def organisation_of(by: Actor) -> UUID:
    """The organisation the actor acts for; raises NotFound without one."""
    if by.organisation_id is None:
        raise _missing()
    return by.organisation_id


def may_offer(need: DatasetNeed, by: Actor) -> bool:
    """Whether the page shows the form for an offer."""
    return by.kind == OrganisationKind.SUPPLIER and need.owner_id != by.organisation_id
