"""Tables of sealed bidding: the keys of a job, their shares, and the log of what was submitted."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.tendering.states import BidEventKind, Envelope, ShareHolder


class JobKey(Row):
    """The key pair of one envelope of a job's bids; the private half is only in its shares."""

    job_id: UUID
    shares: Any

    job: Any = fields.ForeignKeyField("models.Job", on_delete=fields.RESTRICT, related_name="keys")
    envelope = fields.CharEnumField(Envelope, max_length=32)
    public_key = fields.BinaryField()
    threshold = fields.IntField()
    opened_at = fields.DatetimeField(null=True)

    class Meta:
        table = "job_keys"
        unique_together = (("job", "envelope"),)


class OpeningTranscript(Row):
    """What is published of the opening of one envelope: a megabyte for 500 bids, so in a row of its own."""

    key: Any = fields.OneToOneField(
        "models.JobKey", on_delete=fields.RESTRICT, related_name="transcript"
    )
    content: Any = fields.JSONField()

    class Meta:
        table = "opening_transcripts"


class KeyShare(Row):
    """One holder's share of a job's key, sealed to it; `secret` is written by its release."""

    key_id: UUID
    organisation_id: UUID | None
    opening_key_id: UUID | None

    key: Any = fields.ForeignKeyField(
        "models.JobKey", on_delete=fields.RESTRICT, related_name="shares"
    )
    position = fields.IntField()
    holder = fields.CharEnumField(ShareHolder, max_length=32)
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name="shares"
    )
    opening_key: Any = fields.ForeignKeyField(
        "models.OpeningKey", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    sealed = fields.BinaryField()
    commitment = fields.CharField(max_length=64)
    released_at = fields.DatetimeField(null=True)
    released_by_id = fields.UUIDField(null=True)
    secret = fields.BinaryField(null=True)
    remind_at = fields.DatetimeField(null=True)

    class Meta:
        table = "key_shares"
        unique_together = (("key", "position"),)
        indexes = (("opening_key_id",), ("organisation_id", "released_at"), ("remind_at",))


class BidSecurity(Row):
    """That the bidder behind a tag has given the deposit of a job; who it is, the tag does not tell."""

    job_id: UUID

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="securities"
    )
    bidder_tag = fields.CharField(max_length=64, unique=True)
    given_on = fields.DateField()

    class Meta:
        table = "bid_securities"
        indexes = (("job_id",),)


class BidEvent(Row):
    """One line of a job's submission log, chained by hashes; each receipt names the chain's head."""

    job_id: UUID

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="bid_events"
    )
    sequence = fields.IntField()
    kind = fields.CharEnumField(BidEventKind, max_length=32)
    digest = fields.CharField(max_length=64, default="")
    replaces = fields.CharField(max_length=64, default="")
    version = fields.IntField()
    at = fields.DatetimeField()
    head = fields.CharField(max_length=64)

    class Meta:
        table = "bid_events"
        unique_together = (("job", "sequence"),)


class BidFile(Row):
    """A file of a bid. Until the opening it is a box under the job's key; what it is stands in the sealed bid."""

    id: UUID
    bid_id: UUID
    box_id: UUID | None

    bid: Any = fields.ForeignKeyField("models.Bid", on_delete=fields.RESTRICT, related_name="files")
    envelope = fields.CharEnumField(Envelope, max_length=32)
    position = fields.IntField()
    box: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    # written by the opening
    filename = fields.CharField(max_length=200, default="")
    content_type = fields.CharField(max_length=100, default="")
    size = fields.IntField(null=True)
    sha256 = fields.CharField(max_length=64, default="")

    class Meta:
        table = "bid_files"
        unique_together = (("bid", "envelope", "position"),)
