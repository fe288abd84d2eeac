"""Schemas with their versions, rules and replays of the quarantine, the catalogue of what was seen."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tracking.models.schema


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_other_keys"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='EventSchema',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('description', models.CharField(blank=True, max_length=500)),
                ('mode', models.CharField(choices=[('observe', 'Observe: take it and count the fault'), ('warn', 'Warn: take it and tell the sender'), ('quarantine', 'Quarantine: set it aside to be repaired'), ('reject', 'Reject: refuse it')], default='warn', max_length=10)),
                ('checks_all', models.BooleanField(default=False, help_text='Also events of these names that name no schema.')),
                ('is_closed', models.BooleanField(default=False, help_text='A property that is not listed is a fault.')),
                ('properties', tracking.models.schema.DefinitionField(default=dict)),
                ('version', models.PositiveIntegerField(default=1, help_text='Of the properties.')),
                ('revision', models.PositiveIntegerField(default=1, help_text='Grows with every change, also of mode and rules.')),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schemas', to='workspaces.workspace')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='FixRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('event', models.CharField(max_length=200)),
                ('action', models.CharField(choices=[('rename', 'Rename'), ('cast', 'Convert'), ('default', 'Fill in'), ('drop', 'Drop'), ('hash', 'Hash'), ('rename_event', 'Rename the event')], max_length=12)),
                ('property', models.CharField(blank=True, max_length=200)),
                ('argument', models.JSONField(help_text='The new name, the type, or the value that is filled in.', null=True)),
                ('made_by', models.CharField(max_length=255)),
                ('made_at', models.DateTimeField()),
                ('schema', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fixes', to='tracking.eventschema')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('environment', models.CharField(max_length=4)),
                ('schema_name', models.CharField(max_length=100)),
                ('event', models.CharField(max_length=200)),
                ('started_by', models.CharField(max_length=255)),
                ('started_at', models.DateTimeField()),
                ('claimed_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('position', models.UUIDField(null=True)),
                ('released', models.PositiveIntegerField(default=0)),
                ('left', models.PositiveIntegerField(default=0)),
                ('stopped', models.CharField(blank=True, help_text='Why it ended early.', max_length=300)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replays', to='workspaces.workspace')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='SchemaVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('properties', tracking.models.schema.DefinitionField()),
                ('is_closed', models.BooleanField()),
                ('saved_by', models.CharField(max_length=255)),
                ('saved_at', models.DateTimeField()),
                ('schema', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='tracking.eventschema')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='SeenEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('environment', models.CharField(max_length=4)),
                ('type', models.CharField(help_text='One of the 13 event types.', max_length=32)),
                ('name', models.CharField(max_length=200)),
                ('first_seen', models.DateTimeField()),
                ('last_seen', models.DateTimeField()),
                ('volume', models.PositiveBigIntegerField(default=0, help_text='Events in the 30 days before the last look.')),
                ('description', models.CharField(blank=True, max_length=500)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='owned_events', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen_events', to='workspaces.workspace')),
            ],
            options={
                'ordering': ['-volume', 'name'],
            },
        ),
        migrations.CreateModel(
            name='SeenProperty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('kind', models.CharField(max_length=10)),
                ('examples', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None)),
                ('first_seen', models.DateTimeField()),
                ('last_seen', models.DateTimeField()),
                ('description', models.CharField(blank=True, max_length=500)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='properties', to='tracking.seenevent')),
            ],
            options={
                'verbose_name_plural': 'seen properties',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='CatalogueMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('environment', models.CharField(max_length=4)),
                ('read_until', models.DateTimeField()),
                ('looked_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='catalogue_marks', to='workspaces.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('workspace', 'environment'), name='one_mark_of_a_dataset')],
            },
        ),
        migrations.AddConstraint(
            model_name='eventschema',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_schema_of_a_name'),
        ),
        migrations.AddConstraint(
            model_name='schemaversion',
            constraint=models.UniqueConstraint(fields=('schema', 'number'), name='one_schema_version_of_a_number'),
        ),
        migrations.AddConstraint(
            model_name='seenevent',
            constraint=models.UniqueConstraint(fields=('workspace', 'environment', 'type', 'name'), name='one_seen_event_of_a_name'),
        ),
        migrations.AddConstraint(
            model_name='seenproperty',
            constraint=models.UniqueConstraint(fields=('event', 'name'), name='one_seen_property_of_a_name'),
        ),
    ]
