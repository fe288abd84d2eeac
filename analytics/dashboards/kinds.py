"""The kinds of widgets: what each is for, how large it begins, and how it reads its question.

A question is kept as parameters, `step=is,event,signup&step=is,goal,purchase`: what stands in the address of the report
that asks the same. The API takes the JSON of that report's endpoint too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import QueryDict

from analytics.dashboards import questions, reported
from analytics.query.model import QueryError
from analytics.query.saved import Saved
from analytics.reports import trends
from analytics.reports.funnel import read as funnel_read
from analytics.reports.paths import model as paths_read
from analytics.reports.retention import read as retention_read
from analytics.reports.trends import read as trends_read


class Question(Protocol):
    @property
    def parameters(self) -> list[tuple[str, str]]: ...


@dataclass(frozen=True)
class Kind:
    name: str
    label: str
    icon: str
    says: str
    width: int  # of twelve columns
    height: int  # in rows of the grid
    read: Callable[[QueryDict, Saved], Any]
    read_json: Callable[[Mapping[str, Any], Saved], Any] | None = None
    report: str = ""  # route of the page that asks the same
    template: str = ""  # of templates/analytics/dashboards/widgets/; empty: named as the kind


def _number(given: trends.Trend) -> trends.Trend:
    if len(given.series) > 1 and not given.formula or given.by:
        raise QueryError("A number has one series, or one formula over several, and no breakdown.", "question")
    return given


def _line(given: trends.Trend) -> trends.Trend:
    if given.show not in ("line", "area", "bar"):
        raise QueryError("A series is shown as line, area or bar.", "question")
    return given


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("number", "Number", "hashtag", "One figure, its change, and how it went.", 3, 2,
             lambda params, saved: _number(trends_read.from_params(params, saved)),
             lambda data, saved: _number(trends_read.from_json(data, saved)), "trends"),
        Kind("series", "Series", "arrow-trending-up", "Lines, areas or bars over time.", 6, 4,
             lambda params, saved: _line(trends_read.from_params(params, saved)),
             lambda data, saved: _line(trends_read.from_json(data, saved)), "trends"),
        Kind("bar", "Bars", "chart-bar", "The largest groups: sources, pages …", 4, 4, questions.groups),
        Kind("table", "Table", "table-cells", "Groups with several figures each.", 6, 4, questions.groups),
        Kind("funnel", "Funnel", "funnel", "How many take one step after the other.", 6, 4,
             funnel_read.from_params, funnel_read.from_json, "funnel"),
        Kind("retention", "Retention", "arrow-path", "Who comes back, and when.", 8, 5,
             retention_read.from_params, retention_read.from_json, "retention"),
        Kind("paths", "Paths", "map", "The ways people take.", 12, 6,
             paths_read.from_params, paths_read.from_json, "paths"),
        Kind("map", "Map", "globe-alt", "Countries of the world.", 6, 4, questions.countries),
        Kind("heatmap", "Heat map", "squares-2x2", "Every hour of the week.", 6, 4, questions.hours),
        Kind("revenue", "Revenue", "credit-card", "Payments less refunds, over time.", 6, 4, questions.money,
             report="revenue"),
        *(Kind(name, each.report.title, each.icon, each.says, 6, 5, reported.reader(each.report),
               report=name, template="reported") for name, each in reported.REPORTS.items()),
        Kind("text", "Text", "document-text", "A heading or a few words for readers.", 12, 1, questions.nothing),
        Kind("live", "Live", "signal", "Who is here now, minute by minute.", 6, 3, questions.nothing),
    )
}  # fmt: skip
