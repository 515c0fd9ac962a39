"""Deadlines of money: voucher reviews, deposits to give and to send back, letters of guarantee."""

from collections.abc import Mapping

from billing.deposit_models import Guarantee, Holding
from billing.deposit_states import GuaranteeStatus, HoldingPurpose, HoldingStatus
from billing.models import VoucherProgramme
from billing.review_steps import PUBLICATION
from billing.voucher_models import VoucherApplication
from billing.voucher_states import ApplicationStatus
from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.calendar.deadlines import Deadline, Span
from market.calendar.registry import Source
from market.kit import clock
from market.kit.web import path_for
from market.vocabulary.regions import is_within

OF_CLAIMANT = ("claim",)  # steps nobody at a bureau takes


def _asks(span: Span) -> bool:
    return span.is_of_all or span.organisation_id is not None


async def _organisations(span: Span, kind: OrganisationKind) -> list[Organisation]:
    rows = Organisation.filter(kind=kind, status=OrganisationStatus.ACTIVE)
    if span.organisation_id is not None:
        rows = rows.filter(id=span.organisation_id)
    return await rows.order_by("id")


async def reviews(span: Span) -> list[Deadline]:
    """The step of a voucher review its issuer's bureau has to take, until it is taken."""
    bureaus = await _organisations(span, OrganisationKind.BUREAU) if _asks(span) else []
    if not bureaus:
        return []
    statuses = (ApplicationStatus.UNDER_REVIEW, ApplicationStatus.GRANTED)
    rows = VoucherApplication.filter(status__in=statuses, **span.within("due_at"))
    codes = {
        row.id: row.region_code for row in await VoucherProgramme.all().only("id", "region_code")
    }
    return [
        Deadline.of(
            "voucher_review", row, row.due_at, title=row.programme.title, number=row.number,
            url=path_for("vouchers:application", number=row.number), organisation_id=bureau.id,
        )
        for row in await rows.exclude(step__in=(PUBLICATION, *OF_CLAIMANT)).select_related("programme")
        for bureau in bureaus
        if is_within(codes[row.programme_id], bureau.region_code)
    ]  # fmt: skip


async def deposits(span: Span) -> list[Deadline]:
    """When a deposit or fee must be there, for its payer; who gives a bid deposit is confidential."""
    if not _asks(span):
        return []
    rows = Holding.filter(status=HoldingStatus.AWAITED, **span.within("due_at"))
    return [
        Deadline.of(
            "deposit", row, row.due_at, title=row.job.title, number=row.number,
            url=path_for("deposits:show", number=row.number), organisation_id=row.payer_id,
            is_confidential=row.purpose == HoldingPurpose.BID_DEPOSIT,
        )
        for row in await rows.select_related("job")
        if span.is_for(row.payer_id)
    ]  # fmt: skip


async def returns(span: Span) -> list[Deadline]:
    """When a deposit must be back with its payer, for the platform's finance."""
    operators = await _organisations(span, OrganisationKind.OPERATOR) if _asks(span) else []
    if not operators:
        return []
    rows = Holding.filter(status=HoldingStatus.LEAVING, **span.within("return_due_at"))
    return [
        Deadline.of(
            "deposit_return", row, row.return_due_at, title=row.job.title, number=row.number,
            url=path_for("deposits:show", number=row.number), organisation_id=operator.id,
        )
        for row in await rows.select_related("job")
        for operator in operators
    ]  # fmt: skip


async def guarantees(span: Span) -> list[Deadline]:
    """The last day of an accepted letter, for who gave it."""
    if not _asks(span):
        return []
    rows = Guarantee.filter(status=GuaranteeStatus.ACCEPTED, **span.dates("expires_on"))
    return [
        Deadline.of(
            "guarantee", row, at, title=row.issuer, number=row.number,
            url=path_for("deposits:show", number=row.holding.number),
            organisation_id=row.holding.payer_id,
        )
        for row in await rows.select_related("holding")
        if span.is_for(row.holding.payer_id)
        and span.has(at := clock.end_of_day(row.expires_on))
    ]  # fmt: skip


SOURCES: Mapping[Source, tuple[str, ...]] = {
    reviews: ("voucher_review",),
    deposits: ("deposit",),
    returns: ("deposit_return",),
    guarantees: ("guarantee",),
}
