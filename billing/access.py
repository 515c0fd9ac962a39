"""Who may see which money: the only way a route obtains a row."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from billing.models import (
    BankLine,
    Invoice,
    Payment,
    Payout,
    Refund,
    Settlement,
    VoucherProgramme,
    VoucherRedemption,
    WebhookEvent,
)
from billing.states import ProgrammeStatus
from market.accounts.access import as_uuid
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.orders.models import Order
from market.vocabulary import regions

READERS = (Role.FINANCE, Role.BUYER, Role.SALES, Role.VIEWER)


def missing() -> NotFound:
    """There is no such row, or none this actor may know of."""
    return NotFound(_("This page does not exist, or it belongs to another organisation"))


def orders_to_pay(actor: Actor) -> QuerySet[Order]:
    """The orders the actor's organisation pays for, newest first."""
    require(actor, *READERS, verified=False)
    rows = Order.filter(buyer_id=actor.organisation_id).order_by("-id")
    return rows.select_related("supplier", "job")


async def order_of_party(actor: Actor, number: str) -> Order:
    """An order the actor's organisation buys or delivers."""
    require(actor, *READERS, verified=False)
    own = actor.organisation_id
    order = (
        await Order.filter(Q(buyer_id=own) | Q(supplier_id=own), number=number)
        .select_related("buyer", "supplier", "job")
        .first()
    )
    if order is None:
        raise missing()
    return order


async def order_to_pay(actor: Actor, number: str) -> Order:
    """An order the actor's organisation pays for."""
    order = await order_of_party(actor, number)
    if order.buyer_id != actor.organisation_id:
        raise missing()
    return order


def payments_of(actor: Actor) -> QuerySet[Payment]:
    """The payments the actor's organisation makes; all of them for the operator."""
    require(actor, *READERS, verified=False)
    if actor.kind == OrganisationKind.OPERATOR:
        return Payment.all()
    return Payment.filter(payer_id=actor.organisation_id)


async def payment_to_read(actor: Actor, number: str) -> Payment:
    """One payment, with its order, stage and payer."""
    payment = (
        await payments_of(actor)
        .filter(number=number)
        .select_related("order", "milestone", "payer")
        .first()
    )
    if payment is None:
        raise missing()
    return payment


def settlements_of(actor: Actor) -> QuerySet[Settlement]:
    """The settlements of orders the actor's organisation is a party of; all for the operator."""
    require(actor, *READERS, verified=False)
    if actor.kind == OrganisationKind.OPERATOR:
        return Settlement.all()
    own = actor.organisation_id
    return Settlement.filter(Q(supplier_id=own) | Q(order__buyer_id=own))


async def settlement_to_read(actor: Actor, number: str) -> Settlement:
    """One settlement, with its order and both parties."""
    settlement = (
        await settlements_of(actor)
        .filter(number=number)
        .select_related("order__buyer", "supplier")
        .first()
    )
    if settlement is None:
        raise missing()
    return settlement


def payouts_of(actor: Actor) -> QuerySet[Payout]:
    """The payouts to the actor's organisation, newest first. Owner, finance or viewer."""
    require(actor, Role.FINANCE, Role.VIEWER, verified=False)
    return (
        Payout.filter(supplier_id=actor.organisation_id)
        .order_by("-id")
        .select_related("settlement__order")
    )


def invoices_of(actor: Actor) -> QuerySet[Invoice]:
    """The invoices the actor's organisation issues or receives, newest first."""
    require(actor, *READERS, verified=False)
    own = actor.organisation_id
    return (
        Invoice.filter(Q(seller_id=own) | Q(buyer_id=own))
        .order_by("-id")
        .select_related("order", "seller", "buyer")
    )


async def invoice_to_read(actor: Actor, number: str) -> Invoice:
    """One invoice of the actor's organisation."""
    invoice = await invoices_of(actor).filter(number=number).first()
    if invoice is None:
        raise missing()
    return invoice


def redemptions_of(actor: Actor) -> QuerySet[VoucherRedemption]:
    """Vouchers of the actor's orders; of its region's programmes for a bureau; all for the operator."""
    reviewers = (Role.QUALITY,) if actor.kind == OrganisationKind.BUREAU else ()
    require(actor, *READERS, *reviewers, verified=False)
    query = VoucherRedemption.all().order_by("-id").select_related("programme", "order", "claimant")
    if actor.kind == OrganisationKind.OPERATOR:
        return query
    if actor.kind == OrganisationKind.BUREAU:
        return query.filter(programme__region_code__startswith=region_prefix(actor))
    own = actor.organisation_id
    return query.filter(Q(order__buyer_id=own) | Q(order__supplier_id=own))


