"""What every page shows around its content: the rooms of one's organisation and what waits in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from tortoise.expressions import Subquery
from tortoise.queryset import CountQuery

from billing.models import BankLine, WebhookEvent
from billing.states import BankLineStatus, EventStatus
from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bulletins.access import drafts_of
from market.kit import web
from market.kit.actor import Actor
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.outbox import OutboxMessage
from market.notifications import inbox
from market.notifications.models import InboxNotice
from market.orders.models import Contract, DeliveryBatch, Signature
from market.orders.states import BatchStatus, ContractStatus
from market.pools.models import Pool, PoolMembership
from market.pools.states import MembershipStatus
from market.rewards.access import undecided_claims
from market.tendering.models import Job
from market.tendering.opening_access import shares_to_release
from market.tendering.posting_models import JobReview
from market.tendering.states import JobStatus
from search.refusal_models import RefusedRecord

PUBLIC = (
    (N_("Jobs"), "jobs:list", "briefcase"),
    (N_("Suppliers"), "suppliers:list", "building"),
    (N_("Pools"), "pools:list", "shield"),
    (N_("Fairs"), "fairs:list", "calendar"),
    (N_("Talents"), "talents:list", "people"),
    (N_("Datasets"), "datasets:list", "database"),
    (N_("Dataset needs"), "needs:list", "database"),
    (N_("Application cases"), "cases:list", "star"),
    (N_("Industry services"), "listings:list", "briefcase"),
    (N_("Notices"), "notices:list", "flag"),
    (N_("Statistics"), "statistics:public", "chart"),
    (N_("Unit prices"), "prices:published", "coin"),
    (N_("Bulletins"), "bulletins:list", "file"),
    (N_("Policy vouchers"), "vouchers:explained", "ticket"),
    (N_("Rewards"), "rewards:list", "coin"),
)
_WORKSPACE = (N_("Workspace"), "workspace:show", "home")
_CALENDAR = (N_("Calendar"), "calendar:show", "calendar")
_SAVED = (N_("Saved searches"), "alerts:list", "star")
_DISPUTES = (N_("Disputes"), "disputes:list", "flag")
_COMPLAINTS = (N_("Objections and complaints"), "complaints:list", "scale")
_INCIDENTS = (N_("Incidents"), "incidents:list", "alert")
_EXCHANGE = (N_("One network"), "exchange:list", "link")
_VIOLATIONS = (N_("Violation reports"), "violations:list", "flag")
_DEMAND = (
    _WORKSPACE,
    _CALENDAR,
    (N_("My jobs"), "jobs:mine", "briefcase"),
    (N_("My judging"), "judging:list", "scale"),
    (N_("My dataset needs"), "needs:mine", "database"),
    (N_("My datasets"), "datasets:mine", "database"),
    (N_("Project reserve"), "reserve:list", "box"),
    (N_("Quotes"), "quotes:list", "chat"),
    (N_("My pools"), "pools:mine", "people"),
    (N_("Selections"), "selections:list", "star"),
    (N_("Contracts"), "contracts:list", "file"),
    (N_("Orders and deliveries"), "orders:list", "inbox"),
    (N_("Payments"), "payments:list", "coin"),
    (N_("Deposits"), "deposits:list", "shield"),
    (N_("My vouchers"), "vouchers:wallet", "ticket"),
    _DISPUTES,
    _COMPLAINTS,
    _INCIDENTS,
    _SAVED,
    (N_("Training"), "training:list", "shield"),
    (N_("Organisation"), "accounts:organisation", "building"),
)
_SUPPLIER = (
    _WORKSPACE,
    _CALENDAR,
    (N_("Matched jobs"), "search:matched_jobs", "search"),
    _SAVED,
    (N_("My bids"), "bids:list", "lock"),
    (N_("Contracts"), "contracts:list", "file"),
    (N_("Orders and deliveries"), "orders:list", "inbox"),
    (N_("Payouts"), "payouts:list", "coin"),
    (N_("Deposits"), "deposits:list", "shield"),
    (N_("My vouchers"), "vouchers:wallet", "ticket"),
    _DISPUTES,
    (N_("Readings"), "readings:list", "eye"),
    _COMPLAINTS,
    _INCIDENTS,
    (N_("Capabilities"), "suppliers:edit", "shield"),
    (N_("Our figures"), "library:report", "chart"),
    (N_("My datasets"), "datasets:mine", "database"),
    (N_("Project reserve"), "reserve:list", "box"),
    (N_("Quotes"), "quotes:list", "chat"),
    (N_("Selections"), "selections:list", "star"),
    (N_("Our talents"), "talents:own", "people"),
    (N_("Training"), "training:list", "shield"),
    (N_("Organisation"), "accounts:organisation", "building"),
)
_BUREAU = (
    (N_("Overview"), "bureau:overview", "chart"),
    _CALENDAR,
    _COMPLAINTS,
    _INCIDENTS,
    _VIOLATIONS,
    _DISPUTES,
    (N_("Deals"), "bureau:deals", "file"),
    (N_("Regions"), "bureau:regions", "building"),
    (N_("Red flags"), "risks:list", "flag"),
    _EXCHANGE,
    (N_("Registrations"), "registrations:list", "file"),
    (N_("Filings"), "filings:list", "inbox"),
    (N_("Certification of bases"), "certification_rounds:list", "building"),
    (N_("Enterprise library"), "library:list", "building"),
    (N_("Selections"), "selections:list", "star"),
    (N_("Dataset ratings"), "ratings:list", "scale"),
    (N_("Project reserve"), "reserve:list", "box"),
    (N_("Voucher programmes"), "bureau:vouchers", "ticket"),
    (N_("Claims for rewards"), "reward_claims:list", "coin"),
    (N_("Overdue payments"), "overdue:list", "clock"),
    (N_("Applications to review"), "vouchers:queue", "inbox"),
    (N_("Openings"), "openings:list", "unlock"),
    (N_("Jobs to review"), "job_reviews:list", "eye"),
    (N_("Rules for procedures"), "locks:list", "lock"),
    (N_("My pools"), "pools:mine", "people"),
    (N_("Organisation"), "accounts:organisation", "building"),
)
_OPERATOR = (
    _WORKSPACE,
    _CALENDAR,
    _COMPLAINTS,
    _INCIDENTS,
    _VIOLATIONS,
    (N_("Verification"), "operator:verification", "shield"),
    _DISPUTES,
    (N_("Reported reviews"), "reviews:reported", "star"),
    (N_("Import records"), "imports:upload", "upload"),
    (N_("Training"), "training:list", "shield"),
    (N_("Payments and events"), "operator:payments", "coin"),
    (N_("Receipts and statements"), "bank:list", "upload"),
    (N_("Deposits"), "deposits:list", "shield"),
    (N_("Exception queues"), "operator:queues", "alert"),
    (N_("Reconciliation"), "reconciliations:list", "scale"),
    (N_("Outbox"), "operator:outbox", "inbox"),
    _EXCHANGE,
    (N_("Searches"), "operator:searches", "search"),
    (N_("Refused by search"), "operator:search_refused", "search"),
    (N_("Dictionary"), "dictionary:list", "search"),
    (N_("Audit log"), "operator:audit", "history"),
    (N_("Openings"), "openings:list", "unlock"),
    (N_("Enterprise library"), "library:list", "building"),
    (N_("Statistics"), "bureau:overview", "chart"),
)
_JUDGING = (N_("My judging"), "judging:list", "scale")
_OTHER = (
    _WORKSPACE,
    _CALENDAR,
    _JUDGING,
    (N_("Quotes"), "quotes:list", "chat"),
    (N_("Selections"), "selections:list", "star"),
    (N_("Organisation"), "accounts:organisation", "building"),
)
_BASE = (
    _WORKSPACE,
    _CALENDAR,
    (N_("Certification of bases"), "certification_rounds:list", "shield"),
    (N_("Our applications"), "certifications:list", "file"),
    (N_("Selections"), "selections:list", "star"),
    (N_("My datasets"), "datasets:mine", "database"),
    (N_("Project reserve"), "reserve:list", "box"),
    (N_("Quotes"), "quotes:list", "chat"),
    (N_("Organisation"), "accounts:organisation", "building"),
)
ROOMS = {
    OrganisationKind.BASE: _BASE,
    OrganisationKind.DEMAND: _DEMAND,
    OrganisationKind.SUPPLIER: _SUPPLIER,
    OrganisationKind.BUREAU: _BUREAU,
    OrganisationKind.OPERATOR: _OPERATOR,
}
IN_BUYERS_HANDS = (JobStatus.OPENING, JobStatus.PREQUALIFICATION, JobStatus.EVALUATION)
FOOTER = ((N_("API"), "api:docs"), (N_("Open data"), "ocds:about"), (N_("Bases"), "bases:list"),
          (N_("How results are ranked"), "search:weights"),
          (N_("Services"), "services:list"), (N_("Verify a document"), "documents:verify"))  # fmt: skip


SHOWN_NOTICES = 9


@dataclass(frozen=True, slots=True)
class NavItem:
    """A room: its name, address, icon, and how much waits in it."""

    label: str
    url: str
    icon: str
    count: int
    current: bool


async def context(request: Request) -> Mapping[str, Any]:
    """The frame's variables; costs a signed-in page a few counts, a public page nothing."""
    actor = web.actor_of(request)
    rooms = rooms_of(actor)
    waiting = {name: await query for name, query in _waiting(actor).items()}
    public = PUBLIC if actor.kind not in (OrganisationKind.OPERATOR,) else ()
    shown = (*rooms, *public)
    here = await _room(request, actor, [name for _label, name, _icon in shown])
    return {
        "nav": [
            NavItem(_(label), web.path_for(name), icon, waiting.get(name, 0), name == here)
            for label, name, icon in shown
        ],
        "unread": await _unread(actor),
        "urls": {
            "search": web.path_for("search:results"),
            "sign_in": web.path_for("accounts:sign_in"),
            "sign_out": web.path_for("accounts:sign_out"),
            "switch": web.path_for("accounts:switch"),
            "settings": web.path_for("accounts:settings"),
        },
        "links": [(_(label), web.path_for(name)) for label, name in FOOTER],
    }


