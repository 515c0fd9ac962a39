"""What a firm reports of itself, and what a bureau asks the library for."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from market.kit import clock
from market.kit.forms import YuanAsFen
from market.kit.i18n import gettext as _
from market.kit.paging import CursorQuery
from market.library.classes import SIZES, TIERS

FIRST_YEAR = 2015
Count = Annotated[int, Field(ge=0, le=10**7)]


def _year(year: int) -> int:
    if not FIRST_YEAR <= year <= clock.today().year:
        raise ValueError(_("Report a year that is over, or this one so far"))
    return year


class ReportInput(BaseModel):
    """A year's figures; turnover in fen, data in TB."""

    year: Annotated[int, AfterValidator(_year)]
    revenue_fen: Annotated[YuanAsFen, Field(ge=0, le=10**15)]
    staff: Count
    annotators: Count
    trained: Count = 0
    data_tb: Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=3)]
    datasets: Count = 0
    models_served: Count = 0


class LibraryQuery(CursorQuery):
    """Narrow the library: a word, a tier, a size, only firms with the benchmark badge."""

    q: str = Field(default="", max_length=80)
    tier: str = Field(default="", pattern=f"^({'|'.join(TIERS)})?$")
    size: str = Field(default="", pattern=f"^({'|'.join(SIZES)})?$")
    badge: bool = False
