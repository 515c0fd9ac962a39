from tortoise import migrations
from tortoise.migrations import operations as ops
from market.kit.clock import now
from market.kit.ids import uuid7
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0003_labour')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Shareholding',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='shareholdings', on_delete=OnDelete.RESTRICT)),
                ('holder_name', fields.CharField(max_length=120)),
                ('holder_uscc', fields.CharField(default='', max_length=18)),
                ('share_bp', fields.IntField()),
            ],
            options={'table': 'shareholdings', 'app': 'models', 'unique_together': (('organisation', 'holder_name', 'holder_uscc'),), 'pk_attr': 'id', 'table_description': 'described by its model'},
            bases=['Row'],
        ),
    ]
