"""Tables of what suppliers offer."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class SupplierProfile(Row):
    """An annotation firm's capabilities; values are vocabulary terms, by their Chinese names."""

    organisation_id: UUID
    base_id: UUID | None
    prices: fields.ReverseRelation["CapabilityPrice"]
    capacities: fields.ReverseRelation["DailyCapacity"]
    organisation: Any = fields.OneToOneField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="supplier_profile"
    )
    base: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name="tenants"
    )
    park = fields.CharField(max_length=120, default="")
    in_certified_base = fields.BooleanField(default=False)
    summary = fields.TextField(default="")
    founded = fields.CharField(max_length=7, default="")  # 2019-04
    staff_total = fields.IntField(default=0)
    annotators = fields.IntField(default=0)
    experts = fields.IntField(default=0)
    levels: Any = fields.JSONField(default=dict)  # occupational level -> head count
    modalities: Any = fields.JSONField(default=list)
    task_types: Any = fields.JSONField(default=list)
    industries: Any = fields.JSONField(default=list)
    languages: Any = fields.JSONField(default=list)
    annotator_types: Any = fields.JSONField(default=list)
    domains: Any = fields.JSONField(default=list)
    formats: Any = fields.JSONField(default=list)
    delivery: Any = fields.JSONField(default=list)
    certs: Any = fields.JSONField(default=list)  # names as declared; Certificate rows carry proof
    mlps = fields.CharField(max_length=8, default="")  # 等保 level, e.g. 三级
    max_data_grade = fields.CharField(max_length=16, default="一般数据")
    health_level_max = fields.IntField(null=True)
    is_onsite = fields.BooleanField(default=False)
    is_in_hospital = fields.BooleanField(default=False)
    is_private_deploy = fields.BooleanField(default=False)
    is_vlan_isolated = fields.BooleanField(default=False)
    is_xinchuang = fields.BooleanField(default=False)
    has_deid_service = fields.BooleanField(default=False)
    cctv_months = fields.IntField(default=0)
    security: Any = fields.JSONField(default=dict)  # further attributes as declared
    quality: Any = fields.JSONField(default=dict)  # metric -> declared value
    revenue_fen = fields.BigIntField(default=0)
    storage_tb = fields.DecimalField(max_digits=12, decimal_places=3, default=0)
    min_order_fen = fields.BigIntField(default=0)
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "supplier_profiles"
        indexes = (
            ("base_id",),
            ("published_at",),
        )


class CapabilityPrice(Row):
    """A price band for one task and unit, in yuan with four decimals."""

    profile: Any = fields.ForeignKeyField(
        "models.SupplierProfile", on_delete=fields.CASCADE, related_name="prices"
    )
    task = fields.CharField(max_length=80)
    unit = fields.CharField(max_length=16)
    min_price = fields.DecimalField(max_digits=14, decimal_places=4)
    max_price = fields.DecimalField(max_digits=14, decimal_places=4)
    currency = fields.CharField(max_length=3, default="CNY")
    is_tax_included = fields.BooleanField(default=True)
    note = fields.CharField(max_length=200, default="")

    class Meta:
        table = "capability_prices"
        indexes = (("profile_id",),)


class DailyCapacity(Row):
    """How many units a day the firm can deliver; `unit` may name the object (例CT, 帧点云)."""

    profile: Any = fields.ForeignKeyField(
        "models.SupplierProfile", on_delete=fields.CASCADE, related_name="capacities"
    )
    unit = fields.CharField(max_length=16)
    quantity = fields.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        table = "daily_capacities"
        indexes = (("profile_id",),)


class Certificate(Row):
    """A credential with expiry and, once an operator has seen the original, its verification."""

    organisation_id: UUID
    file_id: UUID | None
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="certificates"
    )
    name = fields.CharField(max_length=80)  # as the vocabulary writes it: 等保三级, ISO/IEC 27001
    number = fields.CharField(max_length=80, default="")
    issuer = fields.CharField(max_length=120, default="")
    valid_until = fields.DateField(null=True)
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    verified_at = fields.DatetimeField(null=True)

    class Meta:
        table = "certificates"
        indexes = (("organisation_id",), ("valid_until",))


class Talent(Row):
    """A certified annotator's profile; shown only with consent and only in the consented fields."""

    organisation_id: UUID | None
    number = fields.CharField(max_length=20, unique=True)
    external_id = fields.CharField(max_length=64, null=True, unique=True)
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name="talents"
    )
    name = fields.CharField(max_length=80)
    gender = fields.CharField(max_length=8, default="")
    region_code = fields.CharField(max_length=6)
    occupation = fields.CharField(
        max_length=80, default=""
    )  # as declared: 人工智能训练师, 病理科医师
    occupation_code = fields.CharField(max_length=16, default="")
    work_type = fields.CharField(max_length=40, default="")
    skill_level = fields.CharField(max_length=8, default="")  # 五级 … 一级 (highest)
    certificate_number = fields.CharField(max_length=80, default="")
    degree = fields.CharField(max_length=32, default="")
    title = fields.CharField(max_length=40, default="")
    years = fields.IntField(default=0)
    modalities: Any = fields.JSONField(default=list)
    task_types: Any = fields.JSONField(default=list)
    domains: Any = fields.JSONField(default=list)
    languages: Any = fields.JSONField(default=list)
    trained_on = fields.DateField(null=True)  # last confidentiality training
    rate_unit = fields.CharField(max_length=16, default="")
    rate_min = fields.DecimalField(max_digits=14, decimal_places=4, null=True)
    rate_max = fields.DecimalField(max_digits=14, decimal_places=4, null=True)
    availability = fields.CharField(max_length=16, default="")
    talent_class = fields.CharField(max_length=8, default="")
    summary = fields.TextField(default="")
    consented_at = fields.DatetimeField(null=True)
    consented_fields: Any = fields.JSONField(default=list)
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "talents"
        indexes = (("organisation_id",), ("region_code",))


class DirectoryTag(Row):
    """One public word of a listed supplier or talent, kept for filters and their counts.

    Rows exist only while the subject is listed, and only for what it shows in public.
    """

    listing = fields.CharField(max_length=16)  # suppliers or talents
    subject_id = fields.UUIDField()
    facet = fields.CharField(max_length=24)
    value = fields.CharField(max_length=80)

    class Meta:
        table = "directory_tags"
        unique_together = (("listing", "subject_id", "facet", "value"),)
        indexes = (("listing", "facet", "value"),)
