"""New versions of a programme: drafted from the one in force, compared, published by a second person."""

from typing import Any

from pydantic import ValidationError

from billing.models import VoucherPool, VoucherProgramme, VoucherRedemption
from billing.programmes import rule_of
from billing.reviewing import require_issuer
from billing.states import ProgrammeStatus
from billing.vouchers.claims import Claim, read_claim
from billing.vouchers.linter import lint
from billing.vouchers.rules import Programme
from billing.vouchers.versions import VersionDiff, diff_versions
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _

PAST_CLAIMS = 500


class VersionPublished(Conflict):
    """A published version is never changed: draft the next one."""

    title = "This version can no longer be changed"


@atomic()
async def draft_version(programme: VoucherProgramme, *, by: Actor) -> VoucherProgramme:
    """The next version as a draft, equal to this one; one draft at a time.

    A bureau of the programme's region. Raises Conflict, NotPermitted.
    """
    require_issuer(programme.region_code, by=by)
    programme = await lock(programme)
    versions = VoucherProgramme.filter(code=programme.code)
    if await versions.filter(status=ProgrammeStatus.DRAFT, drafted_by_id__not_isnull=True).exists():
        raise Conflict(_("A draft of the next version exists already"))
    newest = await versions.order_by("-version").first()
    version = (newest or programme).version + 1
    rule = _as_draft(rule_of(programme), version)
    draft = VoucherProgramme(code=programme.code, version=version, drafted_by_id=by.person_id)
    await _write(draft, rule)
    await audit.record(draft, "drafted", by=by, after={"from": programme.version})
    return draft


@atomic()
async def save_draft(draft: VoucherProgramme, rule: Programme, *, by: Actor) -> VoucherProgramme:
    """Replace a draft's rule; identity, version and region stay. Who saved last may not publish.

    Raises VersionPublished, NotPermitted.
    """
    draft = await _open_draft(draft, by=by)
    before = draft.digest
    own = {"id": draft.code, "region_code": draft.region_code}
    rule = _as_draft(rule.model_copy(update=own), draft.version)
    draft.drafted_by_id = by.person_id
    await _write(draft, rule)
    await audit.record(
        draft, "edited", by=by, before={"digest": before}, after={"digest": draft.digest}
    )
    return draft


@atomic()
async def discard_draft(draft: VoucherProgramme, *, by: Actor) -> None:
    """Throw a draft away. Raises VersionPublished, NotPermitted."""
    draft = await _open_draft(draft, by=by)
    await audit.record(draft, "discarded", by=by, before={"digest": draft.digest})
    await draft.delete()


@atomic()
async def publish_version(draft: VoucherProgramme, *, by: Actor) -> VoucherProgramme:
    """Put a draft into force and close the version before it; from now on it never changes.

    Four eyes: another person than who saved it last. Raises VersionPublished, NotPermitted,
    InvalidInput for what the linter calls an error or a budget below what is granted already.
    """
    draft = await _open_draft(draft, by=by)
    if by.person_id == draft.drafted_by_id:
        raise NotPermitted(_("Another person than who drafted a version publishes it"))
    rule = rule_of(draft)
    if missing := rule.missing_terms():
        raise InvalidInput(_("Not published: %(what)s", what=", ".join(missing)))
    for finding in lint(rule):
        if finding.severity == "error":
            raise InvalidInput(f"{finding.place}: {finding.sentence(_)}")
    await _adjust_pools(rule)
    earlier = VoucherProgramme.filter(code=draft.code, version__lt=draft.version)
    before = await earlier.filter(status=ProgrammeStatus.OPEN).order_by("-version").first()
    draft.reviewed_since = before.reviewed_since if before else None
    draft.published_by_id, draft.published_at = by.person_id, clock.now()
    await _write(draft, rule.model_copy(update={"status": "active"}))
    await earlier.update(status=ProgrammeStatus.CLOSED)
    await audit.record(draft, "published", by=by, after={"digest": draft.digest})
    return draft


async def diff_with_force(draft: VoucherProgramme) -> VersionDiff | None:
    """What a draft would have done to the newest past claims, beside the version in force."""
    old = (
        await VoucherProgramme.filter(code=draft.code, version__lt=draft.version)
        .order_by("-version")
        .first()
    )
    if old is None:
        return None
    return diff_versions(rule_of(old), rule_of(draft), await past_claims(draft.code))


async def past_claims(code: str) -> list[tuple[str, Claim]]:
    """The newest claims granted under any version of a programme, with who claimed."""
    rows = (
        await VoucherRedemption.filter(programme__code=code)
        .order_by("-id")
        .limit(PAST_CLAIMS)
        .select_related("claimant")
    )
    return [(row.claimant.name, read_claim(row.claim | {"id": row.number})) for row in rows]


def read_rule(text: str) -> Programme:
    """A rule typed as JSON. Raises InvalidInput, which names the first term that is wrong."""
    try:
        return Programme.model_validate_json(text)
    except ValidationError as error:
        first: Any = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(fields={"rule": f"{place}: {first['msg']}".lstrip(": ")}) from None


async def _open_draft(draft: VoucherProgramme, *, by: Actor) -> VoucherProgramme:
    require_issuer(draft.region_code, by=by)
    draft = await lock(draft)
    if draft.status != ProgrammeStatus.DRAFT or draft.drafted_by_id is None:
        raise VersionPublished(_("Only a draft can be changed: draft the next version"))
    return draft


def _as_draft(rule: Programme, version: int) -> Programme:
    return rule.model_copy(update={"status": "draft", "version": version})


async def _write(row: VoucherProgramme, rule: Programme) -> None:
    """The row's columns, all of them from the rule."""
    row.title, row.kind, row.issuer = rule.title, rule.kind, rule.issuer
    row.region_code, row.mode = rule.region_code, rule.instrument.mode
    row.status = ProgrammeStatus.DRAFT if rule.status == "draft" else ProgrammeStatus.OPEN
    row.rule, row.digest = rule.pinned(), rule.digest()
    await row.save()


async def _adjust_pools(rule: Programme) -> None:
    """The budgets already opened take the new limits, never less than is granted from them (V1)."""
    limits: dict[str, int] = {pool.period: pool.fen for pool in rule.funding.pools}
    for row in await VoucherPool.filter(programme__code=rule.id).order_by("id"):
        pool = await lock(row)
        limit = limits.get(pool.period, pool.limit_fen)
        if limit < pool.reserved_fen + pool.redeemed_fen:
            raise InvalidInput(_("The new budget is below what has been granted from it"))
        await VoucherPool.filter(id=pool.id).update(limit_fen=limit)
