"""Verbs of the cases: open what a run finds, decide, open again when the evidence has changed."""

from decimal import Decimal
from functools import cache
from pathlib import Path

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.ocds.models import Release
from market.ocds.packages import newest
from market.redflags.settings import Settings, read_settings
from market.risks.evidence import Trail, digest_of
from market.risks.feeding import Feed
from market.risks.models import FlagCase, FlagRun
from market.risks.states import STATUS_AFTER, CaseStatus, Decision
from market.tendering.models import Job

CLOCK = Actor.system("red flags")
_PLACES = Decimal("0.000001")
Key = tuple[str, str, str]


class NotOpen(Conflict):
    """A case is decided once, until its evidence changes."""

    title = "This case has been decided"


@cache
def settings() -> Settings:
    """The thresholds of our own market: market/risks/data/settings.ini."""
    return read_settings(Path(__file__).parent / "data" / "settings.ini")


async def review_market() -> int:
    """Compute the flags of everything published, for the clock; returns how many cases were opened.

    Nothing is done while nothing new is published. A flag that is found no more keeps its case,
    marked as past.
    """
    last = await Release.all().order_by("-sequence").first()
    if last is None or await FlagRun.exists(sequence=last.sequence):
        return 0
    feed, trail = Feed(settings()), Trail()
    async for release in newest():
        feed.read(release)
        trail.read(release)
    found: dict[Key, float] = {
        (code, group, subject): value
        for group, subjects in feed.finish().items()
        for subject, codes in subjects.items()
        for code, value in codes.items()
    }
    return await _keep(last.sequence, found, trail)


@atomic()
async def _keep(sequence: int, found: dict[Key, float], trail: Trail) -> int:
    """Open, refresh or close cases so that the table says what the run found; one transaction."""
    known = {(case.code, case.group, case.subject): case for case in await FlagCase.all()}
    opened = 0
    for key, value in found.items():
        opened += await _note(known.get(key), key, value, trail)
    for key, case in known.items():
        if key not in found and case.is_current:
            case.is_current = False
            await case.save(update_fields=["is_current"])
    await FlagRun.create(sequence=sequence, processes=len(trail), flags=len(found), opened=opened)
    return opened


async def _note(case: FlagCase | None, key: Key, value: float, trail: Trail) -> bool:
    evidence = trail.evidence(*key[1:])
    digest = digest_of(evidence)
    shown = Decimal(str(value)).quantize(_PLACES)
    if case is None:
        await _open(key, shown, trail, digest)
        return True
    is_new = case.evidence_digest != digest
    if is_new or not case.is_current:
        case.evidence, case.evidence_digest, case.value = evidence, digest, shown
        case.is_current = True
        await case.save(update_fields=["evidence", "evidence_digest", "value", "is_current"])
    if is_new and case.status != CaseStatus.OPEN:
        await case.move_to(CaseStatus.OPEN, by=CLOCK, reason="new evidence")
        return True
    return False


async def _open(key: Key, value: Decimal, trail: Trail, digest: str) -> None:
    code, group, subject = key
    evidence = trail.evidence(group, subject)
    job = organisation = None
    if group == "OCID":
        job = await Job.get(number=evidence["processes"][0]["number"])
    else:
        organisation = await _party(subject)
    case = await FlagCase.create(
        number=await next_number("F"), code=code, group=group, subject=subject,
        subject_name=trail.name(group, subject)[:200], job=job, organisation=organisation,
        region_code=(job or organisation or _NOWHERE).region_code, value=value,
        evidence=evidence, evidence_digest=digest, found_at=clock.now(),
    )  # fmt: skip
    await audit.record(case, "found", by=CLOCK, after={"code": code, "value": value})
    await outbox.record("flag.found", case=case.id)


_NOWHERE = Organisation(region_code="100000")


async def _party(subject: str) -> Organisation | None:
    code = subject.rpartition("-")[2] if subject.startswith("CN-USCC-") else None
    if code is not None:
        return await Organisation.get_or_none(uscc=code)
    return await Organisation.get_or_none(number=subject.removeprefix("X-PLATFORM-"))


@atomic()
async def decide_case(case: FlagCase, decision: Decision, reasons: str, *, by: Actor) -> FlagCase:
    """Say what comes of a flag, with reasons; a bureau's or the operator's act. Raises NotOpen."""
    require(by, Role.QUALITY, Role.PROJECT, kind=_authority(by))
    case = await lock(case)
    if case.status != CaseStatus.OPEN:
        raise NotOpen(_("This case has been decided; it opens again when its evidence changes"))
    await case.move_to(
        STATUS_AFTER[decision], by=by, reason=reasons, decision=decision, reasons=reasons,
        decided_by_id=by.organisation_id, decided_at=clock.now(),
    )  # fmt: skip
    await outbox.record("flag.decided", case=case.id)
    return case


def _authority(by: Actor) -> OrganisationKind:
    is_operator = by.kind == OrganisationKind.OPERATOR
    return OrganisationKind.OPERATOR if is_operator else OrganisationKind.BUREAU
