"""The events explorer: single events, newest first, and a live tail of those of the last half hour.

?after=<cursor>   the page below that place; what arrives meanwhile moves nothing
?tail=on          the newest, asked for again whenever something arrived; ?tail=paused stands still
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from django.http import QueryDict

from analytics.query import periods, run_many
from analytics.query.model import Filter, Query, QueryError
from analytics.query.page import PageQuery
from analytics.query.words import known
from analytics.reports.events import COLUMNS, list_events, properties_text, stream_events
from analytics.reports.realtime import visitors_now
from analytics.views.menus import Item
from analytics.views.reports.event_lines import event_line
from analytics.views.reports.frame import Report, ReportPage
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs

ROWS, TAIL_ROWS = 50, 50
TAIL_MS = 1000
NAMES = 30
TAILS = {"off": "List", "on": "Live tail", "paused": "Paused"}


@dataclass(frozen=True)
class Question:
    after: str = ""
    tail: str = "off"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [("after", self.after), ("tail", self.tail)]
        return [(name, value) for name, value in pairs if value and value != "off"]


def read(params: QueryDict, page: PageQuery) -> Question:
    tail = known("tail", params.get("tail", "off"), TAILS, "tail")
    return Question("" if tail != "off" else params.get("after", ""), tail)


def show(request: WorkspaceRequest, page: ReportPage, question: Question) -> dict[str, Any]:
    query = asked(page, question)
    error = ""
    try:
        found = list_events(query, TAIL_ROWS if question.tail != "off" else ROWS, question.after or None)
    except QueryError as refused:
        found, error = list_events(query, ROWS), str(refused)
    lines = [event_line(request.workspace, page.environment, each) for each in found.events]
    is_list = question.tail == "off"
    older = page.asking(replace(question, after=found.next_cursor)).url() if found.next_cursor and is_list else ""
    return {
        "lines": lines,
        "notice": error,
        "older_href": older,
        "newest_href": page.asking(Question()).url() if question.after else "",
        "tail": question.tail,
        "list_href": page.asking(Question()).url(),
        "tail_href": page.asking(Question(tail="on")).url(),
        "pause_href": page.asking(Question(tail="paused")).url(),
        "names": _names(page, question),
        "event": next((each.values[0] for each in page.filters if _is_name(each)), "Every event"),
        "now": visitors_now(page.dataset_id, page.now) if not is_list else None,
        "visitors_now": visitors_now(page.dataset_id, page.now),
        "refresh_ms": TAIL_MS if question.tail == "on" else 0,
    }


def asked(page: ReportPage, question: Question) -> Query:
    query = page.query(compare=None)
    if question.tail == "off":
        return query
    return replace(query, period=periods.preset("realtime", page.now, page.zone))


def _names(page: ReportPage, question: Question) -> list[Item]:
    """The events there are; choosing one filters by it."""
    others = tuple(each for each in page.filters if not _is_name(each))
    everything = replace(page, filters=others, own=tuple(replace(question, after="").parameters))
    query = replace(asked(everything, question), metrics=("events",), dimensions=("event",), limit=NAMES, totals=False)
    rows = run_many([query], page.now)[0].rows
    chosen = [each.values for each in page.filters if _is_name(each)]
    items = [Item("Every event", everything.url(), not chosen)]
    for row in rows:
        name = row.keys[0]
        items.append(Item(name, everything.with_filter("event", name).url(), (name,) in chosen))
    return items


def _is_name(given: object) -> TypeGuard[Filter]:
    return isinstance(given, Filter) and given.dimension == "event" and given.operator == "is"


def table(page: ReportPage, question: Question) -> Iterable[Iterable[object]]:
    yield COLUMNS
    for event in stream_events(asked(page, question), page.most_rows):
        yield [*list(event.values())[:-1], properties_text(event)]


REPORT = Report(
    "events", "Events", "analytics/reports/events.html", "events", read, show, table, False, needs("analyse")
)
