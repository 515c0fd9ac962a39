"""Verbs of training: write and retire a module, take its quiz, keep an annotator's credentials."""

import datetime as dt

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.directory.models import Talent
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.training.forms import AttemptInput, CredentialInput, ModuleInput
from market.training.models import TalentCredential, TrainingModule, TrainingRecord
from market.training.quizzes import percent_right

AUTHORS = (Role.PROJECT, Role.QUALITY, Role.BUYER)
KEEPERS = (Role.PROJECT, Role.QUALITY)
WRITING_KINDS = (OrganisationKind.DEMAND, OrganisationKind.OPERATOR)


class ModuleRetired(Conflict):
    """Nobody is trained by a module that was taken back."""

    title = "The module is retired"


@atomic()
async def write_module(
    content: ModuleInput, *, file: StoredFile | None = None, by: Actor
) -> TrainingModule:
    """Publish a module: a client's for its own work, the operator's for the whole platform.

    Raises NotPermitted. A published module never changes: what was passed stays what it was.
    """
    require(by, *AUTHORS)
    if by.kind not in WRITING_KINDS:
        raise NotPermitted(_("Modules are written by clients and by the platform"))
    module = await TrainingModule.create(
        number=await next_number("TM"),
        owner_id=by.organisation_id,
        title=content.title,
        text=content.text,
        file=file,
        questions=content.quiz,
        pass_percent=content.pass_percent,
        valid_days=content.valid_days,
    )
    await audit.record(module, "training:published", by=by, after={"title": module.title})
    return module


@atomic()
async def retire_module(module: TrainingModule, *, by: Actor) -> TrainingModule:
    """Take a module back: nobody takes it any more, passes stay valid to their day. NotPermitted."""
    require(by, *AUTHORS)
    if module.owner_id != by.organisation_id:
        raise NotPermitted(_("Only who wrote the module may retire it"))
    module = await lock(module)
    if module.retired_at is None:
        module.retired_at = clock.now()
        await module.save(update_fields=["retired_at"])
        await audit.record(module, "training:retired", by=by)
    return module


@atomic()
async def take_quiz(module: TrainingModule, attempt: AttemptInput, *, by: Actor) -> TrainingRecord:
    """Record an attempt: of the member itself, or under its eyes of a talent of its firm.

    A pass holds for the module's days. Raises ModuleRetired, InvalidInput (answers), NotFound.
    """
    require(by, *(role for role in Role if role != Role.VIEWER))
    if attempt.talent is not None:
        require(by, *KEEPERS)
        await own_talent(attempt.talent, by)
    if module.retired_at is not None:
        raise ModuleRetired(_("This module was retired; nobody takes it any more"))
    if len(attempt.answers) != len(module.questions):
        raise InvalidInput(fields={"answers": _("Answer every question")})
    percent = percent_right(module.questions, attempt.answers)
    is_passed = percent >= module.pass_percent
    now = clock.now()
    record = await TrainingRecord.create(
        module=module,
        organisation_id=by.organisation_id,
        talent_id=attempt.talent,
        person_id=None if attempt.talent else by.person_id,
        answers=attempt.answers,
        percent=percent,
        is_passed=is_passed,
        taken_at=now,
        valid_until=now + dt.timedelta(days=module.valid_days) if is_passed else None,
        supervised_by_id=by.person_id if attempt.talent else None,
    )
    await audit.record(record, "training:taken", by=by, after={"percent": percent})
    return record


@atomic()
async def keep_credential(content: CredentialInput, *, by: Actor) -> TalentCredential:
    """Record what an annotator of the firm holds, until when; a later one takes its place.

    Raises NotFound, NotPermitted.
    """
    require(by, *KEEPERS)
    talent = await own_talent(content.talent, by)
    await _withdraw(talent, content.kind)
    credential = await TalentCredential.create(
        talent=talent, organisation_id=by.organisation_id, **content.values()
    )
    after = {"kind": content.kind.value, "valid_until": content.valid_until}
    await audit.record(talent, "credential:kept", by=by, after=after)
    await outbox.record("talent.changed", talent=talent.id)
    return credential


async def _withdraw(talent: Talent, kind: str) -> None:
    await TalentCredential.filter(talent_id=talent.id, kind=kind, withdrawn_at=None).update(
        withdrawn_at=clock.now()
    )


async def own_talent(talent_id: object, by: Actor) -> Talent:
    """A talent of the actor's firm; NotFound."""
    found = await Talent.get_or_none(id=talent_id, organisation_id=by.organisation_id)
    if found is None or by.organisation_id is None:
        raise NotFound(_("There is no such entry"))
    return found
