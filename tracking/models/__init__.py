"""What tracking keeps in PostgreSQL, a file a noun. Events themselves live in the event store (tracking.store)."""

from tracking.models.container import Adaptor, Container, Revision
from tracking.models.rules import CollectionRules
from tracking.models.script import ScriptChannel, ScriptFile
from tracking.models.stored import Event

__all__ = ["Adaptor", "CollectionRules", "Container", "Event", "Revision", "ScriptChannel", "ScriptFile"]
