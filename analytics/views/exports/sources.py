"""What can be exported: every report, every panel of the overview, its series, and single events.

A source gives a table, heading first; how many rows at most says who asks. Single events are cut into pieces, so that
an export of any length goes on where it stopped.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict

from analytics.exports.tables import rows_of
from analytics.models import Export
from analytics.query import run
from analytics.query.model import QueryError
from analytics.query.page import PageQuery
from analytics.query.parse import from_params
from analytics.reports import all_events
from analytics.views.exports.menu import PERSONAL
from analytics.views.panels import TABS
from analytics.views.reports import behaviour_routes, definitions, events, routes, trends
from analytics.views.reports.frame import Report, ReportPage, check_filters, read_question
from workspaces.models import Environment, Role, Workspace
from workspaces.roles import needs

Rows = Iterable[Iterable[Any]]
REPORTS: dict[str, Report[Any]] = {
    each.name: each
    for each in (trends.REPORT, *behaviour_routes.REPORTS, *routes.SINGLE, *routes.SUMMED, definitions.REPORT)
}


@dataclass(frozen=True)
class Asked:
    """Whose numbers, in which state of the page, when; and how many rows there may be."""

    workspace: Workspace
    params: QueryDict
    now: datetime
    most_rows: int

    @property
    def page(self) -> PageQuery:
        """QueryError says what is wrong with the parameters."""
        return from_params(self.params, self.workspace, self.now)


@dataclass(frozen=True)
class Source:
    name: str  # in addresses
    title: str
    needs: Role
    table: Callable[[Asked], Rows]  # heading first. QueryError


def asked(
    workspace: Workspace, environment: Environment, parameters: str, now: datetime, most_rows: int | None = None
) -> Asked:
    """`parameters` as they stand in a URL; without a comparison unless they name one."""
    params = QueryDict(parameters.removeprefix("?")).copy()
    params["env"] = environment
    params.setdefault("compare", "off")
    return Asked(workspace, params, now, settings.EXPORT_MAX_ROWS if most_rows is None else most_rows)


def environment_of(params: QueryDict) -> Environment:
    return "test" if params.get("env") == "test" else "live"


def read(report: Report[Any], given: Asked) -> tuple[ReportPage, Any]:
    """The page and the question that the parameters ask for. QueryError: nothing gives way here, nor on a first day."""
    page, question, error = read_question(report, given.params, given.workspace, given.page)
    if error:
        raise QueryError(error)
    return replace(page, most_rows=given.most_rows), question


def check(source: str, given: Asked) -> None:
    """QueryError for what cannot be asked of a report, filters that it leaves out included.

    What was asked for earlier, a mail every week say, is not checked again and goes on without them.
    """
    if source in REPORTS:
        check_filters(read(REPORTS[source], given)[0])


@dataclass(frozen=True)
class ExportWork:
    """An export's rows, as jobs.Work."""

    export: Export

    @property
    def _asked(self) -> Asked:
        export = self.export
        environment: Environment = "test" if export.environment == "test" else "live"
        return asked(export.workspace, environment, export.parameters, export.requested_at, sys.maxsize)

    def plan(self) -> list[dict[str, Any]]:
        if self.export.source != events.REPORT.name:
            return [{}]
        found = all_events.spans(_events_query(self._asked), self.export.requested_at)
        parts: list[dict[str, Any]] = [
            {"from": each.start.isoformat(), "to": each.end.isoformat(), "rows": each.rows} for each in found
        ]
        return parts or [{}]

    def rows(self, part: dict[str, Any]) -> Iterator[Sequence[Any]]:
        if self.export.source != events.REPORT.name:
            yield from map(list, SOURCES[self.export.source].table(self._asked))
            return
        yield all_events.HEADING
        if not part:
            return
        start, end = datetime.fromisoformat(part["from"]), datetime.fromisoformat(part["to"])
        yield from all_events.events_of(_events_query(self._asked), self.export.requested_at, start, end)


def _events_query(given: Asked) -> Any:
    return events.asked(*read(events.REPORT, given))


def _of_report(report: Report[Any]) -> Source:
    personal = needs("export") if report.name in PERSONAL else report.needs
    return Source(report.name, report.title, personal, lambda given: report.table(*read(report, given)))


def _of_tab(name: str) -> Source:
    tab = TABS[name]

    def table(given: Asked) -> Rows:
        asked = tab.on(given.page).query(given.page, min(given.most_rows, settings.EXPORT_MAX_ROWS))
        return rows_of(run(asked, given.now))

    return Source(f"overview-{name}", f"Overview: {tab.label}", Role.VIEWER, table)


def _series(given: Asked) -> Rows:
    page = given.page
    return rows_of(run(page.query(page.metric, interval=page.interval, totals=False), given.now))


SOURCES: dict[str, Source] = {
    each.name: each
    for each in (
        *map(_of_report, REPORTS.values()),
        Source("overview", "Overview: chart", Role.VIEWER, _series),
        *map(_of_tab, TABS),
    )
}
