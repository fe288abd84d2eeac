
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0008_limit_webhook"),
    ]

    operations = [
        migrations.AddField(
            model_name="alertrule",
            name="most_a_day",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="How often anybody is told within 24 hours; null: as often as it fires.",
                null=True,
            ),
        ),
    ]
