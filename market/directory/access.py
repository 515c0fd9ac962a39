"""The only way a route of the directory obtains a row: what is listed in public, and one's own."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from starlette.requests import Request
from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.directory.models import (
    CapabilityPrice,
    Certificate,
    DailyCapacity,
    SupplierProfile,
    Talent,
)
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _


def _missing() -> NotFound:
    return NotFound(_("There is no such entry"))


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _missing() from None


def listed_suppliers() -> QuerySet[SupplierProfile]:
    """Published profiles of organisations in good standing, with their organisation."""
    return SupplierProfile.filter(
        published_at__not_isnull=True, organisation__status=OrganisationStatus.ACTIVE
    ).select_related("organisation")


async def supplier_to_see(number: str, by: Actor) -> SupplierProfile:
    """A supplier's profile with all its rows: a listed one, one's own, or any for an operator."""
    profile = (
        await SupplierProfile.filter(organisation__number=number)
        .select_related("organisation", "base")
        .prefetch_related("prices", "capacities", "organisation__certificates")
        .first()
    )
    if profile is None or not (
        _is_listed(profile)
        or profile.organisation_id == by.organisation_id
        or by.kind == OrganisationKind.OPERATOR
    ):
        raise _missing()
    return profile


def _is_listed(profile: SupplierProfile) -> bool:
    return profile.published_at is not None and profile.organisation.is_verified


async def own_profile(by: Actor) -> SupplierProfile:
    """The actor's profile with all its rows; an empty one before the first saving."""
    query = SupplierProfile.filter(organisation_id=by.organisation_id)
    profile = await (
        query.select_related("organisation", "base")
        .prefetch_related("prices", "capacities", "organisation__certificates")
        .first()
    )
    if profile is None:
        profile = SupplierProfile(organisation_id=organisation_of(by))
        await profile.fetch_related("organisation__certificates", "prices", "capacities")
    return profile


async def saved_profile(by: Actor) -> SupplierProfile:
    """The actor's profile, made when there is none yet: rows hang on it. For a supplier's editors."""
    require(by, Role.SALES, Role.PROJECT, kind=OrganisationKind.SUPPLIER, verified=False)
    profile, _made = await SupplierProfile.get_or_create(organisation_id=by.organisation_id)
    return profile


async def own_price(key: str, by: Actor) -> CapabilityPrice:
    """A price band of the actor's profile."""
    row: CapabilityPrice = await _own_row(CapabilityPrice, key, by)
    return row


async def own_capacity(key: str, by: Actor) -> DailyCapacity:
    """A daily capacity of the actor's profile."""
    row: DailyCapacity = await _own_row(DailyCapacity, key, by)
    return row


async def _own_row(model: type[Any], key: str, by: Actor) -> Any:
    row = await model.get_or_none(
        id=_key(key), profile__organisation_id=by.organisation_id
    ).select_related("profile")
    if row is None:
        raise _missing()
    return row


async def own_certificate(key: str, by: Actor) -> Certificate:
    """A certificate of the actor's organisation."""
    row = await Certificate.get_or_none(id=_key(key), organisation_id=by.organisation_id)
    if row is None:
        raise _missing()
    return row


async def certificate_to_check(key: str, by: Actor) -> Certificate:
    """Any certificate, for an operator."""
    if by.kind != OrganisationKind.OPERATOR:
        raise _missing()
    row = await Certificate.get_or_none(id=_key(key)).select_related("organisation")
    if row is None:
        raise _missing()
    return row


async def certificate_file(key: str, by: Actor) -> StoredFile:
    """The scan of a certificate: for its organisation and for operators."""
    row = await Certificate.get_or_none(id=_key(key)).select_related("file")
    if row is None or row.file is None:
        raise _missing()
    if row.organisation_id != by.organisation_id and by.kind != OrganisationKind.OPERATOR:
        raise _missing()
    file: StoredFile = row.file
    return file


def listed_talents() -> QuerySet[Talent]:
    """Talents whose consent is in force; show no column they have not consented to."""
    return Talent.filter(consented_at__not_isnull=True, withdrawn_at=None)


