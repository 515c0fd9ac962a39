"""What a reader of prices may ask for."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from market.kit.i18n import gettext as _
from market.vocabulary.annotation import TASK_TYPES

Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class PublishedQuery(BaseModel):
    """A month (none: the last complete one), and one task with its unit."""

    month: Month | None = None
    task: str = ""
    unit: str = Field(default="", max_length=16)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value != ""}

    @model_validator(mode="after")
    def _task_is_known(self) -> Self:
        if self.task and self.task not in TASK_TYPES:
            raise ValueError(_("There is no such task"))
        return self

    def params(self, **changes: str) -> dict[str, str]:
        """The query string that asks for the same, with changes; what is empty is left out."""
        values = {**self.model_dump(exclude_none=True), **changes}
        return {key: value for key, value in values.items() if value}


class PricesQuery(PublishedQuery):
    """The same of a region (empty: one's own)."""

    region: str = Field(default="", max_length=6)
