"""What is typed when a bulletin is drafted or corrected."""

from typing import Annotated, Self

from pydantic import BaseModel, StringConstraints, model_validator

from market.bulletins.states import BulletinKind
from market.kit import clock
from market.kit.i18n import gettext as _


class BulletinInput(BaseModel):
    """A kind, and a month ("2026-10") or a year ("2025") that is over."""

    kind: BulletinKind
    period: Annotated[str, StringConstraints(pattern=r"^20\d\d(-(0[1-9]|1[0-2]))?$")]

    @model_validator(mode="after")
    def _is_over(self) -> Self:
        if (len(self.period) == 7) != (self.kind is BulletinKind.MONTHLY):
            raise ValueError(_("A monthly bulletin has a month, a yearly pack a year"))
        if self.period >= f"{clock.today():%Y-%m}"[: len(self.period)]:
            raise ValueError(_("A bulletin is about a period that is over"))
        return self


class CorrectionInput(BaseModel):
    """What was wrong."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500)]
