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
from market.kit import numbers, web
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
from market.rooms import rooms_of
from market.tendering.models import Job
from market.tendering.opening_access import shares_to_release
from market.tendering.posting_models import JobReview
from market.tendering.states import JobStatus
from search.refusal_models import RefusedRecord

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


@dataclass(frozen=True, slots=True)
class NavSection:
    """Rooms under a heading; without one where they come first. Folded unless one is in it."""

    title: str
    rooms: list[NavItem]
    is_folded: bool

    @property
    def is_open(self) -> bool:
        """Whether its rooms are seen at once."""
        return not self.is_folded or any(room.current for room in self.rooms)

    @property
    def count(self) -> int:
        """How much waits in all of its rooms."""
        return sum(room.count for room in self.rooms)


async def context(request: Request) -> Mapping[str, Any]:
    """The frame's variables; costs a signed-in page a few counts, a public page nothing."""
    actor = web.actor_of(request)
    sections = rooms_of(actor.kind, is_signed_in=actor.is_authenticated)
    waiting = {name: await query for name, query in _waiting(actor).items()}
    names = [name for section in sections for _label, name, _icon in section.rooms]
    here = await _room(request, actor, names)
    return {
        "nav": [
            NavSection(
                _(section.title) if section.title else "",
                [
                    NavItem(_(label), web.path_for(name), icon, waiting.get(name, 0), name == here)
                    for label, name, icon in section.rooms
                ],
                section.is_folded,
            )
            for section in sections
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


async def _room(request: Request, actor: Actor, names: list[str]) -> str:
    """The room a page lies in: the one whose address it begins with, an own job's in My jobs."""
    here = request.url.path
    found = [name for name in names if f"{here}/".startswith(f"{web.path_for(name).rstrip('/')}/")]
    room = max(found, key=lambda name: len(web.path_for(name)), default="")
    own: dict[str, tuple[str, type[Job | Pool]]] = {
        "jobs:list": ("jobs:mine", Job), "pools:list": ("pools:mine", Pool),
    }  # fmt: skip
    number = request.path_params.get("number", "")
    if here == web.path_for("jobs:post") and "jobs:mine" in names:
        return "jobs:mine"
    if room in own and 0 < len(number) <= numbers.MAX_LENGTH and own[room][0] in names:
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
