"""The schemas of a workspace: made, changed and ended by people, and read by the door.

A change of what is demanded makes a new version; the versions before stay. Every change moves `revision`, by which the
door's processes notice: they look whenever they read a key anew, every few seconds.
"""

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from config.lib.problems import Problem
from config.lib.turns import take_turn
from tracking.models import EventSchema, FixRule, SchemaVersion
from tracking.schemas import definition
from tracking.schemas.compiled import NONE, Rule, Schema, Schemas, compiled
from workspaces import api_keys, audit
from workspaces.models import Workspace

MAX_SCHEMAS = 100
NAME = re.compile(r"(?!new$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}")  # it stands in addresses; /schemas/new/ is another page
FIELDS = ("name", "description", "mode", "checks_all", "is_closed", "properties")
DEMANDS = ("properties", "is_closed")  # what a version keeps
REMEMBERED_AT_MOST = 1000

_known: dict[int, tuple[list[tuple[int, int]], Schemas]] = {}


def of_workspace(workspace: Workspace) -> QuerySet[EventSchema]:
    return EventSchema.objects.filter(workspace=workspace)


def find(workspace: Workspace, name: str) -> EventSchema | None:
    """Whatever the name is: PostgreSQL would choke on some."""
    if not NAME.fullmatch(name):
        return None
    return of_workspace(workspace).select_related("workspace__organization").filter(name=name).first()


def create(workspace: Workspace, *, actor: Any, now: datetime, **fields: Any) -> EventSchema:
    """`fields`: some of FIELDS, name and properties among them. Raises Problem."""
    if of_workspace(workspace).count() >= MAX_SCHEMAS:
        raise Problem(409, "too_many", f"A workspace has at most {MAX_SCHEMAS} schemas. Delete one first.")
    if not NAME.fullmatch(fields["name"]):
        raise Problem(
            422, "invalid_name", "Use letters, digits, dots, dashes and underscores; not “new” alone.", field="name"
        )
    made = EventSchema(workspace=workspace, created_at=now, changed_at=now, **_checked(fields))
    try:
        with transaction.atomic():
            made.save()
            _keep_version(made, actor, now)
            _record(made, "schema.create", actor, now)
    except IntegrityError:  # only the database knows who is making one of the same name at this moment
        detail = "A schema of this name exists. Change that one with PUT."
        raise Problem(409, "name_taken", detail, field="name") from None
    api_keys.forget()  # this process knows at once, here and below
    return made


def change(schema: EventSchema, changes: dict[str, Any], *, actor: Any, now: datetime) -> None:
    """`changes`: some of FIELDS; all others stay as they are now. Raises Problem."""
    checked = _checked(changes)
    if checked.pop("name", schema.name) != schema.name:
        raise Problem(422, "name_stays", "Events name the schema, so its name stays. Create another.", field="name")
    with transaction.atomic():
        take_turn(schema, "schema", "workspace__organization")
        demands_more = any(checked.get(name, getattr(schema, name)) != getattr(schema, name) for name in DEMANDS)
        for name, value in checked.items():
            setattr(schema, name, value)
        schema.version += demands_more
        _touch(schema, now)
        if demands_more:
            _keep_version(schema, actor, now)
        _record(schema, "schema.change", actor, now)
    api_keys.forget()


def delete(schema: EventSchema, *, actor: Any, now: datetime) -> None:
    """With its rules. Events that name it are taken as they are from now on."""
    with transaction.atomic():
        _record(schema, "schema.delete", actor, now)
        schema.delete()
    api_keys.forget()


def add_rule(schema: EventSchema, rule: Rule, *, actor: Any, now: datetime) -> FixRule:
    """For events to come; those in quarantine are replayed by tracking.quarantine. `rule.number` is given here."""
    with transaction.atomic():
        take_turn(schema, "schema", "workspace__organization")
        made = FixRule.objects.create(
            schema=schema,
            event=rule.event,
            action=rule.action,
            property=rule.name,
            argument=rule.argument,
            made_by=str(actor)[:255],
            made_at=now,
        )
        _touch(schema, now)
        _record(schema, "schema.rule", actor, now, str(made))
    api_keys.forget()
    return made


def end_rule(rule: FixRule, *, actor: Any, now: datetime) -> None:
    """Events to come are not repaired by it any more; those it repaired stay repaired."""
    with transaction.atomic():
        take_turn(rule.schema, "schema", "workspace__organization")
        _record(rule.schema, "schema.rule_end", actor, now, str(rule))
        rule.delete()
        _touch(rule.schema, now)
    api_keys.forget()


def for_door(workspace: Workspace) -> Schemas:
    """The workspace's schemas, compiled once for each change. Asks the database."""
    stamps = list(of_workspace(workspace).values_list("pk", "revision"))
    if not stamps:
        return NONE
    stamped, found = _known.get(workspace.pk, ([], NONE))
    if stamped != stamps:
        found = Schemas(
            [(compiled_of(each), each.checks_all) for each in of_workspace(workspace).prefetch_related("fixes")]
        )
        if len(_known) >= REMEMBERED_AT_MOST:
            _known.clear()
        _known[workspace.pk] = stamps, found
    return found


def compiled_of(schema: EventSchema) -> Schema:
    """One of them with its rules."""
    rules = [Rule(each.pk, each.event, each.action, each.property, each.argument) for each in schema.fixes.all()]
    return compiled(schema.name, schema.version, schema.mode, schema.properties, schema.is_closed, rules)


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    checked = {name: value for name, value in fields.items() if name in FIELDS}
    if "properties" in checked:
        checked["properties"] = definition.cleaned(checked["properties"])
    return checked


def _touch(schema: EventSchema, now: datetime) -> None:
    schema.changed_at = now
    schema.revision = F("revision") + 1
    schema.save()
    schema.refresh_from_db(fields=["revision"])


def _keep_version(schema: EventSchema, actor: Any, now: datetime) -> None:
    SchemaVersion.objects.create(
        schema=schema,
        number=schema.version,
        properties=schema.properties,
        is_closed=schema.is_closed,
        saved_by=str(actor)[:255],
        saved_at=now,
    )


def _record(schema: EventSchema, action: str, actor: Any, now: datetime, target: str = "") -> None:
    workspace = schema.workspace
    said = target or schema.name
    audit.record(workspace.organization, actor, action, said, now=now, workspace=workspace)
