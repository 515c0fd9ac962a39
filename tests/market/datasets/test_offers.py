"""Offers: made while the need is open, withdrawn, chosen by its owner only."""

import datetime as dt

import pytest

from market.datasets import needs, offers
from market.datasets.forms import OfferInput
from market.datasets.models import DatasetNeed, DatasetOffer
from market.datasets.states import NeedStatus
from market.kit import clock
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.states import InvalidTransition
from tests.factories import actor, make_organisation
from tests.factories.datasets import make_need

OFFER = OfferInput(price_fen=18000000, text="已有 520 小时闽南语客服录音，权属清晰")


async def test_one_offer_a_supplier_and_the_latest_counts(rollback: None) -> None:
    need = await make_need()
    seller = await actor(await make_organisation(kind="supplier"), "sales")

    await offers.make_offer(need, OFFER, by=seller)
    again = OfferInput(price_fen=17500000, text=OFFER.text)
    offer = await offers.make_offer(need, again, by=seller)

    assert await DatasetOffer.filter(need=need).count() == 1
    assert offer.price_fen == 17500000


async def test_the_owner_chooses_and_may_let_go(rollback: None) -> None:
    need = await make_need()
    buyer = await actor(await need.owner, "buyer")
    seller = await actor(await make_organisation(kind="supplier"))
    other = await actor(await make_organisation(kind="supplier"))
    offer = await offers.make_offer(need, OFFER, by=seller)
    second = await offers.make_offer(need, OFFER, by=other)

    chosen = await offers.choose_offer(offer, by=buyer)
    assert chosen.chosen_at is not None
    assert (await DatasetNeed.get(id=need.id)).status == NeedStatus.MATCHED
    with pytest.raises(offers.OfferChosen):
        await offers.withdraw_offer(offer, by=seller)
    with pytest.raises(InvalidTransition):
        await offers.choose_offer(second, by=buyer)
    with pytest.raises(offers.NeedNotOpen):
        await offers.make_offer(need, OFFER, by=other)

    await needs.reopen_need(need, by=buyer)
    assert (await DatasetOffer.get(id=offer.id)).chosen_at is None
    assert (await DatasetNeed.get(id=need.id)).status == NeedStatus.OPEN


async def test_a_withdrawn_offer_cannot_be_chosen_and_can_be_renewed(rollback: None) -> None:
    need = await make_need()
    buyer = await actor(await need.owner)
    seller = await actor(await make_organisation(kind="supplier"))
    offer = await offers.make_offer(need, OFFER, by=seller)

    offer = await offers.withdraw_offer(offer, by=seller)
    with pytest.raises(Conflict):
        await offers.choose_offer(offer, by=buyer)
    assert (await DatasetNeed.get(id=need.id)).status == NeedStatus.OPEN
    renewed = await offers.make_offer(need, OFFER, by=seller)
    assert (renewed.id, renewed.withdrawn_at) == (offer.id, None)


async def test_free_supply_takes_free_offers_only(rollback: None) -> None:
    need = await make_need(supply_mode="保障模式", price_model="无偿", budget_fen=0)
    seller = await actor(await make_organisation(kind="supplier"))

    with pytest.raises(InvalidInput) as refusal:
        await offers.make_offer(need, OFFER, by=seller)
    assert set(refusal.value.fields) == {"price_fen"}
    free = OfferInput(price_fen=0, text=OFFER.text)
    assert (await offers.make_offer(need, free, by=seller)).price_fen == 0


async def test_who_may_not_offer(rollback: None) -> None:
    need = await make_need()
    draft = await make_need(published=False)
    demand = await actor(await make_organisation(kind="demand"))
    unverified = await actor(await make_organisation(kind="supplier", verified=False))
    viewer = await actor(await make_organisation(kind="supplier"), "viewer")
    seller = await actor(await make_organisation(kind="supplier"))
    own = await make_need(owner=await make_organisation(kind="supplier"))

    for by in (demand, unverified, viewer):
        with pytest.raises(NotPermitted):
            await offers.make_offer(need, OFFER, by=by)
    with pytest.raises(NotPermitted):
        await offers.make_offer(own, OFFER, by=await actor(await own.owner))
    with pytest.raises(offers.NeedNotOpen):
        await offers.make_offer(draft, OFFER, by=seller)
    with (
        clock.frozen_at(clock.now() + dt.timedelta(days=91)),
        pytest.raises(offers.NeedNotOpen),
    ):
        await offers.make_offer(need, OFFER, by=seller)
    assert await DatasetOffer.all().count() == 0
