"""Verbs of authorities: open a round, review, publicise, answer objections; and of the clock: certify."""

import datetime as dt

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.certification.forms import (
    DecisionInput,
    ObjectionAnswer,
    ObjectionInput,
    RoundInput,
)
from market.certification.models import (
    Certification,
    CertificationObjection,
    CertificationRound,
)
from market.certification.states import CertificationStatus, ObjectionStatus
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.vocabulary import regions
from market.vocabulary.regions import RegionLevel

REVIEWERS = (Role.QUALITY, Role.PROJECT)
OBJECTORS = (Role.BUYER, Role.SALES, Role.PROJECT, Role.QUALITY)
S = CertificationStatus
MOVES = {
    "recommend": S.RECOMMENDED, "return": S.RETURNED, "decline": S.DECLINED,
    "visit": S.SITE_VISIT, "publicise": S.PUBLICISED, "revoke": S.REVOKED,
}  # fmt: skip
FIRST_REVIEW = frozenset({S.SUBMITTED})


class ObjectedAlready(Conflict):
    """An organisation objects once to an application."""

    title = "You have objected already"


class NotPublicised(Conflict):
    """Objections are heard while an application is publicised (公示)."""

    title = "Objections are not heard now"


@atomic()
async def open_round(content: RoundInput, *, by: Actor) -> CertificationRound:
    """Call for the applications of a province's bases; its own bureau's act."""
    require(by, *REVIEWERS, kind=OrganisationKind.BUREAU)
    assert by.organisation_id is not None, "require() wants an organisation"
    organiser = await lock_id(Organisation, by.organisation_id)
    area = regions.region(organiser.region_code)
    if area is None or area.level is not RegionLevel.PROVINCE:
        raise NotPermitted(_("A round is opened by a province's bureau"))
    call = await CertificationRound.create(
        number=await next_number("JDL"), organiser=organiser, region_code=organiser.region_code,
        **content.model_dump(),
    )  # fmt: skip
    await audit.record(call, "opened", by=by, after=content.model_dump(mode="json"))
    return call


def may_decide(by: Actor, row: Certification) -> bool:
    """Whether the next decision is the actor's: the first review any bureau's above, the rest a province's."""
    if by.kind != OrganisationKind.BUREAU or not by.verified:
        return False
    area = regions.region(by.region_code)
    if area is None or not regions.is_within(row.region_code, by.region_code):
        return False
    return row.status in FIRST_REVIEW or area.level is RegionLevel.PROVINCE


def open_decisions(row: Certification) -> list[str]:
    """What may be decided where it stands."""
    onward = row.TRANSITIONS[row.status]
    is_heard = row.status in (S.OBJECTED, S.PUBLICISED)  # objections and the clock move these
    return [] if is_heard else [word for word, status in MOVES.items() if status in onward]


@atomic()
async def decide(row: Certification, content: DecisionInput, *, by: Actor) -> Certification:
    """初审, 遴选, 实地核查 or 公示; publication runs for the round's working days."""
    require(by, *REVIEWERS, kind=OrganisationKind.BUREAU)
    row = await lock(row)
    if not may_decide(by, row):
        raise NotPermitted(_("This decision is another bureau's"))
    if content.decision not in open_decisions(row):
        raise InvalidInput(fields={"decision": _("This cannot be decided now")})
    changes: dict[str, dt.datetime] = {}
    if content.decision == "publicise":
        call = await CertificationRound.get(id=row.round_id)
        last = clock.add_working_days(clock.today(), call.public_days)
        changes["public_until"] = clock.end_of_day(last)
    await row.move_to(
        MOVES[content.decision], by=by, reason=content.opinion, opinion=content.opinion, **changes
    )
    await outbox.record("certification.moved", certification=row.id)
    return row


@atomic()
async def object_to(
    row: Certification, content: ObjectionInput, *, by: Actor
) -> CertificationObjection:
    """Any verified organisation but the base may object while it is publicised; once."""
    require(by, *OBJECTORS)
    row = await lock(row)
    if row.base_id == by.organisation_id:
        raise NotPermitted(_("This is your own application"))
    if row.status not in (S.PUBLICISED, S.OBJECTED) or _is_over(row):
        raise NotPublicised(_("Objections are heard during the publication period only"))
    if await CertificationObjection.filter(
        certification=row, objector_id=by.organisation_id
    ).exists():
        raise ObjectedAlready(_("Your objection is being looked into"))
    objection = await CertificationObjection.create(
        certification=row, objector_id=by.organisation_id, grounds=content.grounds
    )
    await audit.record(objection, "made", by=by)
    if row.status is S.PUBLICISED:
        await row.move_to(S.OBJECTED, by=by)
    await outbox.record("certification.moved", certification=row.id)
    return objection


def _is_over(row: Certification) -> bool:
    return row.public_until is not None and row.public_until <= clock.now()


@atomic()
async def answer_objection(
    objection: CertificationObjection, content: ObjectionAnswer, *, by: Actor
) -> CertificationObjection:
    """Uphold, which declines the application, or dismiss; the last dismissal resumes the publication."""
    require(by, *REVIEWERS, kind=OrganisationKind.BUREAU)
    row = await lock_id(Certification, objection.certification_id)
    if not may_decide(by, row):
        raise NotPermitted(_("This decision is another bureau's"))
    objection = await lock(objection)
    verdict = ObjectionStatus.UPHELD if content.is_upheld else ObjectionStatus.DISMISSED
    await objection.move_to(verdict, by=by, reason=content.answer, answer=content.answer)
    pending = CertificationObjection.filter(certification=row, status=ObjectionStatus.PENDING)
    if row.status is S.OBJECTED and content.is_upheld:
        await row.move_to(S.DECLINED, by=by, reason=content.answer, opinion=content.answer)
    elif row.status is S.OBJECTED and not await pending.exists():
        await row.move_to(S.PUBLICISED, by=by)
    await outbox.record("certification.moved", certification=row.id)
    return objection


async def certify_due() -> None:
    """Certify what was publicised to the end without an objection standing (经公示无异议后)."""
    due = Certification.filter(status=S.PUBLICISED, public_until__lte=clock.now())
    for row in await due.order_by("public_until").limit(200):
        await _certify(row)


@atomic()
async def _certify(row: Certification) -> None:
    row = await lock(row)
    if row.status is S.PUBLICISED and _is_over(row):
        await row.move_to(S.CERTIFIED, by=Actor.system("clock"), certified_at=clock.now())
        await outbox.record("certification.moved", certification=row.id)
