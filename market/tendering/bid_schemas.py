"""What JSON says of the files of a bid."""

import base64
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel

from market.tendering.sealed_models import BidFile


class BidFileOut(BaseModel):
    """A file of an opened envelope; `sha256` is of its clear bytes, as the sealed bid states it."""

    id: str
    envelope: str
    filename: str
    content_type: str
    size: int
    sha256: str

    @classmethod
    def of(cls, file: BidFile) -> Self:
        """From a row."""
        names = ("envelope", "filename", "content_type", "size", "sha256")
        return cls(id=str(file.id), **{name: getattr(file, name) for name in names})


class BidFilesOut(BaseModel):
    """The files of a bid whose envelopes are open."""

    items: list[BidFileOut]

    @classmethod
    def of(cls, files: Iterable[BidFile]) -> Self:
        """From rows."""
        return cls(items=[BidFileOut.of(file) for file in files])


class BidFileContentOut(BidFileOut):
    """A file with its bytes."""

    content: str  # base64

    @classmethod
    def with_content(cls, file: BidFile, content: bytes) -> Self:
        """From a row and its clear bytes."""
        facts = BidFileOut.of(file).model_dump()
        return cls(**facts, content=base64.b64encode(content).decode())
