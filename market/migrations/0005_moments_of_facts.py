from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0004_shareholders')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='TradeFact',
            index=Index(fields=['kind', 'occurred_at', 'id']),
        ),
    ]
