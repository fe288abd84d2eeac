"""What was seen, as a schema to begin with."""

from tracking.models import SeenEvent
from tracking.schemas.definition import MAX_EVENTS, MAX_PROPERTIES, Definition
from workspaces.models import Environment, Workspace


def of_seen(workspace: Workspace, environment: Environment) -> Definition:
    """The customer's own events (custom ones and goals), each property with the type that its values read as."""
    own = SeenEvent.objects.filter(workspace=workspace, environment=environment, type__in=["custom", "goal"])
    found: Definition = {}
    for event in own.prefetch_related("properties")[:MAX_EVENTS]:
        seen = [each for each in event.properties.all() if "." not in each.name and each.name != "schema_id"]
        found.setdefault(event.name, {}).update({each.name: each.kind for each in seen[:MAX_PROPERTIES]})
    return found
