"""A dashboard as numbers: every widget's table, and the figures by name. The API's /data and each widget's CSV."""

from collections.abc import Callable, Mapping
from typing import Any

from analytics.dashboards import config
from analytics.models import Dashboard
from analytics.query import cache, costs
from analytics.query.model import QueryError
from analytics.views.dashboards.board import figures, metric_of
from analytics.views.dashboards.page import DashboardPage
from analytics.views.dashboards.widgets import DRAWINGS
from tracking.store import QueryTimeout, QueryTooLarge

Refused = QueryError | QueryTimeout | QueryTooLarge
Rows = list[list[object]]


def data(page: DashboardPage, dashboard: Dashboard) -> dict[str, Any]:
    """{"name", "widgets": [{"id", "metric", "columns", "rows"}, …], "metrics": {"visitors": 12}, …}"""
    as_of = cache.as_of(cache.ticks([page.dataset_id]).get(page.dataset_id), page.now)
    return {
        "id": str(dashboard.uid),
        "name": dashboard.name,
        "description": dashboard.description,
        "period": {
            "key": page.period.key,
            "start": page.period.start.isoformat(),
            "end": page.period.end.isoformat(),
        },
        "timezone": page.zone,
        "widgets": [widget(page, each) for each in dashboard.config["widgets"]],
        "metrics": {name: value for name, (value, _) in figures(page, dashboard).items()},
        "as_of": as_of.isoformat(),
    }


def said(refused: Refused) -> str:
    """To programs: with the names of parameters."""
    return str(refused) if isinstance(refused, QueryError) else costs.said(refused)


def widget(page: DashboardPage, stored: Mapping[str, Any], say: Callable[[Refused], str] = said) -> dict[str, Any]:
    """One widget as a table; `error` says why there is none."""
    found: dict[str, Any] = {name: stored[name] for name in ("id", "kind", "title", "text", "w", "h")}
    found |= {"metric": "", "columns": [], "rows": [], "error": ""}
    try:
        metric, rows = table(page, stored)
    except (QueryError, QueryTimeout, QueryTooLarge) as refused:
        return found | {"error": say(refused)}
    columns = [str(name) for name in rows[0]] if rows else []
    return found | {"metric": metric, "columns": columns, "rows": rows[1:]}


def table(page: DashboardPage, stored: Mapping[str, Any]) -> tuple[str, Rows]:
    """What its figure is called, if it has one; and its rows, heading first. QueryError, and what was too much."""
    asked = config.question(stored, page.saved)
    return metric_of(stored, asked), [list(row) for row in DRAWINGS[stored["kind"]].table(page, asked)]
