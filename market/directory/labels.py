"""What the forms of the directory show: sections, choices, and stored values as people type them."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from market.accounts.states import OrganisationKind
from market.directory import words
from market.directory.access import listed_organisations
from market.directory.forms import EXTRA_SECURITY, LEVELS, METRICS, SECTIONS
from market.directory.models import SupplierProfile
from market.directory.talents import CONSENT
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.vocabulary.annotation import MODALITIES, TASK_TYPES, UNITS
from market.vocabulary.credentials import CREDENTIAL_KINDS, Credential
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.people import ANNOTATOR_TYPES, TALENT_CLASSES, WORK_TYPES
from market.vocabulary.regions import full_name
from market.vocabulary.security import DATA_GRADES, HEALTH_LEVELS

COMMA_LISTS = ("domains", "languages", "formats")  # typed with commas, not ticked
CERTIFICATES = [
    Credential(kind.code, rank).label()
    for kind in CREDENTIAL_KINDS.values()
    for rank in (range(1, len(kind.levels) + 1) if kind.levels else (0,))
]


def sections() -> list[tuple[str, str]]:
    """The sections of a profile, in order, with their titles."""
    titles = {
        "who": _("Who we are"),
        "what": _("What we do"),
        "security": _("Security and place"),
        "quality": _("Quality"),
        "delivery": _("Delivery"),
    }
    return [(name, titles[name]) for name in SECTIONS]


def consent_labels() -> dict[str, str]:
    """What each field that can be consented to is called."""
    titles = {
        "name": _("Name"),
        "gender": _("Gender"),
        "region": _("Region"),
        "occupation": _("Occupation"),
        "skill_level": _("Occupational level"),
        "certificate_number": _("Certificate number"),
        "education": _("Degree and title"),
        "years": _("Years of experience"),
        "modalities": _("Modalities"),
        "task_types": _("Task types"),
        "domains": _("Domains"),
        "languages": _("Languages"),
        "training": _("Confidentiality training"),
        "rate": _("Pay rate"),
        "availability": _("Availability"),
        "talent_class": _("Talent class"),
        "summary": _("Summary"),
    }
    return {name: titles[name] for name in CONSENT}


async def choices_of(section: str) -> dict[str, list[tuple[str, str]]]:
    """The choices of a section's fields."""
    if section == "who":
        bases = await listed_organisations(OrganisationKind.BASE)
        return {"base_number": [(base.number, base.name) for base in bases]}
    return {
        "modalities": words.choices(MODALITIES),
        "task_types": words.choices(TASK_TYPES),
        "industries": words.choices(INDUSTRIES),
        "annotator_types": words.choices(ANNOTATOR_TYPES),
        "mlps": [(level, level) for level in reversed(LEVELS)],
        "max_data_grade": words.choices(DATA_GRADES),
        "health_level_max": _health_levels(),
        "delivery": [(way, way) for way in words.DELIVERY_WAYS],
    }


def talent_choices() -> dict[str, list[tuple[str, str]]]:
    """The choices of a talent's fields."""
    return {
        "modalities": words.choices(MODALITIES),
        "task_types": words.choices(TASK_TYPES),
        "skill_level": words.level_choices(),
        "work_type": words.choices(WORK_TYPES),
        "gender": [("女", _("female")), ("男", _("male"))],
        "degree": [(degree, degree) for degree in words.DEGREES],
        "talent_class": [(term.code, words.word(term.zh)) for term in TALENT_CLASSES.values()],
    }


def _health_levels() -> list[tuple[str, str]]:
    return list(HEALTH_LEVELS.choices(current_locale()))


def unit_names() -> list[str]:
    """The units a price may be for."""
    return [unit.zh for unit in UNITS.values()]


def task_names() -> list[str]:
    """The usual tasks, for a field that takes any."""
    return [task.zh for task in TASK_TYPES.values()]


def typed(profile: SupplierProfile, section: str) -> dict[str, Any]:
    """A section of a profile as its form shows it."""
    values: dict[str, Any] = {}
    for name in SECTIONS[section].model_fields:
        if name.startswith("level_"):
            values[name] = profile.levels.get(LEVELS[5 - int(name[-1])], 0)
        elif name in (*METRICS, "acceptance"):
            values[name] = profile.quality.get(name)
        elif name in EXTRA_SECURITY:
            values[name] = profile.security.get(name, "")
        elif name == "base_number":
            values[name] = profile.base.number if profile.base_id else ""
        else:
            values[name] = getattr(profile, name)
    return {name: _as_typed(name, value) for name, value in values.items()}


def typed_row(row: Any, model: type[BaseModel]) -> dict[str, Any]:
    """A row as the form of `model` shows it."""
    return {name: _as_typed(name, getattr(row, name)) for name in model.model_fields}


def _as_typed(name: str, value: Any) -> Any:
    if name in COMMA_LISTS:
        return "、".join(value)
    if name == "region_code":
        return full_name(value)
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if name == "health_level_max" and value else value
