"""What the API says of a pilot."""

import base64
import datetime as dt
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from market.pilots.models import Pilot, PilotSubmission


class PartOut(BaseModel):
    """A firm's part: alias and status; from the release on its name, value and points."""

    alias: str
    status: str
    submitted_at: dt.datetime | None
    bidder: str | None = None
    value: float | None = None
    points: Decimal | None = None

    @classmethod
    def of(cls, row: PilotSubmission, *, is_released: bool) -> Self:
        """As a reader of the pilot may see it."""
        found = cls(alias=row.alias, status=row.status, submitted_at=row.submitted_at)
        if not is_released:
            return found
        told = {"bidder": row.bidder.name, "value": row.value, "points": row.points}
        return found.model_copy(update=told)


class PilotOut(BaseModel):
    """A pilot; `gold_seed` and the parts' results only once it is released."""

    job: str
    status: str
    metric: str
    metric_label: str
    definition: str
    is_higher_better: bool
    threshold: Decimal | None
    days: int
    fee_fen: int
    instructions: str
    item_count: int
    gold_digest: str
    gold_seed: str
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    released_at: dt.datetime | None
    parts: list[PartOut]

    @classmethod
    def of(cls, pilot: Pilot, parts: list[PilotSubmission]) -> Self:
        """With the parts the reader may see."""
        metric = pilot.metric
        return cls(
            job=pilot.job.number, status=pilot.status, metric=metric.name,
            metric_label=metric.label, definition=metric.definition,
            is_higher_better=metric.is_higher_better, threshold=pilot.threshold, days=pilot.days,
            fee_fen=pilot.fee_fen, instructions=pilot.instructions, item_count=len(pilot.items),
            gold_digest=pilot.gold_digest, gold_seed=pilot.gold_seed, opens_at=pilot.opens_at,
            closes_at=pilot.closes_at, released_at=pilot.released_at,
            parts=[PartOut.of(row, is_released=pilot.is_released) for row in parts],
        )  # fmt: skip


class OwnPartOut(BaseModel):
    """One's own part: the receipt, and from the release on the measurement item by item."""

    alias: str
    status: str
    filename: str | None
    digest: str | None
    submitted_at: dt.datetime | None
    points: Decimal | None
    measurement: dict[str, Any] | None

    @classmethod
    def of(cls, row: PilotSubmission, *, is_released: bool) -> Self:
        """For the firm itself."""
        return cls(
            alias=row.alias, status=row.status, submitted_at=row.submitted_at,
            filename=row.file.filename if row.file else None,
            digest=row.file.sha256 if row.file else None,
            points=row.points if is_released else None,
            measurement=row.measurement if is_released else None,
        )  # fmt: skip


class FileOut(BaseModel):
    """A file inside a JSON answer."""

    filename: str
    content: str  # base64

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        """Of its bytes."""
        return cls(filename=name, content=base64.b64encode(content).decode())
