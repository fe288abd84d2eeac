"""The overview of a workspace: one request renders the whole page; an HTMX request gets the part it names.

    HX-Target     answer
    (none)        the page
    overview      everything below the navigation (a link of the page was followed)
    dashboard     the live parts, numbers only (refresh.js asks after something changed)
    panel-<name>  one panel (a tab was chosen)

Every query of an answer goes to the engine in one call, which asks side by side. While it works, everything that does
not depend on it is written: the templates wait for numbers where they first show one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache as once
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from analytics import annotations
from analytics.models import Annotation
from analytics.query import begin_many, run_many
from analytics.query.answers import begin
from analytics.query.extent import has_begun
from analytics.query.model import Query, QueryError, Result
from analytics.reports.realtime import storing_behind, visitors_now
from analytics.views import state
from analytics.views.chart import chart
from analytics.views.exports.menu import menu
from analytics.views.panel_view import PanelView, panel_query, panel_view
from analytics.views.panels import PANELS, Panel, Tab
from analytics.views.state import PageState
from analytics.views.tiles import tile_metrics, tiles
from analytics.views.toolbar import toolbar
from analytics.views.unavailable import says_when_unavailable
from analytics.views.views_menu import views_menu
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view

LONG = timedelta(days=2)
REFRESH_MS = {"short": 2500, "long": 10_000}  # how often a page that looks at now may ask again


@dataclass(frozen=True)
class Stamp:
    """Every event acknowledged before `as_of` is counted."""

    as_of: datetime
    zone: str
    behind_s: int
    exact: bool


@require_safe
@cache_control(private=True, no_cache=True)
@workspace_view(needs="viewer")
@says_when_unavailable
def overview(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = clock.now()
    page, error = state.read_or_usual(request.GET, request.workspace, now)
    if state.adds_condition(request.GET) and not error:
        return _filtered(request, page)
    if not request.GET and page.is_new:
        return HttpResponseRedirect(page.url())
    response = _answer(request, page, error)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _filtered(request: WorkspaceRequest, page: PageState) -> HttpResponse:
    """What the filter builder sent becomes a filter of the URL."""
    try:
        return HttpResponseRedirect(state.with_new_filter(request.GET, page).url())
    except QueryError as error:
        return _answer(request, page, str(error))


def _answer(request: WorkspaceRequest, page: PageState, error: str) -> HttpResponse:
    target = request.headers.get("HX-Target", "")
    panel = next((each for each in PANELS if target == f"panel-{each.name}"), None)
    if panel:
        shown = {"panel": _panel(page, request, panel), "receipts_at": _receipts_at(request)}
        return render(request, "analytics/_panel.html", shown)
    fragments = {"overview": "analytics/_overview.html", "dashboard": "analytics/_refresh.html"}
    present = begin(visitors_now, page.dataset_id, page.now)
    context = (
        _dashboard(request, page)
        | _frame(page)
        | {"visitors_now": SimpleLazyObject(present.result), "receipts_at": _receipts_at(request), "error": error}
        | {"downloads": menu(request, "overview", page), "views": views_menu(request, "overview", page)}
    )
    return render(request, fragments.get(target, "analytics/overview.html"), context)


def _frame(page: PageState) -> dict[str, Any]:
    is_long = page.period.end - page.period.start > LONG
    return {
        "page": page,
        "toolbar": toolbar(page, is_profiled=True),
        "refresh_ms": REFRESH_MS["long" if is_long else "short"] if page.includes_now else 0,
    }


def _dashboard(request: WorkspaceRequest, page: PageState) -> dict[str, Any]:
    """What shows numbers: asked for now, made when a template comes to the first of them."""
    tabs = [panel.chosen(request.GET).on(page) for panel in PANELS]
    behind_s = storing_behind(page.now)
    results = begin_many(_questions(page, tabs), page.now)
    notes = annotations.of_period(request.workspace, request.user, page.period)
    made = once(lambda: _made(request, page, tabs, notes, behind_s, results()))
    return {name: _later(made, name) for name in ("waiting", "tiles", "chart", "panels", "stamp")}


def _later(made: Callable[[], dict[str, Any]], name: str) -> Any:
    return SimpleLazyObject(lambda: made()[name])


def _questions(page: PageState, tabs: list[Tab]) -> list[Query]:
    """The figures, by our own definitions too if the page counts as another tool does; the series; each panel."""
    figures = [page.query(*tile_metrics(page))]
    figures += [replace(page.query(*tile_metrics(page), compare=None), profile="")] if page.profile else []
    series = page.query(page.metric, interval=page.interval, totals=False)
    return [*figures, series, *(panel_query(page, tab) for tab in tabs)]


def _made(
    request: WorkspaceRequest,
    page: PageState,
    tabs: list[Tab],
    notes: list[Annotation],
    behind_s: float,
    results: list[Result],
) -> dict[str, Any]:
    figures, series, groups = results[0], results[-len(tabs) - 1], results[-len(tabs) :]
    csv_href, receipt_href = _hrefs(request, page, "series_csv", "receipt")
    return {
        "waiting": not figures.totals["visitors"] and not has_begun(request.workspace, page.environment),
        "tiles": tiles(page, figures, results[1] if page.profile else None),
        "chart": chart(page, series, csv_href, receipt_href, notes),
        "panels": [
            panel_view(request.workspace, page, panel, tab, result, figures.totals)
            for panel, tab, result in zip(PANELS, tabs, groups, strict=True)
        ],
        "stamp": _stamp(page, figures, behind_s),
    }


def _receipts_at(request: WorkspaceRequest) -> str:
    return reverse("receipt", args=[request.workspace.slug])


def _hrefs(request: WorkspaceRequest, page: PageState, *routes: str) -> list[str]:
    return [reverse(each, args=[request.workspace.slug]) + page.url() for each in routes]


def _stamp(page: PageState, figures: Result, behind_s: float) -> Stamp:
    """Where nothing waited to be stored, the numbers are those of this moment, however long ago the last event came."""
    as_of = figures.as_of if behind_s else page.now
    return Stamp(as_of.astimezone(ZoneInfo(page.zone)), page.zone, round(behind_s), figures.exact)


def _panel(page: PageState, request: WorkspaceRequest, panel: Panel) -> PanelView:
    """One panel alone, with the totals its shares are parts of."""
    tab = panel.chosen(request.GET).on(page)
    wanted = [panel_query(page, tab)] + ([page.query(tab.share_of, compare=None)] if tab.share_of else [])
    result, *totals = run_many(wanted, page.now)
    return panel_view(request.workspace, page, panel, tab, result, totals[0].totals if totals else {})
