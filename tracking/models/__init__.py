"""What tracking keeps in PostgreSQL, a file a noun. Events themselves live in the event store (tracking.store)."""

from tracking.models.stored import Event

__all__ = ["Event"]
