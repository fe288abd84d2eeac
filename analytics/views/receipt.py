"""The receipt of a number: a dialog over the page it stands on, or a page of its own that can be linked to."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from analytics import receipts
from analytics.query.parse import from_params
from analytics.query.words import known_metric
from analytics.views import figures, spans
from analytics.views.said import said
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view

PLACE = "receipt-place"  # where the dialog goes


@require_safe
@cache_control(private=True, no_cache=True)
@workspace_view(needs="viewer")
@says_when_unavailable
def receipt(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """?metric=bounce_rate and the state of the page it stands on; `c` are conditions of its series alone; `by` and
    `value` name the row of a breakdown."""
    now = clock.now()
    page = from_params(request.GET, request.workspace, now)
    own = tuple(from_params(_as_filters(request), request.workspace, now).filters)
    asked = page.query(known_metric(page.metric), filters=own, compare=None)
    made = receipts.receipt(receipts.of_params(asked, request.GET), now)
    is_fragment = request.headers.get("HX-Target") == PLACE
    context = _context(made) | {"shell": "analytics/reports/_bare.html" if is_fragment else "base.html"}
    return render(request, "analytics/receipt.html", context | {"is_fragment": is_fragment})


def _as_filters(request: WorkspaceRequest) -> Any:
    params = request.GET.copy()
    params.setlist("f", request.GET.getlist("c"))
    return params


def _context(made: receipts.Receipt) -> dict[str, Any]:
    query, zone = made.query, made.query.period.start.tzinfo
    return {
        "receipt": made,
        "value": figures.exact_text(made.metric.name, made.value),
        "period": spans.span(query.period),
        "deleted": spans.deleted(query.period),
        "filters": [said(each) for each in query.filters],
        "as_of": made.result.as_of.astimezone(zone),
        "start": made.example.start.astimezone(zone) if made.example else None,
        "steps": [(each.at.astimezone(zone), each) for each in made.example.steps] if made.example else [],
        "runs": [(each.sql, json.dumps(each.parameters, default=str, ensure_ascii=False)) for each in made.runs],
    }
