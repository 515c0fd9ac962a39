"""Fee and subsidy of registration: rates are configuration, and while they are unset nothing is computed."""

import datetime as dt
import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field

from market.kit.money import apply_bp
from market.vocabulary import regions

DATA = Path(__file__).parent / "data" / "registration_terms.json"


class RegistrationTerms(BaseModel):
    """What registering costs in a region from a day on, and what is given back; unset is not published."""

    region: str
    first_day: dt.date = Field(alias="from")
    source: str
    fee_fen: int | None = Field(default=None, ge=0)
    waiver_bp: int | None = Field(default=None, ge=0, le=10_000)
    subsidy_bp: int | None = Field(default=None, ge=0, le=10_000)
    subsidy_cap_fen: int | None = Field(default=None, ge=0)

    def waived_fen(self, *, is_first: bool, is_certified: bool) -> int | None:
        """What of the fee is waived: only of a first registration with a certificate (J 四·十二).

        Rounded down; None while the fee or the rate is unset (terms_incomplete).
        """
        if not (is_first and is_certified):
            return 0
        if self.fee_fen is None or self.waiver_bp is None:
            return None
        return apply_bp(self.fee_fen, self.waiver_bp)

    def due_fen(self, *, is_first: bool, is_certified: bool) -> int | None:
        """The fee that is left to pay; None while it cannot be computed."""
        waived = self.waived_fen(is_first=is_first, is_certified=is_certified)
        return None if self.fee_fen is None or waived is None else self.fee_fen - waived

    def subsidy_fen(self, registered_fen: int, *, is_certified: bool) -> int | None:
        """The subsidy on a registered volume, rounded down, never above the cap; None while unset."""
        if not is_certified:
            return 0
        if self.subsidy_bp is None:
            return None
        subsidy = apply_bp(registered_fen, self.subsidy_bp)
        return subsidy if self.subsidy_cap_fen is None else min(subsidy, self.subsidy_cap_fen)


@cache
def terms() -> tuple[RegistrationTerms, ...]:
    """Every version, the oldest first."""
    rows = [RegistrationTerms.model_validate(one) for one in json.loads(DATA.read_text("utf-8"))]
    return tuple(sorted(rows, key=lambda one: one.first_day))


def terms_for(region_code: str, day: dt.date) -> RegistrationTerms | None:
    """The newest terms in force on a day for a region; None where registering is without terms."""
    held = [
        one for one in terms()
        if one.first_day <= day and regions.is_within(region_code, one.region)
    ]  # fmt: skip
    return held[-1] if held else None
