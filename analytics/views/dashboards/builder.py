"""The builder: the widgets with handles to move and resize them; every change is saved as it is made."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.dashboards import making
from analytics.dashboards.kinds import KINDS
from analytics.query.model import QueryError
from analytics.views.dashboards import board
from analytics.views.dashboards.details import DetailsForm
from analytics.views.dashboards.page import read_state
from analytics.views.dashboards.state import DashboardRequest, address, dashboard_view, framed
from config.lib import clock
from config.lib.problems import Problem
from workspaces.forms import refusals_in


@never_cache
@require_safe
@dashboard_view("build_dashboards")
def edit(request: DashboardRequest) -> HttpResponse:
    page, error = read_state(request.dashboard, request.GET, clock.now())
    context = framed(page, request.dashboard) | {
        "dashboard": request.dashboard,
        "board": board.shown(page, request.dashboard),
        "kinds": KINDS.values(),
        "error": error,
    }
    return render(request, "analytics/dashboards/edit.html", context)


@require_POST
@dashboard_view("build_dashboards")
def layout(request: DashboardRequest) -> HttpResponse:
    """{"revision": 4, "widgets": [{"id", "w", "h"}, …]} in their new order -> {"revision": 5}"""
    try:
        places, revision = _places(request.body)
        saved = making.arrange(request.dashboard, places, now=clock.now(), revision=revision)
    except Problem as refused:
        return refused.response()
    except QueryError as refused:
        return Problem(400, "invalid_layout", str(refused)).response()
    return JsonResponse({"revision": saved.revision})


@require_http_methods(["GET", "HEAD", "POST"])
@dashboard_view("build_dashboards")
def details(request: DashboardRequest) -> HttpResponse:
    """Name, description, tags, period, and who may see it."""
    form = DetailsForm(request.dashboard, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            form.save(actor=request.user, now=clock.now())
            messages.success(request, "Saved.")
            return redirect(address(request.dashboard))
    return render(request, "analytics/dashboards/details.html", {"form": form, "dashboard": request.dashboard})


def _places(body: bytes) -> tuple[list[Any], int]:
    try:
        given = json.loads(body)
        places, revision = given["widgets"], given["revision"]
    except (ValueError, TypeError, KeyError, RecursionError):
        places = revision = None
    if not isinstance(places, list) or not isinstance(revision, int):
        raise Problem(400, "invalid_layout", 'Send {"revision": 1, "widgets": [{"id": "…", "w": 6, "h": 4}]}.')
    return places, revision
