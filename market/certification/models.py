"""Tables of certification rounds, applications, their firms and papers, and objections."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.certification.states import (
    CERTIFICATION_TRANSITIONS,
    OBJECTION_TRANSITIONS,
    CertificationStatus,
    MaterialKind,
    ObjectionStatus,
)
from market.kit.db import Row
from market.kit.states import Stateful


class CertificationRound(Row):
    """A province's call for applications of one year, with the conditions it decides by."""

    organiser_id: UUID

    number = fields.CharField(max_length=20, unique=True)
    organiser: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    title = fields.CharField(max_length=120)
    region_code = fields.CharField(max_length=6)  # the province whose bases may apply
    closes_at = fields.DatetimeField()
    public_days = fields.IntField(default=5)  # working days of 公示
    firms_min = fields.IntField()
    staff_min = fields.IntField()
    area_min = fields.IntField()  # square metres of offices

    class Meta:
        table = "certification_rounds"
        indexes = (("region_code", "closes_at"),)


class Certification(Stateful):
    """A base's application: annex 2 and annex 3 as typed, annex 4 as signed."""

    TRANSITIONS = CERTIFICATION_TRANSITIONS

    round_id: UUID
    base_id: UUID
    firms: Any  # the tenants, by relation
    position: int  # on annex 5
    firms_count: int
    staff_count: int

    number = fields.CharField(max_length=20, unique=True)
    round: Any = fields.ForeignKeyField(
        "models.CertificationRound", on_delete=fields.RESTRICT, related_name="certifications"
    )
    base: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="certifications"
    )
    region_code = fields.CharField(max_length=6)  # the base's: its city's bureau reviews first
    status = fields.CharEnumField(
        CertificationStatus, max_length=32, default=CertificationStatus.DRAFT
    )
    form: Any = fields.JSONField(default=dict)
    plan: Any = fields.JSONField(default=dict)
    pledge: Any = fields.JSONField(default=dict)
    findings: Any = fields.JSONField(default=list)  # of the conditions, when it was submitted
    digest = fields.CharField(max_length=64, default="")  # of all that was submitted
    opinion = fields.TextField(default="")
    submitted_at = fields.DatetimeField(null=True)
    public_until = fields.DatetimeField(null=True)
    certified_at = fields.DatetimeField(null=True)

    class Meta:
        table = "certifications"
        unique_together = (("round_id", "base_id"),)
        indexes = (("base_id",), ("status", "public_until"), ("region_code", "status"))


class CertificationFirm(Row):
    """A line of the list of tenant firms (数据标注企业清单及经营情况简表)."""

    certification_id: UUID

    certification: Any = fields.ForeignKeyField(
        "models.Certification", on_delete=fields.RESTRICT, related_name="firms"
    )
    name = fields.CharField(max_length=120)
    uscc = fields.CharField(max_length=18)
    main_business = fields.CharField(max_length=200)
    revenue_fen = fields.BigIntField()  # of the year before
    industries = fields.CharField(max_length=120)
    clients = fields.CharField(max_length=200)
    staff = fields.IntField()

    class Meta:
        table = "certification_firms"
        unique_together = (("certification_id", "uscc"),)


class CertificationMaterial(Row):
    """An uploaded paper."""

    certification_id: UUID
    file_id: UUID

    certification: Any = fields.ForeignKeyField(
        "models.Certification", on_delete=fields.RESTRICT, related_name="materials"
    )
    kind = fields.CharEnumField(MaterialKind, max_length=32)
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "certification_materials"
        unique_together = (("certification_id", "file_id"),)


class CertificationObjection(Stateful):
    """What somebody says against a publicised application."""

    TRANSITIONS = OBJECTION_TRANSITIONS

    certification_id: UUID
    objector_id: UUID

    certification: Any = fields.ForeignKeyField(
        "models.Certification", on_delete=fields.RESTRICT, related_name="objections"
    )
    objector: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    grounds = fields.TextField()
    status = fields.CharEnumField(ObjectionStatus, max_length=16, default=ObjectionStatus.PENDING)
    answer = fields.TextField(default="")

    class Meta:
        table = "certification_objections"
        unique_together = (("certification_id", "objector_id"),)
