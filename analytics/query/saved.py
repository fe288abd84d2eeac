"""What questions name and people saved: segments and cohorts. Whoever reads a question gives what can be looked up."""

from typing import Protocol, TypeVar

from django.db.models import Model

from analytics.query.model import Cohort, QueryError, Segment

M = TypeVar("M", bound=Model)


class Saved(Protocol):
    """Raises QueryError for an id that is not there."""

    def segment(self, uid: str) -> Segment: ...

    def cohort(self, uid: str) -> Cohort: ...

    def row(self, model: type[M], uid: str, what: str) -> M:
        """The row of that id among those of the workspace."""
        ...


class _Nothing:
    """Where segments and cohorts cannot be named: within one another."""

    def segment(self, uid: str) -> Segment:
        raise QueryError("A segment cannot be used here. Write its filters instead.", "filters")

    def cohort(self, uid: str) -> Cohort:
        raise QueryError("A cohort cannot be used here. Write its filters instead.", "filters")

    def row(self, model: type[M], uid: str, what: str) -> M:
        raise QueryError(f"A {what} cannot be used here.", "filters")


NOTHING_SAVED: Saved = _Nothing()
