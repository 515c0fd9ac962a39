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
from market.risks.findings import Finding, Key
from market.risks.models import FlagCase, FlagRun
from market.risks.own import own_findings
from market.risks.states import STATUS_AFTER, CaseStatus, Decision
from market.tendering.models import Job

CLOCK = Actor.system("red flags")
_PLACES = Decimal("0.000001")


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
    found = [
        await _of_release((code, group, subject), value, trail)
        for group, subjects in feed.finish().items()
        for subject, codes in subjects.items()
        for code, value in codes.items()
    ]
    found += [finding async for finding in own_findings()]
    return await _keep(last.sequence, found, len(trail))


async def _of_release(key: Key, value: float, trail: Trail) -> Finding:
    _code, group, subject = key
    evidence = trail.evidence(group, subject)
    job = organisation = None
    if group == "OCID":
        job = await Job.get(number=evidence["processes"][0]["number"])
    else:
        organisation = await _party(subject)
    return Finding(
        key, trail.name(group, subject), value, evidence,
        (job or organisation or _NOWHERE).region_code,
        job_id=job.id if job else None, organisation_id=organisation.id if organisation else None,
    )  # fmt: skip


@atomic()
async def _keep(sequence: int, found: list[Finding], processes: int) -> int:
    """Open, refresh or close cases so that the table says what the run found; one transaction."""
    known = {(case.code, case.group, case.subject): case for case in await FlagCase.all()}
    opened = 0
    for finding in found:
        opened += await _note(known.get(finding.key), finding)
    for key in known.keys() - {finding.key for finding in found}:
        if known[key].is_current:
            known[key].is_current = False
            await known[key].save(update_fields=["is_current"])
    await FlagRun.create(sequence=sequence, processes=processes, flags=len(found), opened=opened)
    return opened


async def _note(case: FlagCase | None, finding: Finding) -> bool:
    digest = digest_of(finding.evidence)
    if case is None:
        await _open(finding, digest)
        return True
    is_new = case.evidence_digest != digest
    if is_new or not case.is_current:
        case.evidence, case.evidence_digest, case.value = finding.evidence, digest, _shown(finding)
        case.is_current = True
        await case.save(update_fields=["evidence", "evidence_digest", "value", "is_current"])
    if is_new and case.status != CaseStatus.OPEN:
        await case.move_to(CaseStatus.OPEN, by=CLOCK, reason="new evidence")
        return True
    return False


def _shown(finding: Finding) -> Decimal:
    return Decimal(str(finding.value)).quantize(_PLACES)


async def _open(finding: Finding, digest: str) -> None:
    code, group, subject = finding.key
    case = await FlagCase.create(
        number=await next_number("F"), code=code, group=group, subject=subject,
        subject_name=finding.name[:200], job_id=finding.job_id,
        organisation_id=finding.organisation_id, region_code=finding.region_code,
        value=_shown(finding), evidence=finding.evidence, evidence_digest=digest,
        found_at=clock.now(),
    )  # fmt: skip
    await audit.record(case, "found", by=CLOCK, after={"code": code, "value": case.value})
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
