"""Keys of other tools, and the workspaces that take what is sent with them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

TOOLS = [
    ("segment", "Segment"),
    ("posthog", "PostHog"),
    ("mixpanel", "Mixpanel"),
    ("amplitude", "Amplitude"),
    ("plausible", "Plausible"),
    ("umami", "Umami"),
    ("matomo", "Matomo"),
    ("google", "Google Analytics 4"),
]


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_deliveries")]

    operations = [
        migrations.CreateModel(
            name="OtherKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("tool", models.CharField(choices=TOOLS, max_length=20)),
                ("key", models.CharField(max_length=200)),
                ("host", models.CharField(blank=True, max_length=253)),
                (
                    "environment",
                    models.CharField(choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4),
                ),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="other_keys",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={"ordering": ["tool", "key", "host"]},
        ),
        migrations.AddConstraint(
            model_name="otherkey",
            constraint=models.UniqueConstraint(fields=("tool", "key", "host"), name="other_key_once"),
        ),
    ]
