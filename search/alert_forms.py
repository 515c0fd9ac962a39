"""What is typed to save a search."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from search.alert_models import AlertFrequency
from search.documents import Kind
from search.results import MAX_TEXT, written

Written = Annotated[str, AfterValidator(written)]
Name = Annotated[str, AfterValidator(written), StringConstraints(min_length=1, max_length=80)]
Token = Annotated[Written, Field(max_length=100)]


class SavedSearchInput(BaseModel):
    """The name of a saved search and when mail comes."""

    name: Name
    frequency: AlertFrequency = AlertFrequency.DAILY


class NewSearchInput(SavedSearchInput):
    """The same with the kind of record looked for."""

    kind: Kind = "jobs"


class SaveInput(SavedSearchInput):
    """What a program saves: a search, or the matches of its firm, or of one of its jobs."""

    kind: Kind = "jobs"
    q: Written = Field(default="", max_length=MAX_TEXT)
    without: list[Token] = Field(default=[], max_length=20)
    chosen: dict[str, list[Token]] = Field(
        default={}, max_length=10, description="Facet values by facet, as in the page's address."
    )
    matched_jobs: bool = Field(default=False, description="The open jobs your firm fits.")
    job: str = Field(default="", max_length=20, description="The suppliers that fit this job.")
