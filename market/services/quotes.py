"""Verbs of services: list, change, take off; ask for a quote, answer it, take it or not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.services.forms import QuoteInput, ReplyInput, RequestInput, ServiceInput
from market.services.models import QuoteRequest, ServiceListing
from market.services.states import QuoteStatus, ServiceStatus

PROVIDERS = (OrganisationKind.SERVICE, OrganisationKind.BASE)
SELLERS = (Role.SALES, Role.PROJECT)
ASKERS = (Role.BUYER, Role.SALES, Role.PROJECT, Role.FINANCE)


class QuoteExpired(Conflict):
    """A quote is taken until its last day."""

    title = "The quote has expired"


@atomic()
async def save_service(
    content: ServiceInput, *, row: ServiceListing | None = None, by: Actor
) -> ServiceListing:
    """List a service or change it; service firms and bases only."""
    require(by, *SELLERS)
    if by.kind not in PROVIDERS:
        raise NotPermitted(_("Services are offered by service firms and bases"))
    if row is None:
        provider = await Organisation.get(id=by.organisation_id)
        row = ServiceListing(
            number=await next_number("FW"), provider=provider, region_code=provider.region_code
        )
    else:
        row = await _own(row, by)
    await row.update_from_dict(content.model_dump()).save()
    await audit.record(row, "service:save", by=by, after=content.model_dump())
    return row


@atomic()
async def move_service(row: ServiceListing, status: ServiceStatus, *, by: Actor) -> ServiceListing:
    """Take a service off the list, or put it back."""
    require(by, *SELLERS)
    row = await _own(row, by)
    await row.move_to(status, by=by)
    return row


@atomic()
async def ask_for_quote(
    listing: ServiceListing, content: RequestInput, *, by: Actor
) -> QuoteRequest:
    """Any verified organisation but the provider asks, of a listed service."""
    require(by, *ASKERS)
    listing = await lock(listing)
    if listing.provider_id == by.organisation_id:
        raise NotPermitted(_("This is your own service"))
    if listing.status is not ServiceStatus.LISTED:
        raise Conflict(_("This service is no longer offered"))
    row = await QuoteRequest.create(
        number=await next_number("BJ"), listing=listing, requester_id=by.organisation_id,
        **content.model_dump(),
    )  # fmt: skip
    await audit.record(row, "asked", by=by)
    await _moved(row)
    return row


@atomic()
async def answer_request(row: QuoteRequest, content: QuoteInput, *, by: Actor) -> QuoteRequest:
    """The provider quotes an amount that holds until a day, or declines with its reason."""
    require(by, *SELLERS)
    listing = await ServiceListing.get(id=row.listing_id)
    if listing.provider_id != by.organisation_id:
        raise NotFound(_("This quote does not exist"))
    row = await lock_id(QuoteRequest, row.id)
    changes: dict[str, Any] = {"answer": content.answer, "answered_at": clock.now()}
    if content.decision == "quote":
        changes |= {"amount_fen": content.amount_fen, "valid_until": content.valid_until}
    status = QuoteStatus.QUOTED if content.decision == "quote" else QuoteStatus.DECLINED
    await row.move_to(status, by=by, **changes)
    await _moved(row)
    return row


@atomic()
async def reply_to_quote(row: QuoteRequest, content: ReplyInput, *, by: Actor) -> QuoteRequest:
    """The requester takes the quote while it holds, refuses it, or takes the request back."""
    require(by, *ASKERS)
    row = await lock_id(QuoteRequest, row.id)
    if row.requester_id != by.organisation_id:
        raise NotFound(_("This quote does not exist"))
    status = {
        "accept": QuoteStatus.ACCEPTED, "refuse": QuoteStatus.REFUSED,
        "withdraw": QuoteStatus.WITHDRAWN,
    }[content.decision]  # fmt: skip
    if status is QuoteStatus.ACCEPTED and row.valid_until and row.valid_until < clock.today():
        raise QuoteExpired(_("The quote held until %(day)s", day=row.valid_until))
    await row.move_to(status, by=by)
    await _moved(row)
    return row


async def _own(row: ServiceListing, by: Actor) -> ServiceListing:
    row = await lock_id(ServiceListing, row.id)
    if row.provider_id != by.organisation_id:
        raise NotFound(_("This service does not exist"))
    return row


async def _moved(row: QuoteRequest) -> None:
    await outbox.record("quote.moved", quote=row.id, status=row.status.value)


@dataclass(frozen=True, slots=True)
class Totals:
    """Services in figures: listed ones by kind, and what became of requests."""

    listed: int = 0
    by_kind: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    accepted: int = 0
    accepted_fen: int = 0


async def totals(region_prefix: str = "") -> Totals:
    """Of the providers of a region (code prefix); amounts in fen."""
    listed = await ServiceListing.filter(
        status=ServiceStatus.LISTED, region_code__startswith=region_prefix
    ).values_list("kind", flat=True)
    asked = await QuoteRequest.filter(listing__region_code__startswith=region_prefix).values_list(
        "status", "amount_fen"
    )
    taken = [int(fen or 0) for status, fen in asked if status == QuoteStatus.ACCEPTED]
    return Totals(
        listed=len(listed), by_kind=dict(Counter(str(kind) for kind in listed)),
        requests=len(asked), accepted=len(taken), accepted_fen=sum(taken),
    )  # fmt: skip
