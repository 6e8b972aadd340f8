from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="TokenRate",
            fields=[
                (
                    "address",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("full_at", models.FloatField(db_index=True)),
            ],
        ),
    ]