async def redemption_to_read(actor: Actor, number: str) -> VoucherRedemption:
    """One voucher decision with its trace."""
    redemption = await redemptions_of(actor).filter(number=number).first()
    if redemption is None:
        raise missing()
    return redemption


async def own_redemption(actor: Actor, number: str) -> VoucherRedemption:
    """A voucher the actor's own organisation claimed."""
    redemption = await redemption_to_read(actor, number)
    if redemption.claimant_id != actor.organisation_id:
        raise missing()
    return redemption


def programmes_of(actor: Actor) -> QuerySet[VoucherProgramme]:
    """The programmes of a bureau's region and below; all of them for the operator."""
    require(actor, *READERS, Role.QUALITY, verified=False)
    query = VoucherProgramme.all().order_by("region_code", "code", "-version")
    if actor.kind == OrganisationKind.OPERATOR:
        return query
    if actor.kind != OrganisationKind.BUREAU:
        raise missing()
    return query.filter(region_code__startswith=region_prefix(actor))


def public_programmes() -> QuerySet[VoucherProgramme]:
    """What anybody may read: every version in force or shipped, no bureau's own draft."""
    seen = Q(drafted_by_id=None) | Q(published_at__not_isnull=True)
    return VoucherProgramme.exclude(status=ProgrammeStatus.CLOSED).filter(seen)


async def programme_of(actor: Actor, code: str) -> VoucherProgramme:
    """The newest version of a programme of a bureau's region."""
    if actor.kind != OrganisationKind.BUREAU:
        raise missing()
    found = await programmes_of(actor).filter(code=code).order_by("-version").first()
    if found is None:
        raise missing()
    return found


async def draft_of(actor: Actor, code: str) -> VoucherProgramme:
    """The draft of a programme's next version, for its bureau."""
    found = await programme_of(actor, code)
    if found.status != ProgrammeStatus.DRAFT or found.drafted_by_id is None:
        raise missing()
    return found


async def open_programme(code: str) -> VoucherProgramme:
    """The version of a programme in force, else the newest that was published or shipped."""
    versions = VoucherProgramme.filter(code=code).order_by("-version")
    programme = (
        await versions.filter(status=ProgrammeStatus.OPEN).first()
        or await versions.filter(drafted_by_id=None).first()
    )
    if programme is None:
        raise missing()
    return programme


def region_prefix(actor: Actor) -> str:
    """How the codes of a bureau's region and everything below begin."""
    area = regions.region(actor.region_code)
    return area.prefix if area else actor.region_code


def require_operator(actor: Actor) -> None:
    """Let the operator's owner, finance and viewers pass."""
    require(actor, Role.FINANCE, Role.VIEWER, kind=OrganisationKind.OPERATOR)


async def bank_line_to_apply(actor: Actor, number: str) -> BankLine:
    """A receipt on the custody account, for the operator."""
    require_operator(actor)
    line = await BankLine.get_or_none(number=number)
    if line is None:
        raise missing()
    return line


async def payout_to_confirm(actor: Actor, number: str) -> Payout:
    """Any payout, for the operator."""
    require_operator(actor)
    payout = await Payout.get_or_none(number=number)
    if payout is None:
        raise missing()
    return payout


def refunds_of(actor: Actor) -> QuerySet[Refund]:
    """The refunds of orders the actor's organisation is a party of, newest first; all for the operator."""
    require(actor, *READERS, verified=False)
    query = Refund.all().order_by("-id")
    query = query.select_related("order__buyer", "order__supplier", "payment")
    if actor.kind == OrganisationKind.OPERATOR:
        return query
    own = actor.organisation_id
    return query.filter(Q(order__buyer_id=own) | Q(order__supplier_id=own))


async def refund_to_read(actor: Actor, number: str) -> Refund:
    """One refund, with its order, both parties and the payment."""
    found = await refunds_of(actor).filter(number=number).first()
    if found is None:
        raise missing()
    return found


async def refund_to_confirm(actor: Actor, number: str) -> Refund:
    """Any refund, for the operator."""
    require_operator(actor)
    refund = await Refund.get_or_none(number=number)
    if refund is None:
        raise missing()
    return refund


async def event_to_retry(actor: Actor, event_id: str) -> WebhookEvent:
    """A parked event, for the operator."""
    require_operator(actor)
    event = await WebhookEvent.get_or_none(id=as_uuid(event_id))
    if event is None:
        raise missing()
    return event
