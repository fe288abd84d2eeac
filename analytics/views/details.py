"""All rows of one panel, with search, sorting and paging: a page of its own, which can be linked to."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from analytics.query import run
from analytics.query.catalogue import METRICS, dimension
from analytics.query.model import Result, Row
from analytics.views import figures, listing, rows, spans, state
from analytics.views.listing import PAGE_SIZE, Listing
from analytics.views.menus import Item
from analytics.views.panels import TABS, panel_of
from analytics.views.said import shown_value
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view


@dataclass(frozen=True)
class Heading:
    label: str
    description: str
    href: str
    direction: str  # for aria-sort


@dataclass(frozen=True)
class DetailRow:
    label: str
    href: str  # the overview, filtered by this row
    outside: str
    flag: str
    cells: list[rows.Cell]


@require_safe
@cache_control(private=True, no_cache=True)
@workspace_view(needs="viewer")
@says_when_unavailable
def panel_details(request: WorkspaceRequest, slug: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    page, error = state.read_or_usual(request.GET, request.workspace, clock.now())
    listed = listing.read(request.GET, page, TABS[tab].on(page))
    context = _context(request, listed, run(listed.query, page.now)) | {"error": error}
    template = "analytics/_details.html" if request.headers.get("HX-Target") == "details" else "analytics/details.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _context(request: WorkspaceRequest, listed: Listing, result: Result) -> dict[str, Any]:
    slug, page, tab = request.workspace.slug, listed.page, listed.tab
    overview = reverse("overview", args=[slug])
    last = listed.offset + len(result.rows)
    return {
        "listed": listed,
        "label": dimension(listed.tab.dimension).label,
        "heading": listed.tab.label,
        "period_label": f"{spans.label(page.period)}, {spans.span(page.period)}",
        "tabs": [
            Item(each.label, reverse("panel_details", args=[slug, each.name]) + page.url(), each.name == tab.name)
            for each in panel_of(tab).tabs
        ],
        "headings": [_heading(listed, name) for name in listed.tab.in_detail],
        "rows": [_row(request, listed, overview, row) for row in result.rows],
        "first": listed.offset + 1,
        "last": last,
        "count": result.group_count,
        "previous_href": listed.url(page=listed.number - 1) if listed.number > 1 else None,
        "next_href": listed.url(page=listed.number + 1) if last < result.group_count else None,
        "state": page.parameters,
        "csv_href": reverse("panel_csv", args=[slug, listed.tab.name]) + page.url(),
        "overview_href": overview + page.url(),
        "page_size": PAGE_SIZE,
        "receipts_at": reverse("receipt", args=[slug]),
    }


def _heading(listed: Listing, name: str) -> Heading:
    direction = {"asc": "ascending", "desc": "descending"}[listed.order] if name == listed.sort else "none"
    return Heading(METRICS[name].label, METRICS[name].description, listed.sorted_by(name), direction)


def _row(request: WorkspaceRequest, listed: Listing, overview: str, group: Row) -> DetailRow:
    name, key = listed.tab.dimension, group.keys[0]
    return DetailRow(
        label=shown_value(name, key),
        href=overview + rows.filtered(listed.page, name, key),
        outside=rows.outside(name, key, request.workspace.domain),
        flag=rows.flag(name, key),
        cells=[_cell(listed, metric, group) for metric in listed.tab.in_detail],
    )


def _cell(listed: Listing, metric: str, group: Row) -> rows.Cell:
    receipt = rows.receipt_of(listed.page, listed.tab, metric, group)
    return rows.Cell(figures.exact_text(metric, group.values[metric]), "", receipt=receipt)
