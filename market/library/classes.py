"""Size of a firm by its reported figures, and its tier by the contracts made here; pure rules over data."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from market.kit.i18n import N_

SIZES = {
    "large": N_("Large"), "medium": N_("Medium-sized"), "small": N_("Small"), "micro": N_("Micro"),
}  # fmt: skip
TIERS = {
    "A": N_("Tier A"), "B": N_("Tier B"), "C": N_("Tier C"), "D": N_("Tier D: no contract here"),
}  # fmt: skip
FEN_PER_WAN = 1_000_000


@dataclass(frozen=True, slots=True)
class SizeFloor:
    """From how many people and how much turnover a size is reached; both are needed."""

    code: str
    staff: int
    revenue_wan: int


@dataclass(frozen=True, slots=True)
class TierFloor:
    """From how much contracted in a year a tier is reached."""

    code: str
    contracted_yuan: int


@cache
def _floors() -> tuple[list[SizeFloor], list[TierFloor]]:
    data = json.loads(files(__package__).joinpath("data/classes.json").read_text("utf-8"))
    return [SizeFloor(**row) for row in data["sizes"]], [TierFloor(**row) for row in data["tiers"]]


def size_of(staff: int, revenue_fen: int) -> str:
    """large, medium, small or micro (国统字〔2017〕213号): 以上, both floors, else the next one down."""
    return next(
        floor.code
        for floor in _floors()[0]
        if staff >= floor.staff and revenue_fen >= floor.revenue_wan * FEN_PER_WAN
    )


def tier_of(contracted_fen: int) -> str:
    """A to D by what was contracted here in the last 365 days, in fen."""
    return next(
        floor.code for floor in _floors()[1] if contracted_fen >= floor.contracted_yuan * 100
    )
