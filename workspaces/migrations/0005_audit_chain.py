"""The audit log becomes a chain that the database itself lets nobody change."""

import hashlib
import json
from datetime import UTC

import django.db.models.deletion
from django.db import migrations, models

FIRST = "0" * 64
GUARD = """
CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The log of an organization goes with it: then, and only then, its row is gone already.
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM workspaces_organization WHERE id = OLD.organization_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only: entries are neither changed nor deleted.';
END $$;
ALTER TABLE workspaces_auditentry
    ADD CONSTRAINT audit_goes_with_its_organization
    FOREIGN KEY (organization_id) REFERENCES workspaces_organization (id) ON DELETE CASCADE;
CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE ON workspaces_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_is_only_added_to();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON workspaces_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to();
-- A second wall, where the application's role is no superuser. DELETE stays: the constraint above deletes as the owner.
REVOKE UPDATE, TRUNCATE ON workspaces_auditentry FROM PUBLIC, CURRENT_USER;
"""
UNGUARD = """
GRANT UPDATE, TRUNCATE ON workspaces_auditentry TO CURRENT_USER;
DROP TRIGGER audit_is_not_emptied ON workspaces_auditentry;
DROP TRIGGER audit_is_only_added_to ON workspaces_auditentry;
ALTER TABLE workspaces_auditentry DROP CONSTRAINT audit_goes_with_its_organization;
DROP FUNCTION audit_is_only_added_to();
"""


def link(apps, schema_editor):
    """Numbers and seals for what was written before, in the order in which it was written."""
    entries = apps.get_model("workspaces", "AuditEntry").objects
    for organization_id in entries.order_by().values_list("organization_id", flat=True).distinct():
        previous = FIRST
        for number, entry in enumerate(entries.filter(organization_id=organization_id).order_by("id"), 1):
            said = [
                previous,
                number,
                str(entry.uid),
                entry.workspace_id,
                entry.actor,
                entry.action,
                entry.target,
                entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            ]
            seal = hashlib.sha256(json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
            entries.filter(pk=entry.pk).update(number=number, previous=previous, seal=seal)
            previous = seal


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0004_limits")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="organization",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="audit_entries",
                to="workspaces.organization",
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="workspace",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="workspaces.workspace",
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="number",
            field=models.PositiveBigIntegerField(
                default=0, help_text="From 1, without gaps, in each organization."
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="previous",
            field=models.CharField(
                default="", help_text="Seal of the entry before this one; 64 zeros at the first.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="seal",
            field=models.CharField(
                default="",
                help_text="SHA-256 of this entry and `previous`: see workspaces.audit.chain.",
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.AlterModelOptions(
            name="auditentry", options={"ordering": ["-number"], "verbose_name_plural": "audit entries"}
        ),
        migrations.RunPython(link, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.UniqueConstraint(
                fields=("organization", "number"), name="one_audit_entry_of_a_number"
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
