"""A deadline, the span of time one asks for, and the kinds there are, with their reminders as data."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.accounts.states import Role
from market.kit import clock
from market.kit.db import Row
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

NOT_SUPPLIERS = (Role.BUYER, Role.PROJECT)
SELLERS = (Role.SALES, Role.PROJECT)


@dataclass(frozen=True, slots=True)
class Offset:
    """How long before a deadline to remind: hours, or working days at the same time of day."""

    hours: int = 0
    working_days: int = 0

    @property
    def code(self) -> str:
        """Part of the key under which a reminder is sent once."""
        return f"{self.working_days}d" if self.working_days else f"{self.hours}h"

    def moment(self, at: dt.datetime) -> dt.datetime:
        """When to remind of a deadline at `at`."""
        if not self.working_days:
            return at - dt.timedelta(hours=self.hours)
        local = clock.in_china(at)
        day = _working_days_before(local.date(), self.working_days)
        return dt.datetime.combine(day, local.timetz()).astimezone(dt.UTC)

    def span(self, since: dt.datetime, until: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """Bounds of the deadlines whose moment lies in (since, until]; wider over days off."""
        if not self.working_days:
            gap = dt.timedelta(hours=self.hours)
            return since + gap, until + gap + _TICK
        first, last = clock.in_china(since).date(), clock.in_china(until).date()
        return (
            clock.start_of_day(clock.add_working_days(first, self.working_days - 1)),
            clock.end_of_day(clock.add_working_days(last, self.working_days)) + _TICK,
        )


_TICK = dt.timedelta(seconds=1)
_DAY = Offset(hours=24)
_TWO_HOURS = Offset(hours=2)
_THREE_DAYS = Offset(working_days=3)
_WEEK = Offset(hours=7 * 24)
_MONTH = Offset(hours=30 * 24)


def _working_days_before(day: dt.date, count: int) -> dt.date:
    while count > 0:
        day -= dt.timedelta(days=1)
        count -= clock.is_working_day(day)
    return day


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of deadline: its words, who in the organisation acts, when to remind.

    Of a binding one (a period set by law or contract) reminders cannot be switched off.
    """

    label: str
    roles: tuple[Role, ...]
    offsets: tuple[Offset, ...]
    is_binding: bool = False


