"""Who may see which dispute: its parties, the operator, a bureau of either side's region; a reader
sees the items it was asked to read, and nothing of the dispute."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.access import as_uuid
from market.accounts.states import OrganisationKind
from market.disputes.models import Dispute, Evidence, Reading
from market.disputes.states import DisputeStatus
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders.access import own_batch
from market.orders.models import DeliveryBatch
from market.vocabulary import regions

RELATED = ("claimant", "respondent", "mediator_organisation", "batch", "order__job",
           "order__buyer", "order__supplier")  # fmt: skip


def disputes_of(actor: Actor) -> QuerySet[Dispute]:
    """The disputes an organisation is a party of, mediates or oversees."""
    own = actor.organisation_id
    if own is None:
        return Dispute.filter(id=None)
    if actor.kind == OrganisationKind.OPERATOR:
        return Dispute.all()
    if actor.kind == OrganisationKind.BUREAU:
        area = regions.region(actor.region_code)
        prefix = area.prefix if area else actor.region_code
        return Dispute.filter(
            Q(order__buyer__region_code__startswith=prefix)
            | Q(order__supplier__region_code__startswith=prefix)
        )
    return Dispute.filter(Q(claimant_id=own) | Q(respondent_id=own))


async def dispute_to_see(actor: Actor, number: str) -> Dispute:
    """A dispute the actor may see, with its parties, batch and order."""
    found = await disputes_of(actor).filter(number=number).select_related(*RELATED).first()
    if found is None:
        raise _missing()
    return found


async def own_dispute(actor: Actor, number: str) -> Dispute:
    """A dispute the actor's organisation is a party of."""
    dispute = await dispute_to_see(actor, number)
    if actor.organisation_id not in (dispute.claimant_id, dispute.respondent_id):
        raise _missing()
    return dispute


async def mediated_dispute(actor: Actor, number: str) -> Dispute:
    """A dispute for the operator or a bureau."""
    dispute = await dispute_to_see(actor, number)
    if actor.organisation_id in (dispute.claimant_id, dispute.respondent_id):
        raise _missing()
    return dispute


async def batch_to_dispute(actor: Actor, number: str) -> DeliveryBatch:
    """A batch of an order of the actor's organisation."""
    return await own_batch(actor, number)


async def evidence_to_read(actor: Actor, number: str, key: str) -> Evidence:
    """A file put forward in a dispute the actor may see."""
    dispute = await dispute_to_see(actor, number)
    found = await Evidence.get_or_none(id=as_uuid(key), dispute=dispute).select_related("file")
    if found is None:
        raise _missing()
    return found


def readings_of(actor: Actor) -> QuerySet[Reading]:
    """The readings the actor's organisation was asked for."""
    return Reading.filter(organisation_id=actor.organisation_id or UUID(int=0)).order_by("-id")


async def reading_to_see(actor: Actor, number: str) -> Reading:
    """A reading of the actor's organisation, with what is to be read."""
    found = (
        await readings_of(actor)
        .filter(number=number)
        .select_related("organisation", "measurement")
        .first()
    )
    if found is None:
        raise NotFound(_("This reading does not exist"))
    # By itself: PostgreSQL cuts names at 63 bytes, and with them the columns of a longer path.
    found.measurement.dispute = await Dispute.get(id=found.measurement.dispute_id).select_related(
        "order__job", "order__buyer", "order__supplier", "batch"
    )
    return found


def shown_amounts(dispute: Dispute, actor: Actor) -> tuple[int | None, int | None]:
    """What of the named amounts (buyer's, supplier's) the actor may know now.

    The first is the claimant's alone until the other side has named its own or let its time pass.
    """
    if dispute.status not in (DisputeStatus.OPEN, DisputeStatus.WITHDRAWN):
        return dispute.buyer_fen, dispute.supplier_fen
    if actor.organisation_id == dispute.claimant_id:
        return dispute.buyer_fen, dispute.supplier_fen
    return None, None


def _missing() -> NotFound:
    return NotFound(_("This dispute does not exist"))