async def talent_to_see(number: str, by: Actor) -> Talent:
    """A talent whose consent is in force, or one of the actor's own."""
    consenting = Q(consented_at__not_isnull=True, withdrawn_at=None)
    own = Q(organisation_id=by.organisation_id) if by.organisation_id else Q(id__in=[])
    talent = (
        await Talent.filter(consenting | own, number=number).select_related("organisation").first()
    )
    if talent is None:
        raise _missing()
    return talent


def own_talents(by: Actor) -> QuerySet[Talent]:
    """The talents of the actor's organisation, newest first."""
    return Talent.filter(organisation_id=organisation_of(by)).order_by("-id")


async def own_talent(number: str, by: Actor) -> Talent:
    """One of the talents of the actor's organisation."""
    talent = await Talent.get_or_none(number=number, organisation_id=organisation_of(by))
    if talent is None:
        raise _missing()
    return talent


def listed_organisations(kind: OrganisationKind) -> QuerySet[Organisation]:
    """Verified organisations of a kind (bases, services), by name."""
    return Organisation.filter(kind=kind, status=OrganisationStatus.ACTIVE).order_by("name")


async def organisation_to_see(number: str, kind: OrganisationKind) -> Organisation:
    """A verified organisation of a kind."""
    found = await listed_organisations(kind).filter(number=number).first()
    if found is None:
        raise _missing()
    return found


def text_of(request: Request) -> str:
    """What was typed into the filter of a list of organisations."""
    return request.query_params.get("q", "").strip()[:80]


def named_in(request: Request, query: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """The organisations the address asks for, by a word of name, summary or address."""
    if text := text_of(request):
        query = query.filter(
            Q(name__icontains=text) | Q(summary__icontains=text) | Q(address__icontains=text)
        )
    return query


async def badged(ids: Iterable[UUID] | None = None) -> dict[UUID, dt.date]:
    """Benchmark firms (标杆企业) with the last day of their title, read through the relation; of these firms or all."""
    rows = Organisation.filter(
        selection_entries__status="selected", selection_entries__call__kind="benchmark",
        selection_entries__valid_until__gte=clock.today(),
    )  # fmt: skip
    rows = rows if ids is None else rows.filter(id__in=list(ids))
    found = await rows.values_list("id", "selection_entries__valid_until")
    return {UUID(str(key)): until for key, until in sorted(found, key=lambda pair: str(pair[1]))}


async def tenants_by_base(bases: Iterable[Organisation]) -> dict[UUID, int]:
    """How many listed suppliers sit in each base."""
    rows = (
        await listed_suppliers()
        .filter(base_id__in=[base.id for base in bases])
        .annotate(tenants=Count("id"))
        .group_by("base_id")
        .values_list("base_id", "tenants")
    )
    return {UUID(str(base_id)): int(tenants) for base_id, tenants in rows}


@dataclass(frozen=True, slots=True)
class TradeRecord:
    """What a supplier has done here: completed orders, and the reviews of its buyers."""

    completed: int
    reviews: list[Any]

    @property
    def rating(self) -> Decimal | None:
        """Mean of the reviews shown, one decimal; None without any."""
        if not self.reviews:
            return None
        total = Decimal(sum(review.rating for review in self.reviews))
        return (total / len(self.reviews)).quantize(Decimal("0.1"), ROUND_HALF_UP)


async def record_of(organisation: Organisation) -> TradeRecord:
    """The trade record of an organisation; orders and reviews are read through its relations."""
    relations: Any = organisation
    reviews = (
        relations.reviews_received.filter(published_at__not_isnull=True)
        .order_by("-published_at")
        .limit(100)
    )
    return TradeRecord(
        completed=await relations.orders_sold.filter(status="completed").count(),
        reviews=await reviews,
    )


def organisation_of(by: Actor) -> UUID:
    """The supplier the actor acts for; raises NotPermitted for anybody else."""
    if by.organisation_id is None or by.kind != OrganisationKind.SUPPLIER:
        raise NotPermitted(_("Your organisation has no access to this page"))
    return by.organisation_id
