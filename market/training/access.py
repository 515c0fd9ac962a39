"""Who may see which training module and record: the only way a route obtains one."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.directory.models import Talent
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.training.models import TalentCredential, TrainingModule, TrainingRecord


def modules_of(actor: Actor) -> QuerySet[TrainingModule]:
    """One's own modules, the platform's, and those of clients one has a contract with."""
    if actor.organisation_id is None:
        return TrainingModule.filter(id=None)
    own = actor.organisation_id
    seen = (
        Q(owner_id=own)
        | Q(owner__kind=OrganisationKind.OPERATOR)
        | Q(owner__contracts_bought__supplier_id=own)
    )
    return TrainingModule.filter(seen).distinct()


async def module_to_read(actor: Actor, number: str) -> TrainingModule:
    """A module the actor may see, with its owner and file."""
    found = await modules_of(actor).filter(number=number).select_related("owner", "file").first()
    if found is None:
        raise NotFound(_("This training module does not exist"))
    return found


async def own_module(actor: Actor, number: str) -> TrainingModule:
    """A module the actor's organisation wrote."""
    module = await module_to_read(actor, number)
    if module.owner_id != actor.organisation_id:
        raise NotFound(_("This training module does not exist"))
    return module


def records_of(actor: Actor) -> QuerySet[TrainingRecord]:
    """The attempts of one's own people."""
    query = TrainingRecord.filter(organisation_id=actor.organisation_id)
    return query.select_related("module", "talent", "person").order_by("-id")


def talents_of(actor: Actor) -> QuerySet[Talent]:
    """The talents of one's own firm, by name."""
    return Talent.filter(organisation_id=actor.organisation_id).order_by("name", "id")


def credentials_of(actor: Actor) -> QuerySet[TalentCredential]:
    """What one's own annotators hold now."""
    query = TalentCredential.filter(
        organisation_id=actor.organisation_id, withdrawn_at=None, talent_id__not_isnull=True
    )
    return query.select_related("talent").order_by("valid_until", "id")
