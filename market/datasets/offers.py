"""Offers for dataset needs: made by suppliers, withdrawn by them, chosen by the need's owner."""

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind
from market.datasets.forms import OfferInput
from market.datasets.models import DatasetNeed, DatasetOffer
from market.datasets.modes import mode_named
from market.datasets.needs import BUYERS, announce
from market.datasets.states import NeedStatus
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _

SELLERS = ("sales", "project")


class NeedNotOpen(Conflict):
    """The need takes no offers: it is not published, is matched, closed, or past its deadline."""

    title = "The need takes no offers"


class OfferChosen(Conflict):
    """The need's owner has chosen this offer; only the owner can let it go."""

    title = "The offer was chosen"


@atomic()
async def make_offer(need: DatasetNeed, offer: OfferInput, *, by: Actor) -> DatasetOffer:
    """Offer for an open need, or change one's offer (fen for the whole need, by the mode's rule).

    Verified suppliers only, and not for their own need. Raises NeedNotOpen, InvalidInput.
    """
    require(by, *SELLERS, kind=OrganisationKind.SUPPLIER)
    need = await lock(need)
    if need.owner_id == by.organisation_id:
        raise NotPermitted(_("This is your own need"))
    if not takes_offers(need):
        raise NeedNotOpen(_("This need takes no offers"))
    mode = mode_named(need.supply_mode)
    if mode is not None and (problem := mode.amount_problem(offer.price_fen)):
        raise InvalidInput(fields={"price_fen": problem})
    row = await DatasetOffer.get_or_none(need=need, supplier_id=by.organisation_id)
    row = row or DatasetOffer(need=need, supplier_id=by.organisation_id)
    await row.update_from_dict({**offer.model_dump(), "withdrawn_at": None}).save()
    await audit.record(row, "offer:make", by=by, after={"price_fen": offer.price_fen})
    await announce(need)
    return row


def takes_offers(need: DatasetNeed) -> bool:
    """Whether a need is open today."""
    in_time = need.deadline is None or need.deadline >= clock.today()
    return bool(need.status == NeedStatus.OPEN) and in_time


@atomic()
async def withdraw_offer(offer: DatasetOffer, *, by: Actor) -> DatasetOffer:
    """Take an offer back while it is not chosen; twice is once. Raises OfferChosen."""
    require(by, *SELLERS, verified=False)
    need = await lock_id(DatasetNeed, offer.need_id)
    offer = await lock(offer)
    if offer.chosen_at is not None:
        raise OfferChosen(_("Your offer was chosen; ask the owner of the need to let it go"))
    if offer.withdrawn_at is None:
        offer.withdrawn_at = clock.now()
        await offer.save(update_fields=["withdrawn_at"])
        await audit.record(offer, "offer:withdraw", by=by)
        await announce(need)
    return offer


@atomic()
async def choose_offer(offer: DatasetOffer, *, by: Actor) -> DatasetOffer:
    """The owner chooses one standing offer; the need is matched. Raises Conflict."""
    require(by, *BUYERS)
    need = await lock_id(DatasetNeed, offer.need_id)
    offer = await lock(offer)
    if offer.withdrawn_at is not None:
        raise Conflict(_("This offer was withdrawn"))
    await need.move_to(NeedStatus.MATCHED, by=by)
    offer.chosen_at = clock.now()
    await offer.save(update_fields=["chosen_at"])
    await audit.record(offer, "offer:choose", by=by)
    await announce(need)
    return offer
