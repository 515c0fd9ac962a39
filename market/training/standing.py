"""Whether an annotator may be assigned: training, clearance, level, certificate, consent; each named."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

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
    held = {
        credential.kind: credential
        for credential in await TalentCredential.filter(talent_id=talent.id, withdrawn_at=None)
    }
    reasons = [await _training(talent, module) for module in needed.modules]
    if needed.needs_clearance:
        reasons.append(_clearance(held.get(CredentialKind.CLEARANCE), needed))
    if needed.min_level:
        reasons.append(_level(talent, needed.min_level))
        name = _("Occupational certificate")
        reasons.append(_dated("certificate", name, held.get(CredentialKind.CERTIFICATE)))
    name = _("Consent to pseudonymous work records")
    return [*reasons, _dated("consent", name, held.get(CredentialKind.CONSENT))]


async def _training(talent: Talent, module: TrainingModule) -> Reason:
    query = TrainingRecord.filter(talent_id=talent.id, module_id=module.id, is_passed=True)
    passed = await query.order_by("-valid_until").first()
    name = _("Training “%(title)s”", title=module.title)
    until = clock.in_china(passed.valid_until).date() if passed and passed.valid_until else None
    return _until("training", name, until)


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
