"""Whether an annotator may be assigned: training, clearance, level, certificate, consent; each named."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from market.directory.models import Talent
from market.kit import clock
from market.kit.i18n import gettext as _
from market.training.models import TalentCredential, TrainingModule, TrainingRecord
from market.training.states import CredentialKind
from market.vocabulary.people import SKILL_LEVELS, skill_at_least
from market.vocabulary.security import DATA_GRADES, clears

SENSITIVE_HEALTH_LEVEL = 3  # GB/T 39725-2020: from here an authorised project team only


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an order asks of everybody who works on it."""

    modules: Sequence[TrainingModule] = ()
    data_grade: str = "一般数据"
    health_level: int | None = None
    min_level: str = ""

    @property
    def needs_clearance(self) -> bool:
        """Whether the data is above what everybody may see."""
        grade = DATA_GRADES.find(self.data_grade)
        is_graded = grade is not None and DATA_GRADES.rank(grade.code) > 1
        return is_graded or (self.health_level or 0) >= SENSITIVE_HEALTH_LEVEL


@dataclass(frozen=True, slots=True)
class Reason:
    """One check: what it is about, whether it holds, why, and to which day."""

    code: str
    met: bool
    text: str
    until: dt.date | None = None


async def standing_of(talent: Talent, needed: Requirement) -> list[Reason]:
    """Every check of one talent against an order's requirement, in the order they are told."""
    return (await standings_of([talent], needed))[talent.id]


async def standings_of(talents: Sequence[Talent], needed: Requirement) -> dict[UUID, list[Reason]]:
    """The same of several talents, in two queries however many they are."""
    ids = [talent.id for talent in talents]
    held: dict[UUID, dict[str, TalentCredential]] = {key: {} for key in ids}
    for credential in await TalentCredential.filter(talent_id__in=ids, withdrawn_at=None):
        assert credential.talent_id is not None, "filtered by it"
        held[credential.talent_id][credential.kind] = credential
    passes: dict[tuple[UUID | None, UUID], dt.date] = {}
    passed = TrainingRecord.filter(talent_id__in=ids, is_passed=True).order_by("valid_until")
    for record in await passed:
        if record.valid_until is not None:
            day = clock.in_china(record.valid_until).date()
            passes[record.talent_id, record.module_id] = day
    return {talent.id: _checks(talent, held[talent.id], passes, needed) for talent in talents}


def _checks(
    talent: Talent, held: Mapping[str, TalentCredential],
    passes: Mapping[tuple[UUID | None, UUID], dt.date], needed: Requirement,
) -> list[Reason]:  # fmt: skip
    reasons = [
        _until(
            "training",
            _("Training “%(title)s”", title=module.title),
            passes.get((talent.id, module.id)),
        )
        for module in needed.modules
    ]
    if needed.needs_clearance:
        reasons.append(_clearance(held.get(CredentialKind.CLEARANCE), needed))
    if needed.min_level:
        reasons.append(_level(talent, needed.min_level))
        name = _("Occupational certificate")
        reasons.append(_dated("certificate", name, held.get(CredentialKind.CERTIFICATE)))
    name = _("Consent to pseudonymous work records")
    return [*reasons, _dated("consent", name, held.get(CredentialKind.CONSENT))]


def _clearance(held: TalentCredential | None, needed: Requirement) -> Reason:
    name = _("Clearance for data")
    if held is None or held.valid_until < clock.today():
        return _dated("clearance", name, held)
    covers = clears(_grade(held.data_grade), _grade(needed.data_grade))
    if covers and (held.health_level or 0) >= (needed.health_level or 0):
        return _dated("clearance", name, held)
    text = _(
        "%(name)s reaches up to %(held)s, health level %(level)s only",
        name=name, held=held.data_grade, level=held.health_level or "—",
    )  # fmt: skip
    return Reason("clearance", False, text, held.valid_until)


def _grade(text: str) -> str:
    term = DATA_GRADES.find(text)
    return term.code if term else ""


def _level(talent: Talent, needed: str) -> Reason:
    held, wanted = SKILL_LEVELS.find(talent.skill_level), SKILL_LEVELS.find(needed)
    is_met = bool(held and wanted and skill_at_least(held.code, wanted.code))
    text = _(
        "Skill level: needed %(needed)s or higher, held %(held)s",
        needed=needed, held=talent.skill_level or _("none"),
    )  # fmt: skip
    return Reason("level", is_met, text)


def _dated(code: str, name: str, held: TalentCredential | None) -> Reason:
    return _until(code, name, held.valid_until if held else None)


def _until(code: str, name: str, until: dt.date | None) -> Reason:
    if until is None:
        return Reason(code, False, _("%(name)s is missing", name=name))
    if until < clock.today():
        return Reason(code, False, _("%(name)s expired on %(day)s", name=name, day=until), until)
    return Reason(code, True, _("%(name)s holds until %(day)s", name=name, day=until), until)
