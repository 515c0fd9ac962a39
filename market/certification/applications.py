"""Verbs of an applying base: begin, fill in, list firms, attach papers, submit, withdraw."""

from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.certification import conditions
from market.certification.forms import BaseForm, FirmInput, PlanForm, PledgeInput
from market.certification.models import (
    Certification,
    CertificationFirm,
    CertificationMaterial,
    CertificationRound,
)
from market.certification.states import CertificationStatus, MaterialKind
from market.kit import audit, clock, documents, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.vocabulary import regions

APPLICANTS = (Role.PROJECT, Role.BUYER)
OPEN = (CertificationStatus.DRAFT, CertificationStatus.RETURNED)
FIRMS_MAX = 500


class RoundClosed(Conflict):
    """After the round's closing moment nothing is handed in."""

    title = "This round is closed"


class NotEditable(Conflict):
    """What was handed in is changed only after it was returned."""

    title = "This application has been handed in"


@atomic()
async def begin_application(call: CertificationRound, *, by: Actor) -> Certification:
    """The base's application in this round, begun at most once. Bases of the round's province only."""
    require(by, *APPLICANTS, kind=OrganisationKind.BASE)
    assert by.organisation_id is not None, "require() wants an organisation"
    base = await lock_id(Organisation, by.organisation_id)
    if not regions.is_within(base.region_code, call.region_code):
        raise NotPermitted(_("This round is for bases of %(region)s",
                             region=regions.full_name(call.region_code)))  # fmt: skip
    if found := await Certification.get_or_none(round=call, base=base):
        return found
    _check_open(call)
    row = await Certification.create(
        number=await next_number("JD"), round=call, base=base, region_code=base.region_code
    )
    await audit.record(row, "begun", by=by)
    return row


@atomic()
async def keep_form(row: Certification, form: BaseForm, *, by: Actor) -> Certification:
    """Keep annex 2."""
    return await _keep(row, by, form=form.model_dump(mode="json"))


@atomic()
async def keep_plan(row: Certification, plan: PlanForm, *, by: Actor) -> Certification:
    """Keep annex 3."""
    return await _keep(row, by, plan=plan.model_dump(mode="json"))


async def _keep(row: Certification, by: Actor, **values: Any) -> Certification:
    row = await _editable(row, by)
    before = {name: getattr(row, name) for name in values}
    row.update_from_dict(values)
    await row.save(update_fields=list(values))
    await audit.record(row, "written", by=by, before=before, after=values)
    return row


@atomic()
async def list_firm(row: Certification, firm: FirmInput, *, by: Actor) -> CertificationFirm:
    """Add a tenant firm; raises InvalidInput for one that is listed already."""
    row = await _editable(row, by)
    listed = CertificationFirm.filter(certification=row)
    if await listed.filter(uscc=firm.uscc).exists():
        raise InvalidInput(fields={"uscc": _("This firm is listed already")})
    if await listed.count() >= FIRMS_MAX:
        raise InvalidInput(fields={"uscc": _("At most %(limit)s firms", limit=FIRMS_MAX)})
    return await CertificationFirm.create(certification=row, **firm.model_dump())


@atomic()
async def unlist_firm(row: Certification, firm_id: UUID, *, by: Actor) -> None:
    """Take a tenant firm off the list."""
    row = await _editable(row, by)
    if not await CertificationFirm.filter(certification=row, id=firm_id).delete():
        raise NotFound(_("This firm is not listed"))


@atomic()
async def attach_material(
    row: Certification, kind: MaterialKind, file: StoredFile, *, by: Actor
) -> CertificationMaterial:
    """Attach a paper; several of a kind may be needed."""
    row = await _editable(row, by)
    return await CertificationMaterial.create(certification=row, kind=kind, file=file)


@atomic()
async def submit_application(
    row: Certification, pledge: PledgeInput, *, by: Actor
) -> Certification:
    """Hand it in before the round closes, every condition met and the pledge signed (附件4).

    Raises InvalidInput that names each condition which is not met, with both figures.
    """
    row = await _editable(row, by)
    call = await CertificationRound.get(id=row.round_id)
    _check_open(call)
    findings = await findings_of(row, call)
    if findings is None or not row.plan:
        raise InvalidInput(_("Fill in the form and the plan first"))
    if faults := [finding.sentence for finding in findings if not finding.is_met]:
        raise InvalidInput("; ".join(faults))
    now = clock.now()
    signed = {"signer": pledge.signer, "signed_at": now.isoformat()}
    await row.move_to(
        CertificationStatus.SUBMITTED, by=by, pledge=signed, submitted_at=now, opinion="",
        findings=[finding.stored() for finding in findings],
        digest=documents.digest_of(await content_of(row, signed)),
    )  # fmt: skip
    await outbox.record("certification.moved", certification=row.id)
    return row


@atomic()
async def withdraw_application(row: Certification, *, by: Actor) -> Certification:
    """Take it back before it was recommended."""
    require(by, *APPLICANTS)
    row = await lock(row)
    if row.base_id != by.organisation_id:
        raise NotFound(_("This application does not exist"))
    await row.move_to(CertificationStatus.WITHDRAWN, by=by)
    return row


async def findings_of(
    row: Certification, call: CertificationRound
) -> list[conditions.Finding] | None:
    """Every condition as the application stands; None while annex 2 is empty."""
    if not row.form:
        return None
    firms = await CertificationFirm.filter(certification=row)
    papers = await CertificationMaterial.filter(certification=row)
    return conditions.check(
        BaseForm.model_validate(row.form), firms, {paper.kind for paper in papers}, call
    )


async def content_of(row: Certification, pledge: dict[str, Any]) -> dict[str, Any]:
    """All that is handed in, for its digest: annexes 2 to 4, the firms, the papers' digests."""
    firms = await CertificationFirm.filter(certification=row).order_by("uscc")
    papers = CertificationMaterial.filter(certification=row).select_related("file")
    return {
        "number": row.number, "form": row.form, "plan": row.plan, "pledge": pledge,
        "firms": [
            {name: getattr(firm, name) for name in FirmInput.model_fields} for firm in firms
        ],
        "papers": sorted([[paper.kind, paper.file.sha256] for paper in await papers]),
    }  # fmt: skip


async def _editable(row: Certification, by: Actor) -> Certification:
    require(by, *APPLICANTS)
    row = await lock(row)
    if row.base_id != by.organisation_id:
        raise NotFound(_("This application does not exist"))
    if row.status not in OPEN:
        raise NotEditable(_("It can be changed again when the bureau returns it"))
    return row


def _check_open(call: CertificationRound) -> None:
    if call.closes_at <= clock.now():
        raise RoundClosed(_("It closed on %(day)s", day=clock.in_china(call.closes_at).date()))
