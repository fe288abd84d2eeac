"""A dashboard on paper: its figures first, then each widget with its chart and table, in the order of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from analytics.dashboards.kinds import KINDS
from analytics.dashboards.reported import REPORTS
from analytics.exports import papers
from analytics.exports.pages import Chart, Figure, Line, Section
from analytics.exports.pdf import pdf_of
from analytics.models import Dashboard
from analytics.query.catalogue import METRICS
from analytics.views.dashboards import board, numbers
from analytics.views.dashboards.page import DashboardPage, read
from analytics.views.dashboards.state import DashboardRequest, dashboard_view
from analytics.views.dashboards.widgets.reported import shortened
from analytics.views.exports.downloads import NO_STORE
from analytics.views.exports.paper import UNDRAWN, footer, subtitle
from config.lib import clock
from workspaces import audit
from workspaces.logos import logo_of

ROWS = 20  # of a widget
LIVE = "live"  # says what is now, and paper does not


@require_safe
@dashboard_view("see_dashboards")
def dashboard_pdf(request: DashboardRequest) -> HttpResponse:
    workspace, dashboard, now = request.workspace, request.dashboard, clock.now()
    page = read(dashboard, request.GET, now)
    logo = logo_of(workspace.organization)
    made = pdf_of(dashboard.name, sections(page, dashboard), subtitle(page), footer(workspace, page), logo)
    said = f"Dashboard {dashboard.name} as pdf"
    audit.record(workspace.organization, request.user, "export.download", said, now=now, workspace=workspace)
    name = f"{workspace.slug}-dashboard-{now:%Y-%m-%d}.pdf"
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def sections(page: DashboardPage, dashboard: Dashboard) -> list[Section]:
    """A widget that cannot be asked says why."""
    widgets = dashboard.config["widgets"]
    figures = [numbers.widget(page, each, board.said) for each in widgets if each["kind"] == "number"]
    values = board.figures(page, dashboard)
    shown = [Figure(_label(each), values[each["metric"]][1]) for each in figures if each["metric"] in values]
    others = [each for each in widgets if each["kind"] not in ("number", LIVE)]
    first = [Section("Figures", figures=shown)] if shown else []
    return [*first, *(section for each in others for section in _sections(page, each))]


def _sections(page: DashboardPage, stored: Mapping[str, Any]) -> list[Section]:
    if stored["kind"] == "text":
        return [Section(stored["title"], text=stored["text"])]
    found = numbers.widget(page, stored, board.said)
    title = found["title"] or KINDS[stored["kind"]].label
    if found["error"]:
        return [Section(title, text=found["error"])]
    if stored["kind"] == "heatmap" and found["rows"]:
        return [Section(title, chart=_week(found["rows"]))]
    rows = [found["columns"], *found["rows"]]
    if stored["kind"] in REPORTS:
        rows = shortened(REPORTS[stored["kind"]], rows)
    return papers.of_table(title, rows, stored["kind"] not in UNDRAWN, ROWS, is_brief=True)


def _week(rows: Sequence[Sequence[Any]]) -> Chart:
    """A row of hours for each weekday; (weekday, hour, value)."""
    hours = sorted({int(row[1]) for row in rows})
    found = {(str(row[0]), int(row[1])): row[2] for row in rows}
    days = dict.fromkeys(day for day, _ in found)
    lines = [Line(day, [found.get((day, hour)) for hour in hours]) for day in days]
    return Chart("heat", [f"{hour}:00" for hour in hours], lines)


def _label(found: Mapping[str, Any]) -> str:
    """Its title, or what the metric is called."""
    name = str(found["metric"]).partition(":")[0]
    return str(found["title"]) or (METRICS[name].label if name in METRICS else "Number")
