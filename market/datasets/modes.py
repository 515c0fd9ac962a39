"""The four supply modes as data: what each sets on price and openness, and templates of needs."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.vocabulary.datasets import SUPPLY_MODES
from market.vocabulary.terms import Term
from market.vocabulary.trade import PRICE_MODES, parse_price_mode


@dataclass(frozen=True, slots=True)
class Mode:
    """A supply mode (苏数发〔2025〕62号 四(十)); `budget` is zero, positive or any."""

    mode: str
    price_models: tuple[str, ...]
    budget: Literal["zero", "positive", "any"]
    openness_zh: str
    openness_en: str
    rule_zh: str
    rule_en: str

    @property
    def name(self) -> str:
        """The mode as the database writes it: 保障模式."""
        return SUPPLY_MODES[self.mode].zh

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return SUPPLY_MODES[self.mode].label(current_locale())

    @property
    def openness(self) -> str:
        """For whom the dataset is opened, in the reader's language."""
        return self.openness_zh if current_locale().startswith("zh") else self.openness_en

    @property
    def rule(self) -> str:
        """What the mode asks for, in the reader's language."""
        return self.rule_zh if current_locale().startswith("zh") else self.rule_en

    def price_problem(self, price_model: str) -> str:
        """Why this mode does not allow a price model; empty when it does."""
        found = parse_price_mode(price_model) if price_model else None
        if found is not None and found.code in self.price_models:
            return ""
        allowed = "、".join(PRICE_MODES.label(code, current_locale()) for code in self.price_models)
        return _("%(mode)s is priced: %(allowed)s", mode=self.label, allowed=allowed)

    def amount_problem(self, amount_fen: int) -> str:
        """Why this mode does not allow a budget or an offer of this amount; empty when it does."""
        if self.budget == "zero" and amount_fen:
            return _("%(mode)s is free of charge: the amount must be 0", mode=self.label)
        if self.budget == "positive" and amount_fen <= 0:
            return _("%(mode)s is paid for: enter an amount above 0", mode=self.label)
        return ""


@dataclass(frozen=True)
class Template(Term):
    """A starting point of a need, by kind of data."""

    modality: str = ""
    task_types: tuple[str, ...] = ()
    unit: str = ""
    industry: str = ""
    dataset_type: str = ""
    quality: dict[str, Any] | None = None
    summary_zh: str = ""
    summary_en: str = ""

    @property
    def hint(self) -> str:
        """What the description should say, in the reader's language."""
        return self.summary_zh if current_locale().startswith("zh") else self.summary_en

    def values(self, mode: Mode) -> dict[str, Any]:
        """The form of a new need in a mode."""
        return {
            "supply_mode": mode.name, "price_model": PRICE_MODES[mode.price_models[0]].zh,
            "modality": self.modality, "task_types": list(self.task_types), "unit": self.unit,
            "industry": self.industry, "dataset_type": self.dataset_type,
            **{name: str(value) for name, value in (self.quality or {}).items()},
        }  # fmt: skip


def _read(name: str) -> Any:
    return json.loads(files(__package__).joinpath("data", f"{name}.json").read_text("utf-8"))


@cache
def modes() -> dict[str, Mode]:
    """The modes by code."""
    rows = _read("modes")["modes"]
    return {
        row["mode"]: Mode(**{**row, "price_models": tuple(row["price_models"])}) for row in rows
    }


def mode_named(text: str) -> Mode | None:
    """The mode a code or a name means: 保障模式, 保障, guarantee."""
    term = SUPPLY_MODES.find(text) if text else None
    return modes()[term.code] if term else None


@cache
def templates() -> dict[str, Template]:
    """The templates by code."""
    rows = _read("templates")["templates"]
    return {
        row["code"]: Template(**{**row, "task_types": tuple(row["task_types"])}) for row in rows
    }
