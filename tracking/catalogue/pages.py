"""What the pages of the catalogue show: what was seen beside what schemas declare."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from tracking.models import EventSchema, SeenEvent, SeenProperty
from tracking.schemas.definition import spelled_out
from workspaces.models import Environment, Workspace

NEW = timedelta(days=7)
VIEWS = {"all": "All", "new": "New", "unused": "Unused", "undeclared": "In no schema"}


@dataclass(frozen=True)
class Row:
    """One kind of event; `seen` is None where a schema declares one that never came."""

    name: str
    seen: SeenEvent | None
    schemas: list[str] = field(default_factory=list)
    is_new: bool = False

    @property
    def is_unused(self) -> bool:
        return self.seen is None or self.seen.volume == 0


@dataclass(frozen=True)
class PropertyRow:
    name: str
    seen: SeenProperty | None
    declared: dict[str, Any] | None
    is_new: bool = False

    @property
    def is_at_odds(self) -> bool:
        """Values read otherwise than the schema says. Any value can be a string."""
        if self.seen is None or self.declared is None:
            return False
        return self.declared["type"] not in (self.seen.kind, "string", "object", "datetime")


def rows(workspace: Workspace, environment: Environment, view: str, search: str, now: datetime) -> list[Row]:
    """Of one of VIEWS; `search` looks at names, descriptions and properties."""
    declared = _declared(workspace)
    seen = _found(SeenEvent.objects.filter(workspace=workspace, environment=environment), search)
    found = [
        Row(each.name, each, declared.get(each.name, []), now - each.first_seen < NEW)
        for each in seen.select_related("owner")
    ]
    names = set(SeenEvent.objects.filter(workspace=workspace, environment=environment).values_list("name", flat=True))
    missing = [Row(name, None, schemas) for name, schemas in declared.items() if name not in names]
    found += [row for row in missing if search.lower() in row.name.lower()]
    return [row for row in found if _is_in(view, row)]


def properties(event: SeenEvent, now: datetime) -> list[PropertyRow]:
    """Those that were seen and those that a schema declares, by name."""
    declared: dict[str, dict[str, Any]] = {}
    for schema in EventSchema.objects.filter(workspace_id=event.workspace_id):
        declared = {name: spelled_out(said) for name, said in schema.properties.get(event.name, {}).items()} | declared
    seen = {each.name: each for each in event.properties.all()}
    return [
        PropertyRow(name, seen.get(name), declared.get(name), name in seen and now - seen[name].first_seen < NEW)
        for name in sorted(seen.keys() | declared.keys())
    ]


def _declared(workspace: Workspace) -> dict[str, list[str]]:
    """Event → the schemas that have it."""
    found: dict[str, list[str]] = {}
    for name, events in EventSchema.objects.filter(workspace=workspace).values_list("name", "properties"):
        for event in events:
            found.setdefault(event, []).append(name)
    return found


def _found(seen: QuerySet[SeenEvent], search: str) -> QuerySet[SeenEvent]:
    if not search:
        return seen
    wanted = Q(name__icontains=search) | Q(description__icontains=search)
    return seen.filter(wanted | Q(properties__name__icontains=search)).distinct()


def _is_in(view: str, row: Row) -> bool:
    if view == "new":
        return row.is_new
    if view == "unused":
        return row.is_unused
    return not row.schemas if view == "undeclared" else True
