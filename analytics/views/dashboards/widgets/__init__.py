"""What each kind of widget shows, and its numbers as a table: for CSV, the API, and whoever cannot see the picture."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from analytics.dashboards.reported import REPORTS
from analytics.views.dashboards.page import DashboardPage
from analytics.views.dashboards.widgets import flows, grouped, live, money, reported, trends

Rows = Iterable[Iterable[object]]


@dataclass(frozen=True)
class Drawing:
    """`show`: the context of templates/analytics/dashboards/widgets/<kind>.html. `table`: rows, heading first."""

    show: Callable[[DashboardPage, Any], dict[str, Any]]
    table: Callable[[DashboardPage, Any], Rows]


DRAWINGS: dict[str, Drawing] = {
    "number": Drawing(trends.number, trends.number_table),
    "series": Drawing(trends.series, trends.series_table),
    "bar": Drawing(grouped.bars, grouped.table),
    "table": Drawing(grouped.rows, grouped.table),
    "map": Drawing(grouped.world, grouped.world_table),
    "heatmap": Drawing(grouped.week, grouped.week_table),
    "funnel": Drawing(flows.funnel, flows.funnel_table),
    "retention": Drawing(flows.retention, flows.retention_table),
    "paths": Drawing(flows.paths, flows.paths_table),
    "revenue": Drawing(money.earned, money.earned_table),
    "live": Drawing(live.here, live.here_table),
    **{name: Drawing(partial(reported.shown, each), partial(reported.table, each)) for name, each in REPORTS.items()},
    "text": Drawing(lambda page, asked: {}, lambda page, asked: []),
}
