"""The widgets of a dashboard with their numbers, each drawn by itself: one that fails says why, the others stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from analytics.dashboards import config
from analytics.dashboards.kinds import KINDS, Kind
from analytics.models import Dashboard
from analytics.query import cache, costs
from analytics.query.model import QueryError
from analytics.reports.realtime import storing_behind
from analytics.reports.trends import Series, Trend
from analytics.views.dashboards.page import DashboardPage
from analytics.views.dashboards.widgets import DRAWINGS, trends
from tracking.store import QueryTimeout, QueryTooLarge


@dataclass(frozen=True)
class ShownWidget:
    id: str
    kind: Kind
    title: str
    label: str  # for whoever cannot see it
    w: int
    h: int
    html: SafeString
    metric: str  # of a number: what sockets and /data call it


def shown(page: DashboardPage, dashboard: Dashboard) -> list[ShownWidget]:
    """Raises StoreUnavailable alone: then no widget could say anything."""
    return [drawn(page, each) for each in dashboard.config["widgets"]]


def parts(page: DashboardPage, dashboard: Dashboard, is_inside: bool) -> dict[str, str]:
    """What an open page in this state replaces when it differs, by id: the same HTML that a request for the page gets.

    `is_inside`: for members. Raises StoreUnavailable.
    """
    context = {"page": page, "dashboard": dashboard, "is_dashboard": is_inside, "as_of": as_of(page)}
    found: dict[str, str] = {
        f"widget-{each.id}": render_to_string("analytics/dashboards/_widget.html", context | {"widget": each})
        for each in shown(page, dashboard)
    }
    return found | {"board-stamp": render_to_string("analytics/dashboards/_stamp.html", context)}


def as_of(page: DashboardPage) -> datetime:
    """Where nothing waits to be stored, the numbers are those of this moment, however long ago the last event came."""
    tick = cache.ticks([page.dataset_id]).get(page.dataset_id) if storing_behind(page.now) else None
    return cache.as_of(tick, page.now).astimezone(ZoneInfo(page.zone))


def drawn(page: DashboardPage, stored: Mapping[str, Any]) -> ShownWidget:
    kind = KINDS[stored["kind"]]
    context: dict[str, Any] = {"id": stored["id"], "text": stored["text"], "error": "", "metric": "", "page": page}
    template = f"analytics/dashboards/widgets/{kind.template or kind.name}.html"
    try:
        asked = config.question(stored, page.saved)
        context |= {"metric": metric_of(stored, asked), "asked": asked}
        context |= DRAWINGS[kind.name].show(page, asked)
    except (QueryError, QueryTimeout, QueryTooLarge) as refused:
        template, context["error"] = "analytics/dashboards/widgets/refused.html", said(refused)
    title = stored["title"] or context.get("label") or ("" if kind.name == "text" else kind.label)
    html = render_to_string(template, context)
    return ShownWidget(
        stored["id"], kind, stored["title"], title, stored["w"], stored["h"], html, str(context["metric"])
    )


def said(refused: QueryError | QueryTimeout | QueryTooLarge) -> str:
    """To people, who choose from menus and write no parameters."""
    return refused.on_pages if isinstance(refused, QueryError) else costs.said(refused)


def metric_of(stored: Mapping[str, Any], asked: Any) -> str:
    """`visitors` for the plain metric; what has conditions or a formula is told apart by the widget's id."""
    if stored["kind"] != "number" or not isinstance(asked, Trend):
        return ""
    first = asked.series[0]
    if asked.formula or not isinstance(first, Series):
        return f"formula:{stored['id']}"
    return f"{first.metric}:{stored['id']}" if first.conditions else first.metric


def figures(page: DashboardPage, dashboard: Dashboard) -> dict[str, tuple[float | None, str]]:
    """What each number widget says now, as value and as text; those that cannot be told are left out."""
    found = {}
    for stored in dashboard.config["widgets"]:
        if stored["kind"] != "number":
            continue
        try:
            asked: Any = config.question(stored, page.saved)
            value = trends.figure(page, asked)
        except (QueryError, QueryTimeout, QueryTooLarge):
            continue
        found[metric_of(stored, asked)] = (value, trends.as_text(asked, value))
    return found