async def _unread(actor: Actor) -> list[InboxNotice]:
    """The newest notices behind the bell, one more than it counts."""
    if not actor.is_authenticated:
        return []
    return await inbox.own_notices(actor).filter(read_at=None).limit(SHOWN_NOTICES + 1)


def rooms_of(actor: Actor) -> tuple[tuple[str, str, str], ...]:
    """The rooms of the actor's organisation, by its kind."""
    if not actor.is_authenticated:
        return ()
    return ROOMS.get(OrganisationKind(actor.kind), _OTHER) if actor.kind else _OTHER


async def _room(request: Request, actor: Actor, names: list[str]) -> str:
    """The room a page lies in: the one whose address it begins with, an own job's in My jobs."""
    here = request.url.path
    found = [name for name in names if f"{here}/".startswith(f"{web.path_for(name).rstrip('/')}/")]
    room = max(found, key=lambda name: len(web.path_for(name)), default="")
    own: dict[str, tuple[str, type[Job | Pool]]] = {
        "jobs:list": ("jobs:mine", Job), "pools:list": ("pools:mine", Pool),
    }  # fmt: skip
    number = request.path_params.get("number", "")
    if room in own and number and own[room][0] in names:
        mine, noun = own[room]
        if await noun.filter(number=number, owner_id=actor.organisation_id).exists():
            return mine
    return room


