"""The only way a route of the bureau obtains figures and rows: its own region and below.

A deal belongs to a region by its buyer and by its supplier. Nothing here leads to a bid.
"""

from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from market.accounts.oversight import own_region
from market.accounts.states import OrganisationKind
from market.bureau.models import ActivityFact, ActivityKind, FactKind, Side, TradeFact
from market.bureau.periods import moments_of
from market.bureau.queries import DealsQuery, StatisticsQuery
from market.bureau.statistics import Slice, code_range
from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.errors import NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.outbox import OutboxMessage
from market.orders.models import Contract
from market.tendering.models import Bid
from market.vocabulary import regions
from market.vocabulary.regions import Region

_REGION_FIELD = {Side.DEMAND: "region_code", Side.SUPPLY: "supplier_region_code"}


def region_to_see(code: str, by: Actor) -> Region:
    """One's own region, or one below it; raises NotFound for any other."""
    own = own_region(by)
    if not code:
        return own
    found = regions.region(code)
    if found is None or not regions.is_within(found.code, own.code):
        raise NotFound(_("There is no such region under yours"))
    return found


def slice_to_see(query: StatisticsQuery, by: Actor) -> Slice:
    """What the filters ask for, within the actor's region."""
    return Slice(
        region=region_to_see(query.region, by),
        period=query.chosen_period(),
        side=query.side,
        industry=query.industry,
        modality=query.modality,
    )


def facts_of(part: Slice) -> QuerySet[TradeFact]:
    """The rows behind the figures of a slice, the latest first."""
    first, after = moments_of(part.period)
    query = TradeFact.filter(
        occurred_at__gte=first, occurred_at__lt=after,
        **{f"{_REGION_FIELD[part.side]}__range": code_range(part.region)},
    )  # fmt: skip
    if part.region.code != regions.COUNTRY_CODE:
        # For the index of region and month; of the country, PostgreSQL would take both conditions
        # to narrow the rows, and sort a month of them instead of following their moments.
        query = query.filter(month__range=(part.period.first, part.period.last))
    if part.industry:
        query = query.filter(industry=part.industry)
    if part.modality:
        query = query.filter(modality=part.modality)
    return query.order_by("-occurred_at", "-id")


def facts_asked(part: Slice, query: DealsQuery) -> QuerySet[TradeFact]:
    """The facts of a slice one may see, narrowed by what else the filters ask for."""
    facts = facts_of(part)
    if query.kind:
        facts = facts.filter(kind=query.kind)
    return facts.filter(task_type=query.task) if query.task else facts


def activities_of_slice(part: Slice, kind: ActivityKind | None = None) -> QuerySet[ActivityFact]:
    """What is counted beside the money in a slice one may see, the latest first."""
    facts = ActivityFact.filter(
        kind__in=[kind] if kind else list(ActivityKind),  # every index begins with it
        region_code__range=code_range(part.region),
        month__range=(part.period.first, part.period.last),
        occurred_at__range=moments_of(part.period),
    )
    wanted = {"industry": part.industry, "modality": part.modality}
    facts = facts.filter(**{name: value for name, value in wanted.items() if value})
    return facts.order_by("-occurred_at", "-id")


async def contract_to_see(number: str, by: Actor) -> Contract:
    """A contract in force or ended, one party of which is in the actor's region."""
    span = code_range(own_region(by))
    within = Q(region_code__range=span) | Q(supplier_region_code__range=span)
    fact = await TradeFact.filter(within, kind=FactKind.CONTRACTED, source_number=number).first()
    if fact is None:
        raise NotFound(_("There is no such contract in your region"))
    return await Contract.get(id=fact.source_id).select_related("job", "buyer", "supplier")


def require_operator(by: Actor) -> None:
    """Let only the verified operator pass; raises NotPermitted."""
    if by.kind != OrganisationKind.OPERATOR or not by.verified:
        raise NotPermitted(_("Your organisation has no access to this page"))


def log_to_see(by: Actor) -> QuerySet[LogEntry]:
    """The audit log for the operator, without what would name a bidder before the opening.

    An entry about a bid is shown once its job is opened; one whose bid is gone never is.
    """
    require_operator(by)
    opened = Bid.filter(job__opened_at__isnull=False).values("id")
    return LogEntry.filter(
        ~Q(subject_type=Bid.__name__) | Q(subject_id__in=Subquery(opened))
    ).order_by("-id")


def messages_to_see(by: Actor) -> QuerySet[OutboxMessage]:
    """The outbox for the operator."""
    require_operator(by)
    return OutboxMessage.all().order_by("-id")


async def dead_letter(message_id: UUID, by: Actor) -> OutboxMessage:
    """A message that was given up; raises NotFound for any other."""
    message = await messages_to_see(by).filter(id=message_id).exclude(dead_at=None).first()
    if message is None:
        raise NotFound(_("There is no such dead letter"))
    return message
