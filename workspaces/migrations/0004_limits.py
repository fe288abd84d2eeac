"""Limits of organizations and keys, and what was told of them."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0003_connections")]

    operations = [
        migrations.CreateModel(
            name="Limit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "metric",
                    models.CharField(
                        help_text="events, seats, or a unit the organization counts itself.", max_length=64
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("day", "a day"), ("month", "a month"), ("always", "at any time")], max_length=6
                    ),
                ),
                ("most", models.BigIntegerField(blank=True, help_text="Empty: as many as they like.", null=True)),
                (
                    "policy",
                    models.CharField(
                        choices=[
                            ("soft", "soft: go on, tell, and stop after the grace"),
                            ("hard", "hard: stop at the limit"),
                        ],
                        default="soft",
                        max_length=4,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("plan", "the plan"), ("own", "the organization itself"), ("operator", "an operator")],
                        default="operator",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, help_text="Why, for the next operator.", max_length=200)),
                ("set_at", models.DateTimeField(auto_now=True)),
                (
                    "api_key",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all of them together.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="limits",
                        to="workspaces.apikey",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="limits", to="workspaces.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["metric", "period", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("most__isnull", True), ("most__gte", 0), _connector="OR"),
                        name="a_limit_is_not_below_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "own"), _negated=True), ("api_key__isnull", False), _connector="OR"
                        ),
                        name="own_limits_are_those_of_keys",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("api_key__isnull", True)),
                        fields=("organization", "metric", "period", "source"),
                        name="one_limit_of_an_organization",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("api_key__isnull", False)),
                        fields=("api_key", "metric", "period", "source"),
                        name="one_limit_of_a_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(max_length=64)),
                (
                    "period",
                    models.CharField(
                        choices=[("day", "a day"), ("month", "a month"), ("always", "at any time")], max_length=6
                    ),
                ),
                ("starts_on", models.DateField()),
                ("percent", models.PositiveSmallIntegerField()),
                ("used", models.BigIntegerField()),
                ("most", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "api_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.apikey",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="limit_notices",
                        to="workspaces.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-percent"],
                "indexes": [models.Index(fields=["organization", "starts_on"], name="notices_of_a_period")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("api_key__isnull", True)),
                        fields=("organization", "metric", "period", "starts_on", "percent", "most"),
                        name="told_once_of_an_organization",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("api_key__isnull", False)),
                        fields=("api_key", "metric", "period", "starts_on", "percent", "most"),
                        name="told_once_of_a_key",
                    ),
                ],
            },
        ),
    ]
