"""Alerts: rules, their history, the messages that wait; and annotations."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0004_dashboards"),
        ("workspaces", "0003_connections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("environment", models.CharField(default="live", max_length=4)),
                ("name", models.CharField(max_length=80)),
                ("query", models.JSONField()),
                ("window_minutes", models.PositiveIntegerField(default=60)),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("above", "is above"),
                            ("below", "is below"),
                            ("equals", "equals"),
                            ("change", "changes by more than"),
                            ("anomaly", "is unusual"),
                            ("absence", "stays away"),
                        ],
                        max_length=8,
                    ),
                ),
                ("threshold", models.FloatField(default=0)),
                (
                    "direction",
                    models.CharField(
                        choices=[("either", "up or down"), ("up", "up"), ("down", "down")],
                        default="either",
                        max_length=6,
                    ),
                ),
                (
                    "against",
                    models.CharField(
                        choices=[
                            ("previous", "the time just before"),
                            ("day", "the same time yesterday"),
                            ("week", "the same time a week ago"),
                        ],
                        default="previous",
                        max_length=8,
                    ),
                ),
                ("for_minutes", models.PositiveIntegerField(default=0)),
                ("margin_pct", models.FloatField(default=0)),
                ("schedule", models.JSONField(blank=True, help_text="When it is evaluated; null: always.", null=True)),
                ("quiet_hours", models.JSONField(blank=True, help_text="When nobody is told; null: never.", null=True)),
                ("tells_resolved", models.BooleanField(default=True)),
                ("tells_no_data", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "not evaluated yet"),
                            ("ok", "quiet"),
                            ("pending", "about to fire"),
                            ("firing", "firing"),
                            ("no_data", "no data"),
                            ("invalid", "cannot be asked"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                (
                    "is_open",
                    models.BooleanField(
                        default=False, help_text="It crossed and has not come back; outlives a lack of data."
                    ),
                ),
                ("beyond_since", models.DateTimeField(blank=True, null=True)),
                ("last_value", models.FloatField(blank=True, null=True)),
                ("last_reason", models.CharField(blank=True, help_text="Why there is no value.", max_length=300)),
                ("last_triggered_at", models.DateTimeField(blank=True, null=True)),
                ("evaluated_at", models.DateTimeField(blank=True, null=True)),
                ("next_at", models.DateTimeField(db_index=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("channels", models.ManyToManyField(blank=True, related_name="+", to="workspaces.connection")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alerts", to="workspaces.workspace"
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="AlertChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("fired", "Fired"),
                            ("resolved", "Resolved"),
                            ("no_data", "No data"),
                            ("data", "Data is back"),
                            ("invalid", "Cannot be asked"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("said", models.CharField(help_text="In words, as it is told.", max_length=600)),
                ("value", models.FloatField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, help_text="When what began here was over.", null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="analytics.alertrule"
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Annotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(choices=[("note", "Note"), ("release", "Release")], default="note", max_length=7),
                ),
                ("at", models.DateTimeField()),
                ("text", models.CharField(max_length=200)),
                ("url", models.URLField(blank=True, max_length=500)),
                ("is_shared", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="annotations",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("withdrawn", "Not needed any more"),
                            ("failed", "Given up"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "is_held",
                    models.BooleanField(default=False, help_text="It waits for quiet hours or a snooze to end."),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=512)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="analytics.alertchange"
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.connection"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddIndex(
            model_name="alertchange",
            index=models.Index(fields=["rule", "-at"], name="alert_history"),
        ),
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(fields=["workspace", "at"], name="annotation_at"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="notice_due"),
        ),
    ]
