"""One dashboard: its widgets with their numbers. One view answers the page and the parts that htmx asks for.

HX-Target     answer
(none)        the page
overview      everything below the navigation (a control was used)
dashboard     the widgets alone (refresh.js asks after something changed)
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from analytics.dashboards import making
from analytics.exports import csv_lines
from analytics.query.condition_json import to_json
from analytics.query.model import QueryError
from analytics.views import state
from analytics.views.dashboards import board, numbers
from analytics.views.dashboards.page import DashboardPage, read, read_state
from analytics.views.dashboards.state import DashboardRequest, address, dashboard_view, framed, socket
from analytics.views.reports.saved_menu import saved_menu
from config.lib import clock

FRAGMENTS = {"overview": "analytics/dashboards/_whole.html", "dashboard": "analytics/dashboards/_board.html"}


@require_safe
@cache_control(private=True, no_cache=True)
@dashboard_view("see_dashboards")
def one(request: DashboardRequest) -> HttpResponse:
    page, error = read_state(request.dashboard, request.GET, clock.now())
    if state.adds_condition(request.GET) and not error:
        try:
            return HttpResponseRedirect(state.with_new_filter(request.GET, page).url())
        except QueryError as refused:
            error = str(refused)
    template = FRAGMENTS.get(request.headers.get("HX-Target", ""), "analytics/dashboards/dashboard.html")
    response = render(request, template, _context(request, page) | {"error": error})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
@dashboard_view("see_dashboards")
def widget_csv(request: DashboardRequest, widget: str) -> HttpResponse:
    """The numbers of one widget, in the period and with the filters of the page."""
    stored = next((each for each in request.dashboard.config["widgets"] if each["id"] == widget), None)
    if stored is None:
        raise Http404
    _, rows = numbers.table(read(request.dashboard, request.GET, clock.now()), stored)
    headers = {"Content-Disposition": f'attachment; filename="{request.workspace.slug}-{widget}.csv"'}
    lines = list(csv_lines(rows or [[]]))
    return HttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@dashboard_view("build_dashboards")
def keep(request: DashboardRequest) -> HttpResponse:
    """The period, comparison and filters of the page become the dashboard's own."""
    page = read(request.dashboard, request.GET, clock.now())
    if page.period.key == "custom" or page.compare_mode == "custom":
        messages.error(request, "Fixed dates do not suit a dashboard. Choose a period such as the last 28 days.")
        return redirect(address(request.dashboard) + page.url())
    more = [to_json(each) for each in dict.fromkeys(page.filters)]

    def kept(present: dict[str, Any]) -> dict[str, Any]:
        filters = present["filters"] + [each for each in more if each not in present["filters"]]
        return present | {"period": page.period.key, "compare": page.compare_mode, "filters": filters}

    making.change(request.dashboard, actor=request.user, now=clock.now(), config=kept)
    messages.success(request, "Whoever opens this dashboard now begins with this period and these filters.")
    return redirect(address(request.dashboard))


def _context(request: DashboardRequest, page: DashboardPage) -> dict[str, Any]:
    dashboard = request.dashboard
    return framed(page, dashboard) | {
        "dashboard": dashboard,
        "heading": dashboard.name,
        "board": board.shown(page, dashboard),
        "saved": saved_menu(request.workspace, page),
        "socket": socket(page, dashboard),
        "is_dashboard": True,
    }
