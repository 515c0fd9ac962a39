"""Verbs of the reserve: hand in, admit, propose a move, decide it by a second person; and its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tortoise.functions import Count, Sum

from market.accounts.models import Organisation
from market.accounts.oversight import own_region
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.reserve.forms import AdmissionInput, MoveDecision, MoveInput, ProjectInput
from market.reserve.models import ReserveProject, TierMove
from market.reserve.states import ORDER, ProjectStatus, Tier, TierMoveStatus
from market.vocabulary import regions

OWNERS = (Role.PROJECT, Role.BUYER, Role.SALES)
OFFICERS = (Role.QUALITY, Role.PROJECT)
KINDS = (OrganisationKind.DEMAND, OrganisationKind.SUPPLIER, OrganisationKind.BASE)


class SecondPersonNeeded(Conflict):
    """Who proposed a move does not decide it."""

    title = "A second person decides"


class MoveWaiting(Conflict):
    """A project has one proposed move at a time."""

    title = "A move waits for its decision"


@atomic()
async def submit_project(content: ProjectInput, *, by: Actor) -> ReserveProject:
    """Hand a project in to the reserve of one's region."""
    require(by, *OWNERS)
    if by.kind not in KINDS:
        raise NotPermitted(_("Your organisation has no access to this page"))
    owner = await Organisation.get(id=by.organisation_id)
    row = await ReserveProject.create(
        number=await next_number("XM"), owner=owner, region_code=owner.region_code,
        **content.model_dump(),
    )  # fmt: skip
    await audit.record(row, "handed_in", by=by, after=content.model_dump(mode="json"))
    await _moved(row)
    return row


@atomic()
async def withdraw_project(row: ReserveProject, *, by: Actor) -> ReserveProject:
    """Take a project back before it is admitted."""
    require(by, *OWNERS)
    row = await lock(row)
    if row.owner_id != by.organisation_id:
        raise NotFound(_("This project does not exist"))
    await row.move_to(ProjectStatus.WITHDRAWN, by=by)
    return row


@atomic()
async def answer_project(
    row: ReserveProject, content: AdmissionInput, *, by: Actor
) -> ReserveProject:
    """A bureau above admits it to the basic tier (基础库) or declines it."""
    row = await _to_decide(row, by)
    status = ProjectStatus.ADMITTED if content.decision == "admit" else ProjectStatus.DECLINED
    await row.move_to(
        status, by=by, reason=content.opinion, opinion=content.opinion, reviewed_at=clock.now()
    )
    await _moved(row)
    return row


def targets_of(row: ReserveProject) -> list[str]:
    """Where a project may go: up one tier at a time, down any number, or out."""
    if row.status is not ProjectStatus.ADMITTED:
        return []
    here = ORDER.index(row.tier)
    return [*(tier.value for tier in ORDER[: here + 2] if tier is not row.tier), "remove"]


@atomic()
async def propose_move(row: ReserveProject, content: MoveInput, *, by: Actor) -> TierMove:
    """An officer of a bureau above proposes a promotion, a demotion or the removal, with its reason."""
    row = await _to_decide(row, by)
    if content.target not in targets_of(row):
        raise InvalidInput(fields={"target": _("A project rises one tier at a time")})
    if await TierMove.exists(project=row, status=TierMoveStatus.PROPOSED):
        raise MoveWaiting(_("Decide the move that is proposed first"))
    target = "" if content.target == "remove" else content.target
    move = await TierMove.create(
        project=row, from_tier=row.tier, to_tier=target, reason=content.reason,
        proposed_by_id=by.person_id,
    )  # fmt: skip
    await audit.record(row, "move:proposed", by=by, after={"to": target}, reason=content.reason)
    return move


@atomic()
async def decide_move(move: TierMove, content: MoveDecision, *, by: Actor) -> TierMove:
    """Another person of a bureau above reviews the move; approved, it takes effect at once."""
    row = await _to_decide(await ReserveProject.get(id=move.project_id), by)
    move = await lock(move)
    if move.proposed_by_id == by.person_id:
        raise SecondPersonNeeded(_("Somebody else must review what you proposed"))
    agreed = content.decision == "approve"
    await move.move_to(
        TierMoveStatus.APPROVED if agreed else TierMoveStatus.REFUSED, by=by,
        reason=content.opinion, opinion=content.opinion, decided_by_id=by.person_id,
    )  # fmt: skip
    if not agreed:
        return move
    if move.to_tier:
        before, row.tier = row.tier, Tier(move.to_tier)
        row.reviewed_at, row.opinion = clock.now(), content.opinion
        await row.save(update_fields=["tier", "reviewed_at", "opinion"])
        action = "promoted" if ORDER.index(row.tier) > ORDER.index(before) else "demoted"
        await audit.record(
            row, action, by=by, before={"tier": before}, after={"tier": row.tier}, reason=move.reason
        )  # fmt: skip
    else:
        await row.move_to(
            ProjectStatus.REMOVED, by=by, reason=move.reason, opinion=content.opinion,
            reviewed_at=clock.now(),
        )  # fmt: skip
    await _moved(row)
    return move


async def _to_decide(row: ReserveProject, by: Actor) -> ReserveProject:
    require(by, *OFFICERS, kind=OrganisationKind.BUREAU)
    row = await lock_id(ReserveProject, row.id)
    if not regions.is_within(row.region_code, own_region(by).code):
        raise NotPermitted(_("This project is of another region"))
    return row


async def _moved(row: ReserveProject) -> None:
    await outbox.record("project.moved", project=row.id, status=row.status.value)


@dataclass(frozen=True, slots=True)
class Totals:
    """The reserve in figures: admitted projects and their planned investment in fen, by tier."""

    projects: int = 0
    by_tier: Mapping[str, int] = field(default_factory=dict)
    investment_fen: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0


async def totals(region_prefix: str = "") -> Totals:
    """Of a region (code prefix)."""
    within = ReserveProject.filter(region_code__startswith=region_prefix)
    admitted = within.filter(status=ProjectStatus.ADMITTED)
    rows = await (
        admitted.annotate(n=Count("id"), fen=Sum("investment_fen"))
        .group_by("tier")
        .values_list("tier", "n", "fen")
    )
    counts = {Tier(tier).value: (int(n), int(fen)) for tier, n, fen in rows}
    return Totals(
        projects=sum(n for n, _fen in counts.values()),
        by_tier={tier.value: counts.get(tier.value, (0, 0))[0] for tier in ORDER},
        investment_fen={tier.value: counts.get(tier.value, (0, 0))[1] for tier in ORDER},
        waiting=await within.filter(status=ProjectStatus.SUBMITTED).count(),
    )
