"""Destinations of events: their settings and position, the outbox, what became of each day's events."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_usage"), ("workspaces", "0003_connections")]

    operations = [
        migrations.CreateModel(
            name="Forwarding",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="forwarding",
                        serialize=False,
                        to="workspaces.connection",
                    ),
                ),
                (
                    "environment",
                    models.CharField(
                        choices=[("live", "Live events"), ("test", "Test events")], default="live", max_length=4
                    ),
                ),
                (
                    "event_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                ("renamed_events", models.JSONField(blank=True, default=dict)),
                ("renamed_properties", models.JSONField(blank=True, default=dict)),
                (
                    "dropped_properties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                ("sends_personal_data", models.BooleanField(default=False)),
                ("sends_bots", models.BooleanField(default=False)),
                ("begun_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("position", models.DateTimeField()),
                ("position_id", models.UUIDField(null=True)),
                (
                    "late_seen",
                    models.PositiveBigIntegerField(default=0, help_text="The last LateArrival that was looked at."),
                ),
                ("swept_at", models.DateTimeField(help_text="When stragglers were looked for.", null=True)),
                ("claim", models.UUIDField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0, help_text="In a row.")),
                ("failing_since", models.DateTimeField(null=True)),
                ("waits_until", models.DateTimeField(help_text="The breaker: nothing is tried before.", null=True)),
                (
                    "told_hours",
                    models.PositiveSmallIntegerField(default=0, help_text="Of failing, as the last mail said."),
                ),
                ("last_sent_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=512)),
            ],
        ),
        migrations.CreateModel(
            name="LateArrival",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dataset_id", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                ("ids", models.BinaryField(help_text="16 bytes an event.")),
                ("noted_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["dataset_id", "id"], name="late_arrivals_by_dataset")]},
        ),
        migrations.CreateModel(
            name="Resend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                ("position", models.DateTimeField()),
                ("position_id", models.UUIDField(null=True)),
                ("asked_by", models.CharField(max_length=255)),
                ("asked_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField(help_text="When all of it was in the outbox.", null=True)),
                ("eligible", models.PositiveBigIntegerField(default=0)),
                ("sent", models.PositiveBigIntegerField(default=0)),
                ("rejected", models.JSONField(default=dict)),
                (
                    "forwarding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="resends", to="tracking.forwarding"
                    ),
                ),
            ],
            options={"ordering": ["-asked_at"]},
        ),
        migrations.CreateModel(
            name="DeliveryDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("eligible", models.PositiveBigIntegerField(default=0)),
                ("sent", models.PositiveBigIntegerField(default=0)),
                ("rejected", models.JSONField(default=dict, help_text="Reason → events.")),
                (
                    "forwarding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="days", to="tracking.forwarding"
                    ),
                ),
            ],
            options={
                "ordering": ["-day"],
                "constraints": [models.UniqueConstraint(fields=("forwarding", "day"), name="one_delivery_day")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("day", models.DateField(help_text="UTC, of receipt: the events of a batch share it.")),
                ("events", models.PositiveIntegerField()),
                (
                    "ids",
                    models.BinaryField(
                        help_text="16 bytes an event; emptied when it is settled and nobody asks any more."
                    ),
                ),
                ("received_from", models.DateTimeField()),
                ("received_to", models.DateTimeField()),
                ("happened_from", models.DateTimeField()),
                ("happened_to", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Waiting"), ("done", "Answered"), ("dead", "Dead letter")],
                        default="pending",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("sent", models.PositiveIntegerField(default=0)),
                ("rejected", models.JSONField(default=dict, help_text="Reason → events.")),
                ("error", models.CharField(blank=True, max_length=512)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "forwarding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="tracking.forwarding"
                    ),
                ),
                (
                    "resend",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="tracking.resend",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=["forwarding", "due_at"],
                        name="open_deliveries",
                    ),
                    models.Index(fields=["forwarding", "received_to"], name="deliveries_by_receipt"),
                    models.Index(fields=["settled_at"], name="settled_deliveries"),
                ],
            },
        ),
    ]
