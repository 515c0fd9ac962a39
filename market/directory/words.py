"""Vocabulary words in the reader's language, and the checked input types made of them."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.vocabulary.annotation import MODALITIES, TASK_TYPES, parse_unit
from market.vocabulary.credentials import parse_credential
from market.vocabulary.datasets import DATASET_TYPES, SUPPLY_MODES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.people import ANNOTATOR_TYPES, SKILL_LEVELS, TALENT_CLASSES, WORK_TYPES
from market.vocabulary.regions import full_name, lookup
from market.vocabulary.security import DATA_GRADES, WORK_PLACES
from market.vocabulary.terms import Term, Vocabulary
from market.vocabulary.trade import (
    ORG_CLASSES,
    ORG_TYPES,
    PRICE_MODES,
    THIRD_PARTY_SERVICES,
    TRADE_CHANNELS,
)

AnyVocabulary = Vocabulary[Any]
DELIVERY_WAYS = ("远程", "驻场", "私有化部署")
DEGREES = ("大专", "本科", "硕士", "博士")
_SHOWN: tuple[AnyVocabulary, ...] = (
    MODALITIES, TASK_TYPES, INDUSTRIES, DATA_GRADES, DATASET_TYPES, SUPPLY_MODES, ANNOTATOR_TYPES,
    WORK_TYPES, TALENT_CLASSES, ORG_CLASSES, ORG_TYPES, PRICE_MODES, THIRD_PARTY_SERVICES,
    TRADE_CHANNELS, WORK_PLACES,
)  # fmt: skip


@cache
def _terms() -> dict[str, Term]:
    found: dict[str, Term] = {}
    for vocabulary in _SHOWN:
        for term in vocabulary.values():
            found.setdefault(term.zh, term)
    return found


def word(value: str) -> str:
    """A stored Chinese word in the reader's language; a word we do not know is shown as it is."""
    term = _terms().get(value)
    return term.label(current_locale()) if term else value


def several(values: Iterable[str]) -> list[str]:
    """Stored words in the reader's language."""
    return [word(value) for value in values]


def joined(values: Iterable[str]) -> str:
    """Stored words in the reader's language, as one text."""
    return "、".join(several(values))


def place(code: str) -> str:
    """The full Chinese name of a region; the code itself when unknown."""
    return full_name(code) or code


def level_word(level: str) -> str:
    """An occupational level (三级) with its title in the reader's language."""
    term = SKILL_LEVELS.find(level) if level else None
    return term.label(current_locale()) if term else level


def choices(vocabulary: AnyVocabulary) -> list[tuple[str, str]]:
    """(stored word, label) pairs of a vocabulary for a form field."""
    return [(term.zh, term.label(current_locale())) for term in vocabulary.values()]


def level_choices() -> list[tuple[str, str]]:
    """(三级, 三级/高级工) pairs, lowest level first."""
    return [(_short(term), term.label(current_locale())) for term in SKILL_LEVELS.values()]


def _short(term: Term) -> str:
    return term.zh.partition("/")[0]


def is_lenient(info: ValidationInfo) -> bool:
    """Whether words of other systems are kept as written (an import) instead of refused (a form)."""
    return bool(isinstance(info.context, Mapping) and info.context.get("lenient"))


def _known(vocabulary: AnyVocabulary, *, always: bool) -> Callable[[str, ValidationInfo], str]:
    def check(value: str, info: ValidationInfo) -> str:
        if not value:
            return value
        term = vocabulary.find(value)
        if term is not None:
            return str(term.zh)
        if is_lenient(info) and not always:
            return value
        raise ValueError(_("“%(value)s” is not one of the listed values", value=value))

    return check


def _skill_level(value: str) -> str:
    if not value:
        return value
    term = SKILL_LEVELS.find(value)
    if term is None:
        raise ValueError(_("“%(value)s” is not an occupational level (五级 to 一级)", value=value))
    return _short(term)


def _unit(value: str, info: ValidationInfo) -> str:
    text = value.strip()
    if not text or is_lenient(info) or parse_unit(text):
        return text
    raise ValueError(_("“%(value)s” does not begin with a unit we know", value=value))


def _region(value: str) -> str:
    found = lookup(value)
    if found is None:
        raise ValueError(_("“%(value)s” is no region: write 济南市历下区 or 370102", value=value))
    return found.code


def _certificate(value: str) -> str:
    found = parse_credential(value)
    return found.label() if found else value.strip()


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


Short = Annotated[str, Field(max_length=80)]
Modality = Annotated[str, AfterValidator(_known(MODALITIES, always=True))]
TaskType = Annotated[Short, AfterValidator(_known(TASK_TYPES, always=False))]
Industry = Annotated[str, AfterValidator(_known(INDUSTRIES, always=True))]
AnnotatorType = Annotated[Short, AfterValidator(_known(ANNOTATOR_TYPES, always=False))]
DataGrade = Annotated[str, AfterValidator(_known(DATA_GRADES, always=True))]
DatasetType = Annotated[str, AfterValidator(_known(DATASET_TYPES, always=True))]
SupplyModeName = Annotated[str, AfterValidator(_known(SUPPLY_MODES, always=True))]
SkillLevel = Annotated[str, AfterValidator(_skill_level)]
UnitName = Annotated[str, Field(min_length=1, max_length=16), AfterValidator(_unit)]
RegionCode = Annotated[str, AfterValidator(_region)]
CertificateName = Annotated[Short, AfterValidator(_certificate)]

Modalities = Annotated[list[Modality], AfterValidator(_distinct), Field(max_length=20)]
TaskTypes = Annotated[list[TaskType], AfterValidator(_distinct), Field(max_length=80)]
Industries = Annotated[list[Industry], AfterValidator(_distinct), Field(max_length=30)]
AnnotatorTypes = Annotated[list[AnnotatorType], AfterValidator(_distinct), Field(max_length=8)]
Words = Annotated[list[Short], AfterValidator(_distinct), Field(max_length=60)]
Certificates = Annotated[list[CertificateName], AfterValidator(_distinct), Field(max_length=40)]