KINDS: dict[str, Kind] = {
    "questions_close": Kind(N_("Questions close"), SELLERS, (_DAY,)),
    "answer_questions": Kind(N_("Answer the questions"), NOT_SUPPLIERS, (_THREE_DAYS, _DAY), True),
    "bids_close": Kind(N_("Bids close"), SELLERS, (_THREE_DAYS, _DAY, _TWO_HOURS)),
    "opening": Kind(N_("Opening of bids"), (Role.BUYER,), (_DAY, _TWO_HOURS), True),
    "pilot": Kind(N_("Pilot closes"), SELLERS, (_THREE_DAYS, _DAY, _TWO_HOURS), True),
    "clarification": Kind(N_("Answer the owner's request"), SELLERS, (_DAY, _TWO_HOURS), True),
    "judging": Kind(N_("Hand in your sheets"), (), (_THREE_DAYS, _DAY), True),
    "stand_still": Kind(N_("Standstill ends"), (*SELLERS, Role.BUYER), (_DAY,)),
    "objection_answer": Kind(
        N_("Answer the objection"), NOT_SUPPLIERS, (_THREE_DAYS, _DAY), True),
    "complaint_decision": Kind(
        N_("Decide the complaint"), (Role.QUALITY, Role.PROJECT), (_THREE_DAYS, _DAY), True),
    "appeal": Kind(N_("Last day to complain to the bureau"), SELLERS, (_THREE_DAYS, _DAY), True),
    "violation_view": Kind(
        N_("State our view on a report"), (*SELLERS, Role.BUYER), (_THREE_DAYS, _DAY), True),
    "violation_decision": Kind(
        N_("Decide on the report"), (Role.QUALITY, Role.PROJECT), (_THREE_DAYS, _DAY), True),
    "signing": Kind(
        N_("Sign the contract"), (Role.BUYER, Role.SALES), (_WEEK, _THREE_DAYS, _DAY), True),
    "delivery": Kind(N_("Delivery due"), (Role.PROJECT,), (_WEEK, _THREE_DAYS, _DAY), True),
    "delivery_expected": Kind(N_("Delivery expected"), (Role.BUYER, Role.PROJECT), ()),
    "acceptance": Kind(
        N_("Acceptance window ends: silence accepts"), (Role.PROJECT, Role.QUALITY),
        (_THREE_DAYS, _DAY, _TWO_HOURS), True),
    "acceptance_expected": Kind(N_("Acceptance expected"), (Role.PROJECT, Role.QUALITY), ()),
    "payment": Kind(N_("Payment due"), (Role.BUYER, Role.FINANCE), (_THREE_DAYS, _DAY), True),
    "payment_expected": Kind(N_("Payment expected"), (Role.SALES, Role.FINANCE), ()),
    "retention": Kind(N_("Retention due"), (Role.BUYER, Role.FINANCE), (_WEEK, _DAY), True),
    "retention_expected": Kind(N_("Retention expected"), (Role.SALES, Role.FINANCE), ()),
    "review": Kind(
        N_("Review window ends"), (Role.BUYER, Role.SALES, Role.PROJECT, Role.QUALITY), (_DAY,)),
    "certificate": Kind(N_("Certificate expires"), SELLERS, (_MONTH, _WEEK)),
    "dispute": Kind(
        N_("Answer in the dispute"), (Role.BUYER, Role.SALES, Role.PROJECT, Role.QUALITY),
        (_THREE_DAYS, _DAY), True),
    "reading": Kind(N_("Third reading due"), (Role.PROJECT, Role.QUALITY), (_THREE_DAYS, _DAY), True),
    "voucher_review": Kind(
        N_("Take the step of a voucher review"), (Role.QUALITY, Role.FINANCE), (_THREE_DAYS, _DAY), True),
    "deposit": Kind(N_("Pay the deposit or fee"), (Role.SALES, Role.FINANCE), (_THREE_DAYS, _DAY)),
    "deposit_return": Kind(N_("Deposit must be back"), (Role.FINANCE,), (_DAY,), True),
    "guarantee": Kind(N_("Letter of guarantee expires"), (Role.SALES, Role.FINANCE), (_MONTH, _WEEK)),
    "training": Kind(N_("Confidentiality training expires"), (Role.PROJECT,), (_MONTH, _WEEK)),
    "credential": Kind(N_("Annotator's credential expires"), (Role.PROJECT,), (_MONTH, _WEEK)),
    "call_close": Kind(N_("Call for entries closes"), (*SELLERS, Role.BUYER, Role.QUALITY), ()),
    "entry_return": Kind(N_("Hand the entry in again"), (*SELLERS, Role.BUYER), (_THREE_DAYS, _DAY)),
    "entry_publication": Kind(N_("Publication of the entry ends"), (*SELLERS, Role.BUYER, Role.QUALITY), ()),
    "entry_title": Kind(N_("Title of the selection expires"), SELLERS, (_MONTH, _WEEK)),
    "quote_answer": Kind(N_("Answer the request for a quote"), SELLERS, (_THREE_DAYS, _DAY)),
    "quote_decision": Kind(N_("Decide on the quote"), NOT_SUPPLIERS, (_THREE_DAYS, _DAY)),
    "project_end": Kind(
        N_("Planned end of the reserve project"), (*SELLERS, Role.BUYER), (_MONTH, _WEEK)),
    "rating_review": Kind(N_("Dataset is due for its next rating"), SELLERS, (_MONTH, _WEEK)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something due for one organisation, or for one person; `subject` is the row it belongs to.

    The list of who has a confidential one would say who has bid.
    """

    kind: str
    subject_id: UUID
    at: dt.datetime
    title: str
    number: str
    url: str  # the path of the page where it is met
    created_at: dt.datetime
    changed_at: dt.datetime
    organisation_id: UUID | None = None
    person_id: UUID | None = None
    is_cancelled: bool = False
    is_confidential: bool = False

    @classmethod
    def of(
        cls, kind: str, row: Row, at: dt.datetime | None, *, title: str, number: str, url: str,
        organisation_id: UUID | None = None, person_id: UUID | None = None,
        is_cancelled: bool = False, is_confidential: bool = False,
    ) -> "Deadline":  # fmt: skip
        """The deadline of a row whose moment is set."""
        assert at is not None
        return cls(
            kind, row.id, at, title, number, url, row.created_at, row.updated_at,
            organisation_id, person_id, is_cancelled, is_confidential,
        )  # fmt: skip

    @property
    def label(self) -> str:
        """What is due, in words."""
        return _(KINDS[self.kind].label)

    @property
    def working_days_left(self) -> int:
        """Working days until it is due; negative once it is over."""
        if self.at < clock.now():
            return -1
        return clock.working_days_between(clock.today(), clock.in_china(self.at).date())


@dataclass(frozen=True, slots=True)
class Span:
    """Deadlines from `start` to before `end`: of one organisation, of one person, or of everybody."""

    start: dt.datetime
    end: dt.datetime
    organisation_id: UUID | None = None
    person_id: UUID | None = None

    @property
    def is_of_all(self) -> bool:
        """Whether it asks for everybody's, as the reminders do."""
        return self.organisation_id is None and self.person_id is None

    def within(self, field: str) -> dict[str, Any]:
        """Filters for a moment in the span."""
        return {f"{field}__gte": self.start, f"{field}__lt": self.end}

    def dates(self, field: str) -> dict[str, Any]:
        """Filters for a date whose last second lies in the span."""
        first = clock.in_china(self.start).date()
        return {f"{field}__gte": first, f"{field}__lte": clock.in_china(self.end).date()}

    def earlier(self, days: int) -> "Span":
        """The same span `days` before, a day wider at both ends."""
        gap, day = dt.timedelta(days=days), dt.timedelta(days=1)
        return Span(
            self.start - gap - day, self.end - gap + day, self.organisation_id, self.person_id
        )

    def has(self, at: dt.datetime) -> bool:
        """Whether a moment lies in it."""
        return self.start <= at < self.end

    def is_for(self, organisation_id: UUID | None) -> bool:
        """Whether it asks for this organisation's."""
        return self.organisation_id is None or self.organisation_id == organisation_id
