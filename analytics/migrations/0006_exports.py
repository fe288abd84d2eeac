"""Exports in the background, and reports by mail."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0005_alerts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exports", to="workspaces.workspace"
                    ),
                ),
                ("environment", models.CharField(default="live", max_length=4)),
                ("source", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("format", models.CharField(max_length=8)),
                ("parameters", models.TextField(blank=True)),
                ("requested_by", models.CharField(max_length=255)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("gathering", "Gathering rows"),
                            ("writing", "Writing the file"),
                            ("done", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("plan", models.JSONField(null=True)),
                ("heading", models.JSONField(default=list)),
                ("pieces", models.JSONField(default=list)),
                ("rows", models.BigIntegerField(default=0)),
                ("rows_total", models.BigIntegerField(null=True)),
                ("rows_written", models.BigIntegerField(default=0)),
                ("file", models.CharField(blank=True, max_length=80)),
                ("size", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("finished_at", models.DateTimeField(null=True)),
                ("claim", models.UUIDField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ("-requested_at", "-id"),
                "indexes": [
                    models.Index(fields=["workspace", "-requested_at"], name="export_listed"),
                    models.Index(
                        condition=models.Q(("state__in", ["done", "failed"]), _negated=True),
                        fields=["claimed_until"],
                        name="export_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduledReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scheduled_reports",
                        to="workspaces.workspace",
                    ),
                ),
                ("environment", models.CharField(default="live", max_length=4)),
                ("source", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("parameters", models.TextField(blank=True)),
                (
                    "every",
                    models.CharField(
                        choices=[("week", "every Monday"), ("month", "on the first of each month")],
                        default="week",
                        max_length=5,
                    ),
                ),
                ("origin", models.CharField(max_length=255)),
                ("next_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=255)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("title", "id"),
                "indexes": [models.Index(fields=["next_at"], name="report_due")],
            },
        ),
        migrations.CreateModel(
            name="ReportRecipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
                        to="analytics.scheduledreport",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("is_guest", models.BooleanField(default=False)),
                ("unsubscribed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("email",),
                "constraints": [models.UniqueConstraint(fields=("report", "email"), name="report_recipient")],
            },
        ),
        migrations.CreateModel(
            name="ReportMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="analytics.reportrecipient",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("gave_up_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("-due_at",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("gave_up_at__isnull", True), ("sent_at__isnull", True)),
                        fields=["claimed_until"],
                        name="report_mail_open",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("recipient", "due_at"), name="report_mail_once")],
            },
        ),
    ]
