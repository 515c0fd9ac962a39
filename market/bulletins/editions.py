"""Verbs of bulletins: draft, renew, issue, correct, discard; and the draft made by the clock."""

import datetime as dt

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.bulletins.figures import figures_of
from market.bulletins.forms import BulletinInput, CorrectionInput
from market.bulletins.models import Bulletin
from market.bulletins.packing import pack
from market.bulletins.states import BulletinKind, BulletinStatus
from market.bureau.periods import shifted
from market.kit import audit, clock, documents
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.vocabulary import regions

CLERKS = (Role.PROJECT, Role.QUALITY)
CLOCK = Actor.system("bulletins")


class AlreadyDrafted(Conflict):
    """A period has one bulletin; what is wrong in it is corrected by an edition."""

    title = "This bulletin exists already"


@atomic()
async def draft_bulletin(content: BulletinInput, *, by: Actor) -> Bulletin:
    """Draft the bulletin of a period that is over for the bureau's region; AlreadyDrafted for a second."""
    require(by, *CLERKS, kind=OrganisationKind.BUREAU)
    assert by.organisation_id is not None, "require() wants an organisation"
    bureau = await lock_id(Organisation, by.organisation_id)
    if found := await _latest(bureau.region_code, content.kind, content.period):
        raise AlreadyDrafted(_("It is %(number)s", number=found.number))
    return await _create(bureau.region_code, content.kind, content.period, by=by)


async def _latest(region_code: str, kind: BulletinKind, period: str) -> Bulletin | None:
    rows = Bulletin.filter(region_code=region_code, kind=kind, period=period)
    return await rows.exclude(status=BulletinStatus.DISCARDED).order_by("-edition").first()


async def _create(
    region_code: str, kind: BulletinKind, period: str, *, by: Actor, reason: str = ""
) -> Bulletin:
    region = regions.region(region_code)
    assert region is not None, "a bureau has a region"
    figures = await figures_of(kind, region, period)
    past = Bulletin.filter(region_code=region_code, kind=kind, period=period)
    row = await Bulletin.create(
        number=await next_number("YB" if kind is BulletinKind.MONTHLY else "BP"), kind=kind,
        region_code=region_code, period=period, edition=await past.count() + 1, reason=reason,
        content=pack(figures.exact), published=pack(figures.published), drafted_at=clock.now(),
    )  # fmt: skip
    await audit.record(row, "drafted", by=by, reason=reason)
    return row


@atomic()
async def renew_draft(bulletin: Bulletin, *, by: Actor) -> Bulletin:
    """Compute a draft's figures again."""
    require(by, *CLERKS, kind=OrganisationKind.BUREAU)
    bulletin = await lock(bulletin)
    if bulletin.status != BulletinStatus.DRAFT:
        raise Conflict(_("What is issued is never changed"))
    region = regions.region(bulletin.region_code)
    assert region is not None, "a bureau has a region"
    figures = await figures_of(bulletin.kind, region, bulletin.period)
    bulletin.content, bulletin.published = pack(figures.exact), pack(figures.published)
    bulletin.drafted_at = clock.now()
    await bulletin.save(update_fields=["content", "published", "drafted_at"])
    await audit.record(bulletin, "renewed", by=by)
    return bulletin


@atomic()
async def issue_bulletin(bulletin: Bulletin, *, by: Actor) -> Bulletin:
    """Issue a draft as it stands, with the digests of both faces; an edition before it is replaced."""
    require(by, *CLERKS, kind=OrganisationKind.BUREAU)
    bulletin = await lock(bulletin)
    await bulletin.move_to(
        BulletinStatus.ISSUED, by=by, issued_at=clock.now(), issued_by_id=by.organisation_id,
        digest=documents.digest_of(stated(bulletin, exact=True)),
        published_digest=documents.digest_of(stated(bulletin, exact=False)),
    )  # fmt: skip
    earlier = Bulletin.filter(
        region_code=bulletin.region_code, kind=bulletin.kind, period=bulletin.period,
        status=BulletinStatus.ISSUED,
    ).exclude(id=bulletin.id)  # fmt: skip
    for row in await earlier.select_for_update():
        await row.move_to(BulletinStatus.REPLACED, by=by, reason=bulletin.reason)
    return bulletin


def stated(bulletin: Bulletin, *, exact: bool) -> dict[str, object]:
    """What a digest is of."""
    return {
        "number": bulletin.number, "kind": bulletin.kind.value, "region": bulletin.region_code,
        "period": bulletin.period, "edition": bulletin.edition, "reason": bulletin.reason,
        "tables": bulletin.content if exact else bulletin.published,
    }  # fmt: skip


@atomic()
async def correct_bulletin(
    bulletin: Bulletin, correction: CorrectionInput, *, by: Actor
) -> Bulletin:
    """Draft the next edition of an issued bulletin, saying what was wrong; nothing of the old changes."""
    require(by, *CLERKS, kind=OrganisationKind.BUREAU)
    bulletin = await lock(bulletin)
    if bulletin.status != BulletinStatus.ISSUED:
        raise Conflict(_("The edition in force is corrected"))
    newest = await _latest(bulletin.region_code, bulletin.kind, bulletin.period)
    if newest and newest.id != bulletin.id:
        raise AlreadyDrafted(_("It is %(number)s", number=newest.number))
    return await _create(
        bulletin.region_code, bulletin.kind, bulletin.period, by=by, reason=correction.reason
    )


@atomic()
async def discard_draft(bulletin: Bulletin, *, by: Actor) -> Bulletin:
    """Throw a draft away."""
    require(by, *CLERKS, kind=OrganisationKind.BUREAU)
    bulletin = await lock(bulletin)
    await bulletin.move_to(BulletinStatus.DISCARDED, by=by)
    return bulletin


def due_on(day: dt.date) -> list[tuple[BulletinKind, str]]:
    """What is drafted from the first working day of a month on: its past month, in January the year."""
    first = clock.add_working_days(day.replace(day=1) - dt.timedelta(days=1), 1)
    if day < first:
        return []
    last = shifted(f"{day:%Y-%m}", -1)
    due = [(BulletinKind.MONTHLY, last)]
    return [*due, (BulletinKind.YEARLY, last[:4])] if day.month == 1 else due


async def draft_due() -> int:
    """The clock's drafts for every verified bureau's region, each made once; people issue them."""
    due = due_on(clock.today())
    if not due:
        return 0
    bureaus = Organisation.filter(kind=OrganisationKind.BUREAU, status=OrganisationStatus.ACTIVE)
    found = await bureaus.distinct().values_list("region_code", flat=True)
    made = 0
    for region_code in sorted({str(code) for code in found}):
        for kind, period in due:
            known = await Bulletin.exists(region_code=region_code, kind=kind, period=period)
            if not known and regions.region(region_code):
                await _draft_once(region_code, kind, period)
                made += 1
    return made


@atomic()
async def _draft_once(region_code: str, kind: BulletinKind, period: str) -> None:
    await _create(region_code, kind, period, by=CLOCK)
