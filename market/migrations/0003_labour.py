from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from billing.chart import AccountKind
from billing.labour_states import PayeeStatus
from market.kit.clock import now
from market.kit.ids import uuid7
from market.kit.migrating import AlterChoices


class Migration(migrations.Migration):
    dependencies = [("models", "0002_institutions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LabourPayee",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=80)),
                ("identity", fields.CharField(max_length=64)),
                ("id_sealed", fields.BinaryField()),
                ("id_tail", fields.CharField(max_length=4)),
                ("bank_name", fields.CharField(max_length=120)),
                ("bank_account", fields.CharField(max_length=40)),
                (
                    "status",
                    fields.CharEnumField(
                        default=PayeeStatus.REGISTERED,
                        description="REGISTERED: registered\nCONFIRMED: confirmed\nENDED: ended",
                        enum_type=PayeeStatus,
                        max_length=32,
                    ),
                ),
                (
                    "confirmed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "labour_payees",
                "app": "models",
                "unique_together": (("person", "organisation"),),
                "indexes": [
                    Index(fields=["identity"]),
                    Index(fields=["organisation_id", "status"]),
                ],
                "pk_attr": "id",
                "table_description": "described by its model",
            },
            bases=["Stateful"],
        ),
        ops.CreateModel(
            name="LabourIncome",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                (
                    "payee",
                    fields.ForeignKeyField(
                        "models.LabourPayee",
                        source_field="payee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="incomes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "payout",
                    fields.OneToOneField(
                        "models.HoldingPayout",
                        source_field="payout_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="labour",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("identity", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=80)),
                ("paid_on", fields.DateField()),
                ("income_fen", fields.BigIntField()),
                ("run_fen", fields.BigIntField()),
                ("months", fields.IntField()),
                ("taxable_fen", fields.BigIntField()),
                ("rate_bp", fields.IntField()),
                ("quick_fen", fields.BigIntField()),
                ("before_fen", fields.BigIntField()),
                ("tax_fen", fields.BigIntField()),
            ],
            options={
                "table": "labour_incomes",
                "app": "models",
                "indexes": [
                    Index(fields=["identity", "paid_on"]),
                    Index(fields=["paid_on"]),
                    Index(fields=["payee_id"]),
                ],
                "pk_attr": "id",
                "table_description": "described by its model",
            },
            bases=["AppendOnly"],
        ),
        ops.CreateModel(
            name="TaxRemittance",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("month", fields.CharField(unique=True, max_length=7)),
                ("amount_fen", fields.BigIntField()),
                ("reference", fields.CharField(max_length=64)),
                ("remitted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "tax_remittances",
                "app": "models",
                "pk_attr": "id",
                "table_description": "described by its model",
            },
            bases=["AppendOnly"],
        ),
        AlterChoices(
            model_name="LedgerAccount",
            name="kind",
            field=fields.CharEnumField(
                description="CUSTODY_BANK: custody_bank\nPROCESSOR_CLEARING: processor_clearing\nBUYER_PAYABLE: buyer_payable\nTREASURY_RECEIVABLE: treasury_receivable\nORDER_PLEDGED: order_pledged\nORDER_HELD: order_held\nSUPPLIER_RECEIVABLE: supplier_receivable\nSUBSIDY_PAYABLE: subsidy_payable\nPLATFORM_FEE: platform_fee\nTAX: tax\nSUSPENSE: suspense\nDEPOSIT_HELD: deposit_held\nFEE_HELD: fee_held\nCUSTODY_INTEREST: custody_interest\nWITHHELD_TAX: withheld_tax",
                enum_type=AccountKind,
                max_length=32,
            ),
        ),
        AlterChoices(
            model_name="Payout",
            name="source",
            field=fields.CharEnumField(
                description="CUSTODY_BANK: custody_bank\nPROCESSOR_CLEARING: processor_clearing\nBUYER_PAYABLE: buyer_payable\nTREASURY_RECEIVABLE: treasury_receivable\nORDER_PLEDGED: order_pledged\nORDER_HELD: order_held\nSUPPLIER_RECEIVABLE: supplier_receivable\nSUBSIDY_PAYABLE: subsidy_payable\nPLATFORM_FEE: platform_fee\nTAX: tax\nSUSPENSE: suspense\nDEPOSIT_HELD: deposit_held\nFEE_HELD: fee_held\nCUSTODY_INTEREST: custody_interest\nWITHHELD_TAX: withheld_tax",
                enum_type=AccountKind,
                max_length=32,
            ),
        ),
        ops.AddIndex(
            model_name="QuoteRequest",
            index=Index(fields=["status", "wanted_on"]),
        ),
        ops.AddIndex(
            model_name="QuoteRequest",
            index=Index(fields=["status", "valid_until"]),
        ),
    ]
