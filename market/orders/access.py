"""Who may see which contract, order, batch: the only way a route obtains a row."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders.change_models import ContractChange, ContractVersion
from market.orders.models import Contract, DeliveryBatch, Order
from market.orders.states import ContractStatus
from market.vocabulary import regions

SIGNED = (ContractStatus.ACTIVE, ContractStatus.TERMINATED)


def contracts_of(actor: Actor) -> QuerySet[Contract]:
    """A party's contracts; for a bureau the signed ones with a party in its region."""
    if actor.organisation_id is None:
        return Contract.filter(id=None)
    if actor.kind == OrganisationKind.BUREAU:
        area = regions.region(actor.region_code)
        prefix = area.prefix if area else actor.region_code
        place = Q(buyer__region_code__startswith=prefix) | Q(
            supplier__region_code__startswith=prefix
        )
        return Contract.filter(place, status__in=SIGNED)
    own = actor.organisation_id
    return Contract.filter(Q(buyer_id=own) | Q(supplier_id=own))


async def contract_to_read(actor: Actor, number: str) -> Contract:
    """A contract of the actor's, or of a bureau's region, with both parties and its signatures."""
    found = (
        await contracts_of(actor)
        .filter(number=number)
        .select_related("buyer", "supplier", "job")
        .prefetch_related("signatures__organisation", "order")
        .first()
    )
    if found is None:
        raise NotFound(_("This contract does not exist"))
    return found


async def own_contract(actor: Actor, number: str) -> Contract:
    """A contract the actor's organisation is a party of."""
    contract = await contract_to_read(actor, number)
    if actor.organisation_id not in (contract.buyer_id, contract.supplier_id):
        raise NotFound(_("This contract does not exist"))
    return contract


async def own_change(actor: Actor, number: str) -> ContractChange:
    """A change of a contract the actor's organisation is a party of, with contract and parties."""
    own = actor.organisation_id
    found = (
        await ContractChange.filter(Q(contract__buyer_id=own) | Q(contract__supplier_id=own))
        .filter(number=number)
        .select_related("contract__buyer", "contract__supplier", "contract__job")
        .first()
    )
    if found is None or own is None:
        raise NotFound(_("This change does not exist"))
    return found


async def version_to_read(contract: Contract, number: int) -> ContractVersion:
    """One version of a contract the actor was let to."""
    found = await ContractVersion.get_or_none(contract_id=contract.id, number=number)
    if found is None:
        raise NotFound(_("This contract does not exist"))
    return found


async def contract_by_code(text: str) -> Contract | None:
    """The contract of a whole digest or of the verification code on the document, for anybody."""
    code = text.replace("-", "").strip().lower()
    if len(code) not in (16, 64) or not set(code) <= set("0123456789abcdef"):
        return None
    return (
        await Contract.filter(Q(digest__startswith=code) | Q(versions__digest__startswith=code))
        .select_related("buyer", "supplier")
        .prefetch_related("signatures__organisation")
        .first()
    )


def orders_of(actor: Actor) -> QuerySet[Order]:
    """The orders of the actor's organisation, on either side."""
    if actor.organisation_id is None:
        return Order.filter(id=None)
    own = actor.organisation_id
    return Order.filter(Q(buyer_id=own) | Q(supplier_id=own))


def order_text(text: str) -> Q:
    """What the search box of the list looks in: number, job, either party's name."""
    return (
        Q(number__icontains=text)
        | Q(job__title__icontains=text)
        | Q(buyer__name__icontains=text)
        | Q(supplier__name__icontains=text)
    )


async def own_order(actor: Actor, number: str) -> Order:
    """An order the actor's organisation is a party of, with its parties, contract and job."""
    related = ("buyer", "supplier", "contract", "job")
    found = await orders_of(actor).filter(number=number).select_related(*related).first()
    if found is None:
        raise NotFound(_("This order does not exist"))
    return found


async def own_batch(actor: Actor, number: str) -> DeliveryBatch:
    """A batch of an order the actor's organisation is a party of, with order and manifest file."""
    own = actor.organisation_id
    found = (
        await DeliveryBatch.filter(Q(order__buyer_id=own) | Q(order__supplier_id=own))
        .filter(number=number)
        .select_related("order__buyer", "order__supplier", "order__job", "manifest_file")
        .first()
    )
    if found is None or own is None:
        raise NotFound(_("This batch does not exist"))
    return found
