"""Tables of registered contracts and of filed outside deals."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.kit.states import Stateful
from market.registration.states import FILING_TRANSITIONS, DealSide, FilingStatus


class Registration(Row):
    """The certificate of a contract made here: what it states, never changed, and its digest."""

    contract_id: UUID
    supplier_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    contract: Any = fields.OneToOneField(
        "models.Contract", on_delete=fields.RESTRICT, related_name="registration"
    )
    supplier: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    is_first = fields.BooleanField()  # of its supplier: the fee is waived (济南 四·十二)
    content: Any = fields.JSONField()
    digest = fields.CharField(max_length=64)
    issued_at = fields.DatetimeField()

    class Meta:
        table = "registrations"
        indexes = (("supplier_id",), ("issued_at",))


class Filing(Stateful):
    """A deal made elsewhere; of the contract only its digest is kept."""

    TRANSITIONS = FILING_TRANSITIONS

    filer_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    filer: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="filings"
    )
    side = fields.CharEnumField(DealSide, max_length=16)
    counterparty_name = fields.CharField(max_length=120)
    counterparty_uscc = fields.CharField(max_length=18)
    title = fields.CharField(max_length=120)
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    region_code = fields.CharField(max_length=6)  # the filer's: its bureau decides
    amount_fen = fields.BigIntField()
    signed_on = fields.DateField()
    contract_digest = fields.CharField(max_length=64)  # SHA-256 of the contract's file
    fingerprint = fields.CharField(max_length=64)  # of parties, amount and day
    status = fields.CharEnumField(FilingStatus, max_length=32, default=FilingStatus.SUBMITTED)
    reasons = fields.TextField(default="")
    decided_by: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "filings"
        indexes = (
            ("filer_id", "status"), ("region_code", "status"), ("contract_digest",), ("fingerprint",),
        )  # fmt: skip
