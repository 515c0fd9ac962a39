"""People who annotate: occupational levels, annotator types, modules of the 2021 standard."""

from __future__ import annotations

from dataclasses import dataclass

from market.vocabulary.terms import Term, load


@dataclass(frozen=True)
class SkillLevel(Term):
    """A level of 人工智能训练师 4-04-05-05; `hours` is the training the standard asks for."""

    hours: int = 0


SKILL_LEVELS = load("people", "skill_levels", SkillLevel)
ANNOTATOR_TYPES = load("people", "annotator_types", Term)
SKILL_MODULES = load("people", "skill_modules", Term)
OCCUPATIONS = load("people", "occupations", Term)
WORK_TYPES = load("people", "work_types", Term)
TALENT_CLASSES = load("people", "talent_classes", Term)


def skill_at_least(held: str, required: str) -> bool:
    """Whether level `held` ("1" to "5") is as high as `required`; 一级 ("1") is the highest."""
    return SKILL_LEVELS.rank(held) >= SKILL_LEVELS.rank(required) > 0
