"""Grades and gates: data grade, health level, personal information, de-identification, place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from market.vocabulary.terms import Term, load


class DataGrade(StrEnum):
    """GB/T 43697-2024, from low to high; state secrets are outside the standard and refused."""

    GENERAL = "general"
    IMPORTANT = "important"
    CORE = "core"


class PersonalInformation(StrEnum):
    """What a data set says about persons, from low to high."""

    NONE = "none"
    DEIDENTIFIED = "deidentified"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True)
class DeidOption(Term):
    """An option of DICOM PS3.15 Annex E by its CID 7050 code, recorded in (0012,0064)."""

    retains: bool = False


DATA_GRADES = load("security", "data_grades", Term)
HEALTH_LEVELS = load("security", "health_levels", Term)
HEALTH_CATEGORIES = load("security", "health_categories", Term)
PERSONAL_INFORMATION = load("security", "personal_information", Term)
DEID_OPTIONS = load("security", "deid_options", DeidOption)
DEID_ACTIONS = load("security", "deid_actions", Term)
WORK_PLACES = load("security", "work_places", Term)
DELIVERY_MODES = load("security", "delivery_modes", Term)

_SENSITIVE = re.compile(r"敏感|人脸|生物识别|基因|指纹|声纹|sensitive", re.IGNORECASE)
_PERSONAL = re.compile(r"个人信息|车牌|姓名|身份证|手机号|personal", re.IGNORECASE)
_DONE = re.compile(
    r"已(?:去标识|脱敏|匿名|打码)|脱敏后|(?:匿名化|去标识化?)(?!处理前)|de-?identified", re.I
)


def clears(held: str, required: str) -> bool:
    """Whether clearance for data grade `held` covers `required`; an unknown grade never does."""
    return DATA_GRADES.rank(held) >= DATA_GRADES.rank(required) > 0


def parse_personal_information(text: str) -> tuple[PersonalInformation, bool]:
    """The strictest kind a description names (就高从严), and whether it says it is de-identified.

    敏感个人信息（已去标识） -> (sensitive, True); 人脸（需打码） -> (sensitive, False);
    已去标识 -> (deidentified, True); 无 -> (none, False).
    """
    done = _DONE.search(text) is not None
    if _SENSITIVE.search(text):
        return PersonalInformation.SENSITIVE, done
    if _PERSONAL.search(text):
        return PersonalInformation.PERSONAL, done
    return (PersonalInformation.DEIDENTIFIED if done else PersonalInformation.NONE), done


def parse_deid_profile(text: str) -> tuple[str, ...]:
    """Codes of the DICOM options a profile names: Basic + Clean Pixel Data -> 113100, 113101."""
    folded = text.casefold()
    basic = "basic" in folded or "基本" in text
    return tuple(
        option.code
        for option in DEID_OPTIONS.values()
        if option.en.casefold() in folded
        or option.zh in text
        or option.code in text
        or (basic and option.code == "113100")
    )
