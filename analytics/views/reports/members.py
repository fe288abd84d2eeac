"""People in a table: what they are called, and the way to each one's page."""

from collections.abc import Iterable

from django.urls import reverse

from analytics.reports.people.called import called
from analytics.reports.people_of import Member
from analytics.views.reports import tables
from analytics.views.reports.tables import Cell, Column
from workspaces.models import Environment, Workspace

COLUMNS = [Column("Person"), Column("Country"), Column("Visits", True), Column("First seen"), Column("Last seen")]


def rows(workspace: Workspace, environment: Environment, members: Iterable[Member]) -> list[list[Cell]]:
    """For COLUMNS."""
    return [
        [
            person(workspace, environment, each.user_id, each.person_id),
            tables.country(each.country),
            tables.count(each.visits),
            tables.moment(each.first_seen, workspace.timezone),
            tables.moment(each.last_seen, workspace.timezone),
        ]
        for each in members
    ]


def person(workspace: Workspace, environment: Environment, user_id: str, person_id: str) -> Cell:
    tail = "?env=test" if environment == "test" else ""
    return Cell(called(user_id, person_id), person_id, href=reverse("person", args=[workspace.slug, person_id]) + tail)


def counted(size: int) -> str:
    return f"{size:,} {'person' if size == 1 else 'people'}"
