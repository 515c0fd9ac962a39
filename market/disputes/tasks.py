"""What disputes ask of an organisation now, and what it waits for in them."""

import datetime as dt
from dataclasses import dataclass

from tortoise.expressions import Q

from market.accounts.states import OrganisationKind
from market.disputes.access import disputes_of
from market.disputes.models import Dispute, Reading
from market.disputes.states import LIVE, MEDIATED, DisputeStatus, ReadingStatus
from market.kit import web
from market.kit.actor import Actor
from market.kit.i18n import gettext as _

AT_MOST = 50
S = DisputeStatus


@dataclass(frozen=True, slots=True)
class DisputeTask:
    """A line of the desk; `is_ours` when the organisation must act."""

    title: str
    action: str
    url: str
    noun: str
    status: str
    due_at: dt.datetime | None
    is_ours: bool


async def tasks_of(actor: Actor) -> list[DisputeTask]:
    """Disputes to answer, mediate, agree to or decide, and readings to take on or to do."""
    if actor.organisation_id is None:
        return []
    if actor.kind in (OrganisationKind.OPERATOR, OrganisationKind.BUREAU):
        return await _to_mediate(actor)
    own = actor.organisation_id
    rows = Dispute.filter(Q(claimant_id=own) | Q(respondent_id=own), status__in=LIVE)
    found = await rows.order_by("due_at").limit(AT_MOST).select_related("order__job")
    return [_of_party(row, actor) for row in found] + await _to_read(actor)


def _of_party(dispute: Dispute, actor: Actor) -> DisputeTask:
    is_buyer = actor.organisation_id == dispute.order.buyer_id
    agreed = dispute.buyer_agreed_at if is_buyer else dispute.supplier_agreed_at
    is_asked = dispute.status == S.OPEN and actor.organisation_id == dispute.respondent_id
    is_proposed = dispute.status == S.MEDIATION and dispute.proposal_fen is not None
    if is_asked:
        return _task(dispute, _("Answer the dispute"), is_ours=True)
    if is_proposed and agreed is None:
        return _task(dispute, _("Read the mediator's proposal"), is_ours=True)
    return _task(dispute, _("The dispute runs"), is_ours=False)


async def _to_mediate(actor: Actor) -> list[DisputeTask]:
    mine = Q(mediator_organisation_id=actor.organisation_id, status__in=MEDIATED)
    free = Q(mediator_organisation_id=None, status__in=(S.ANSWERED, *MEDIATED))
    asked = Q(referred_at__isnull=False, status__in=MEDIATED)
    whose = mine | free | asked if actor.kind == OrganisationKind.BUREAU else mine | free
    rows = disputes_of(actor).filter(whose).order_by("due_at").limit(AT_MOST)
    return [
        _task(row, _mediation(row, actor), is_ours=True)
        for row in await rows.select_related("order__job")
    ]


def _mediation(dispute: Dispute, actor: Actor) -> str:
    if actor.kind == OrganisationKind.BUREAU and dispute.referred_at is not None:
        return _("Decide the dispute")
    if dispute.mediator_organisation_id is None:
        return _("Take up the mediation")
    if dispute.status == S.RE_MEASUREMENT:
        return _("See to the readers")
    return _("Mediate the dispute")


async def _to_read(actor: Actor) -> list[DisputeTask]:
    rows = Reading.filter(
        organisation_id=actor.organisation_id,
        status__in=(ReadingStatus.ASKED, ReadingStatus.ACCEPTED),
    )
    return [
        DisputeTask(
            title=row.number,
            action=(
                _("Will you read a sample?")
                if row.status == ReadingStatus.ASKED
                else _("Mark the drawn items")
            ),
            url=web.path_for("readings:show", number=row.number),
            noun="reading",
            status=row.status.value,
            due_at=row.due_at,
            is_ours=True,
        )
        for row in await rows.order_by("due_at").limit(AT_MOST)
    ]


def _task(dispute: Dispute, action: str, *, is_ours: bool) -> DisputeTask:
    return DisputeTask(
        title=f"{dispute.order.job.title} · {dispute.number}",
        action=action,
        url=web.path_for("disputes:show", number=dispute.number),
        noun="dispute",
        status=dispute.status.value,
        due_at=dispute.due_at,
        is_ours=is_ours,
    )
