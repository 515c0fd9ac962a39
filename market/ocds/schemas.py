"""What the open-data operations answer: OCDS packages."""

from typing import Any

from pydantic import BaseModel, Field


class PackageOut(BaseModel):
    """The head of an OCDS 1.1 package."""

    uri: str
    version: str
    extensions: list[str]
    publishedDate: str
    publisher: dict[str, str]
    license: str
    publicationPolicy: str


class Links(BaseModel):
    """Where the feed goes on; asked again later, the same address answers what has come since."""

    next: str


class ReleasePackageOut(PackageOut):
    """Releases in the order of publication."""

    releases: list[dict[str, Any]]
    links: Links


class RecordPackageOut(PackageOut):
    """One process: all its releases and what they come to."""

    records: list[dict[str, Any]]


class FeedQuery(BaseModel):
    """Paging of the feed: `after` is the sequence of the last release you have."""

    after: int = Field(default=0, ge=0, le=2**62)
    limit: int = Field(default=100, ge=1, le=1000)
