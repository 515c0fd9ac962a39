"""What a reader of statistics may ask for: the filters of the pages and of the API."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from market.bureau.models import ActivityKind, FactKind, Side
from market.bureau.periods import (
    Period,
    PeriodName,
    current_month,
    months_between,
    period_of,
    shifted,
)
from market.kit.i18n import gettext as _
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.terms import Vocabulary

MAX_MONTHS = 120


Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class StatisticsQuery(BaseModel):
    """Region (empty: one's own), side of the deals, period, industry and modality.

    `first` and `last` are months of a custom period; one left out is twelve months back, or now.
    """

    region: str = Field(default="", max_length=6)
    side: Side = Side.DEMAND
    period: PeriodName = PeriodName.YEAR
    first: Month | None = None
    last: Month | None = None
    industry: str = ""
    modality: str = ""

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value != ""}

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        _known(INDUSTRIES, self.industry, _("There is no such industry"))
        _known(MODALITIES, self.modality, _("There is no such modality"))
        if self.period is PeriodName.CUSTOM:
            length = months_between(*self._span())
            if not 1 <= length <= MAX_MONTHS:
                raise ValueError(_("The period must end after it begins, within ten years"))
        return self

    def _span(self) -> tuple[str, str]:
        last = self.last or current_month()
        return self.first or shifted(last, -11), last

    def chosen_period(self) -> Period:
        """The period these filters mean today."""
        first, last = self._span()
        return period_of(self.period, first=first, last=last)

    def params(self, **changes: Any) -> dict[str, str]:
        """The query string that asks for the same, with changes; defaults are left out."""
        values = self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        merged = {**values, **changes}
        return {key: str(value) for key, value in merged.items() if value not in ("", None)}


class TaskQuery(StatisticsQuery):
    """The filters, and one task."""

    task: str = ""

    @model_validator(mode="after")
    def _task_is_known(self) -> Self:
        _known(TASK_TYPES, self.task, _("There is no such task"))
        return self


class DealsQuery(TaskQuery):
    """The filters of the list of facts."""

    kind: FactKind | None = None


class ActivitiesQuery(StatisticsQuery):
    """The filters of the list of what is counted beside the money."""

    kind: ActivityKind | None = None


def _known(vocabulary: Vocabulary[Any], code: str, refusal: str) -> None:
    if code and code not in vocabulary:
        raise ValueError(refusal)
