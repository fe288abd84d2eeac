"""What was used: the ledger, its sums, and what is held beyond a limit."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0003_tag_containers")]

    operations = [
        migrations.CreateModel(
            name="UsageProgress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "booked_entry",
                    models.CharField(default="0-0", help_text="Last line of the log's stream.", max_length=40),
                ),
                ("rolled_id", models.BigIntegerField(default=0, help_text="Last entry that DailyUsage knows of.")),
                ("rolled_at", models.DateTimeField(blank=True, null=True)),
                ("reconciled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "usage progress",
            },
        ),
        migrations.CreateModel(
            name="DailyUsage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("metric", models.CharField(max_length=64)),
                ("quantity", models.BigIntegerField()),
                ("rolled_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="daily_usage",
                        to="workspaces.organization",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "daily usage",
                "ordering": ["day", "metric"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "day", "metric", "workspace"), name="one_sum_of_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldEvents",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "entry",
                    models.CharField(help_text="Its place in the log's stream `held`.", max_length=40, unique=True),
                ),
                ("dataset_id", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                ("sealed", models.TextField(editable=False)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_events",
                        to="workspaces.organization",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "held events",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["organization", "id"], name="held_in_order")],
            },
        ),
        migrations.CreateModel(
            name="UsageDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("counted", models.BigIntegerField(help_text="Empty: the counters of that day are gone.", null=True)),
                ("booked", models.BigIntegerField()),
                ("stored", models.BigIntegerField()),
                ("found_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usage_differences",
                        to="workspaces.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["-day"],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "day"), name="one_difference_of_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.BigIntegerField(default=0, help_text="Of the API key; 0: a person, or nobody.")),
                ("metric", models.CharField(max_length=64)),
                ("quantity", models.BigIntegerField()),
                (
                    "event_id",
                    models.CharField(help_text="Named by the sender, or by the place in the log.", max_length=128),
                ),
                ("at", models.DateTimeField(help_text="When it was used; of events the hour of receipt.")),
                ("booked_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.organization"
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "usage entries",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["organization", "metric", "at"], name="usage_by_moment"),
                    models.Index(fields=["organization", "metric", "booked_at"], name="usage_by_booking"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "metric", "event_id"), name="booked_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="only_what_was_used_is_booked"
                    ),
                ],
            },
        ),
        # The judge must not change his mind. Rows go with their organization; until then they stay as they are.
        migrations.RunSQL(
            """
            CREATE FUNCTION usage_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'The usage ledger is append-only: book another entry instead.';
            END $$;
            CREATE TRIGGER usage_is_only_added_to BEFORE UPDATE ON tracking_usageentry
                FOR EACH ROW EXECUTE FUNCTION usage_is_only_added_to();
            """,
            """
            DROP TRIGGER usage_is_only_added_to ON tracking_usageentry;
            DROP FUNCTION usage_is_only_added_to();
            """,
        ),
    ]
