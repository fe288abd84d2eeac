"""CSV of what a page shows: all rows of a breakdown, and the points of the chart.

A breakdown has the columns of its details page; `columns=panel`, as the overview links it, those of the small panel.
"""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from analytics.exports import csv_of
from analytics.query import run
from analytics.query.model import Query
from analytics.views import state
from analytics.views.listing import CSV_ROWS
from analytics.views.panels import TABS
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view


@require_safe
@workspace_view(needs="viewer")
@says_when_unavailable
def panel_csv(request: WorkspaceRequest, slug: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    page, _ = state.read_or_usual(request.GET, request.workspace, clock.now())
    asked = TABS[tab].on(page)
    metrics = asked.metrics if request.GET.get("columns") == "panel" else asked.in_detail
    return _download(f"{slug}-{tab}", asked.query(page, CSV_ROWS, metrics), page)


@require_safe
@workspace_view(needs="viewer")
@says_when_unavailable
def series_csv(request: WorkspaceRequest, slug: str) -> HttpResponse:
    page, _ = state.read_or_usual(request.GET, request.workspace, clock.now())
    return _download(f"{slug}-{page.metric}", page.query(page.metric, interval=page.interval, totals=False), page)


def _download(name: str, query: Query, page: state.PageState) -> HttpResponse:
    response = HttpResponse(csv_of(run(query, page.now)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
