"""Dataset needs and offers in the JSON API; the same verbs as the pages."""

from market.datasets import access, dataset_api, needs, offers
from market.datasets.forms import ClosingInput, NeedInput, OfferInput
from market.datasets.models import DatasetNeed, DatasetOffer
from market.datasets.schemas import NeedOut, NeedQuery, OfferList, OfferOut
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, cursor_page


def _need_out(need: DatasetNeed, owner: str) -> NeedOut:
    columns = {name: getattr(need, name) for name in NeedOut.model_fields if name != "owner"}
    return NeedOut.model_validate({**columns, "owner": owner})


async def _with_owner(need: DatasetNeed) -> NeedOut:
    return _need_out(need, (await need.owner).name)


async def _offer_out(offer: DatasetOffer, need: DatasetNeed) -> OfferOut:
    names = ("id", "price_fen", "text", "withdrawn_at", "chosen_at")
    supplier = await offer.supplier
    return OfferOut(
        need=need.number, supplier=supplier.name, **{name: getattr(offer, name) for name in names}
    )


@operation("GET", "/needs", summary="List dataset needs", tag="Datasets", public=True,
           query=NeedQuery, returns=CursorPage[NeedOut])  # fmt: skip
async def list_needs(call: Call[Nothing, NeedQuery]) -> CursorPage[NeedOut]:
    """Published needs, newest first."""
    asked = call.query.model_dump(exclude={"limit", "after"})
    query = access.listed_needs().filter(**{name: word for name, word in asked.items() if word})
    rows, after = await cursor_page(query, call.query)
    return CursorPage(items=[_need_out(row, row.owner.name) for row in rows], next=after)


@operation("GET", "/needs/{number}", summary="Show a dataset need", tag="Datasets", public=True,
           returns=NeedOut)  # fmt: skip
async def show_need(call: Call[Nothing, Nothing]) -> NeedOut:
    """A published need, or a draft of one's own."""
    need = await access.need_to_see(call.path("number"), call.actor)
    return _need_out(need, need.owner.name)


@operation("POST", "/needs", summary="Draft a dataset need", tag="Datasets", body=NeedInput,
           returns=NeedOut, status=201, scope="datasets:write")  # fmt: skip
async def post_need(call: Call[NeedInput, Nothing]) -> NeedOut:
    """A draft; publish it with the publication."""
    owner_id = access.organisation_of(call.actor)
    return await _with_owner(await needs.save_need(call.body, owner_id=owner_id, by=call.actor))


@operation("PUT", "/needs/{number}", summary="Change a dataset need", tag="Datasets",
           body=NeedInput, returns=NeedOut, scope="datasets:write")  # fmt: skip
async def change_need(call: Call[NeedInput, Nothing]) -> NeedOut:
    """Replace a draft or an open need."""
    need = await access.own_need(call.path("number"), call.actor)
    return await _with_owner(
        await needs.save_need(call.body, owner_id=need.owner_id, need=need, by=call.actor)
    )


@operation("POST", "/needs/{number}/publication", summary="Publish a dataset need",
           tag="Datasets", returns=NeedOut, scope="datasets:write")  # fmt: skip
async def publish_need(call: Call[Nothing, Nothing]) -> NeedOut:
    """Open it to offers; 422 names what the mode still asks for."""
    need = await access.own_need(call.path("number"), call.actor)
    return await _with_owner(await needs.publish_need(need, by=call.actor))


@operation("POST", "/needs/{number}/closing", summary="Close a dataset need", tag="Datasets",
           body=ClosingInput, returns=NeedOut, scope="datasets:write")  # fmt: skip
async def close_need(call: Call[ClosingInput, Nothing]) -> NeedOut:
    """Final."""
    need = await access.own_need(call.path("number"), call.actor)
    return await _with_owner(await needs.close_need(need, call.body.reason, by=call.actor))


@operation("GET", "/needs/{number}/offers", summary="List offers", tag="Datasets",
           returns=OfferList)  # fmt: skip
async def list_offers(call: Call[Nothing, Nothing]) -> OfferList:
    """All offers for the need's owner; one's own for a supplier."""
    need = await access.need_to_see(call.path("number"), call.actor)
    rows = await access.offers_to_see(need, call.actor)
    return OfferList(items=[await _offer_out(row, need) for row in rows])


@operation("POST", "/needs/{number}/offers", summary="Make an offer", tag="Datasets",
           body=OfferInput, returns=OfferOut, status=201, scope="datasets:write")  # fmt: skip
async def make_offer(call: Call[OfferInput, Nothing]) -> OfferOut:
    """One offer a supplier; a second one replaces the first."""
    need = await access.need_to_see(call.path("number"), call.actor)
    return await _offer_out(await offers.make_offer(need, call.body, by=call.actor), need)


@operation("DELETE", "/needs/{number}/offer", summary="Withdraw your offer", tag="Datasets",
           scope="datasets:write")  # fmt: skip
async def withdraw_offer(call: Call[Nothing, Nothing]) -> None:
    """Possible until it is chosen."""
    offer = await access.own_offer(call.path("number"), call.actor)
    await offers.withdraw_offer(offer, by=call.actor)


@operation("POST", "/needs/{number}/offers/{key}/choice", summary="Choose an offer",
           tag="Datasets", returns=OfferOut, scope="datasets:write")  # fmt: skip
async def choose_offer(call: Call[Nothing, Nothing]) -> OfferOut:
    """The need is matched then."""
    offer = await access.offer_to_choose(call.path("number"), call.path("key"), call.actor)
    chosen = await offers.choose_offer(offer, by=call.actor)
    return await _offer_out(chosen, await chosen.need)


operations: list[Operation] = [
    list_needs, show_need, post_need, change_need, publish_need, close_need, list_offers,
    make_offer, withdraw_offer, choose_offer, *dataset_api.operations,
]  # fmt: skip
