import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_federation"),
    ]

    operations = [
        migrations.AlterField(
            model_name="registeredlimit",
            name="region",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="identity.region",
            ),
        ),
        migrations.AlterField(
            model_name="registeredlimit",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="identity.service",
            ),
        ),
    ]