def _undecided_places(own: UUID) -> CountQuery:
    return PoolMembership.filter(pool__owner_id=own, status=MembershipStatus.APPLIED).count()


def _waiting(actor: Actor) -> dict[str, CountQuery]:
    own = actor.organisation_id
    if own is None:
        return {}
    unsigned = Contract.filter(status=ContractStatus.PENDING).exclude(
        id__in=Subquery(Signature.filter(organisation_id=own).values("contract_id"))
    )
    if actor.kind == OrganisationKind.DEMAND:
        return {
            "jobs:mine": Job.filter(owner_id=own, status__in=IN_BUYERS_HANDS).count(),
            "pools:mine": _undecided_places(own),
            "contracts:list": unsigned.filter(buyer_id=own).count(),
            "orders:list": DeliveryBatch.filter(
                order__buyer_id=own, status__in=(BatchStatus.SUBMITTED, BatchStatus.SAMPLING)
            ).count(),
        }
    if actor.kind == OrganisationKind.SUPPLIER:
        return {
            "contracts:list": unsigned.filter(supplier_id=own).count(),
            "orders:list": DeliveryBatch.filter(
                order__supplier_id=own, status__in=(BatchStatus.REJECTED, BatchStatus.REWORK)
            ).count(),
        }
    if actor.kind == OrganisationKind.OPERATOR:
        return {
            "operator:verification": Organisation.filter(
                status=OrganisationStatus.PENDING_VERIFICATION
            ).count(),
            "operator:outbox": OutboxMessage.filter(dead_at__not_isnull=True).count(),
            "operator:search_refused": RefusedRecord.all().count(),
            "openings:list": shares_to_release(actor).count(),
            "bank:list": BankLine.filter(status=BankLineStatus.SUSPENSE).count(),
            "operator:payments": WebhookEvent.filter(status=EventStatus.PARKED).count(),
        }
    if actor.kind == OrganisationKind.BUREAU:
        return {
            "openings:list": shares_to_release(actor).count(),
            "job_reviews:list": JobReview.filter(bureau_id=own, decided_at=None).count(),
            "pools:mine": _undecided_places(own),
            "reward_claims:list": undecided_claims(actor).count(),
            "bulletins:list": drafts_of(actor).count(),
        }
    return {}
