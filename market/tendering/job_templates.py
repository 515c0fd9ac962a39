"""Templates per modality: a job's usual fields, metrics and thresholds, as data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from market.kit.i18n import current_locale
from market.vocabulary.terms import Term, Vocabulary


@dataclass(frozen=True)
class JobTemplate(Term):
    """A starting point; `fields` are values of the job's row."""

    help_zh: str = ""
    help_en: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return self.label(current_locale())

    @property
    def help(self) -> str:
        """What it prefills, in the reader's language."""
        return self.help_zh if current_locale().startswith("zh") else self.help_en


def _load() -> Vocabulary[JobTemplate]:
    text = files(__package__).joinpath("data", "templates.json").read_text("utf-8")
    return Vocabulary(JobTemplate(**row) for row in json.loads(text)["templates"])


TEMPLATES = _load()
