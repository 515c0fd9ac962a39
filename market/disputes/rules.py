"""The published numbers of a dispute: deadlines, sub-sample, readers, fee."""

import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from market.orders.sampling import LETTERS, code_letter

DATA = Path(__file__).parent / "data" / "rules.json"
_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SampleRule(_Part):
    """How many items are read again: by the code letter of the lot, within these bounds."""

    level: str
    at_least: int
    at_most: int


class ReaderRule(_Part):
    """How many readers a batch of at least this price gets; an odd number, so that most decide."""

    from_fen: int
    count: int


class Rules(_Part):
    """One version of the numbers."""

    version: str
    answer_working_days: int
    take_up_working_days: int
    mediation_working_days: int
    reading_working_days: int
    objection_days: int
    sample: SampleRule
    worthless_above_bp: int = Field(ge=0, le=10_000)
    readers: tuple[ReaderRule, ...]
    fee_per_item_fen: int

    def sample_size(self, lot: int) -> int:
        """The size of the sub-sample of a lot (GB/T 2828.1, table 1), at most the lot."""
        if lot < 2:
            return lot
        size = _SIZES[LETTERS.index(code_letter(lot, self.sample.level))]
        return min(lot, max(self.sample.at_least, min(size, self.sample.at_most)))

    def readers_for(self, value_fen: int) -> int:
        """How many third readers mark each item of a batch of this price."""
        return max(rule.count for rule in self.readers if rule.from_fen <= value_fen)

    def fee_fen(self, items: int, readers: int) -> int:
        """What the readers get together."""
        return self.fee_per_item_fen * items * readers


@cache
def rules() -> Rules:
    """The rules in force."""
    return Rules.model_validate_json(DATA.read_text("utf-8"))


def rules_json() -> str:
    """The rules as published."""
    return json.dumps(json.loads(DATA.read_text("utf-8")), ensure_ascii=False, indent=2)
