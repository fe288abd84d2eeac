"""How dashboard pages find their dashboard, and what all of them hand to the templates."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from analytics.dashboards.access import seen_by
from analytics.models import Dashboard
from analytics.query import cache
from analytics.reports.realtime import storing_behind
from analytics.views.dashboards.page import DashboardPage
from analytics.views.overview import REFRESH_MS
from analytics.views.said import said
from analytics.views.toolbar import toolbar
from analytics.views.unavailable import says_when_unavailable
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import may

View = Callable[..., HttpResponse]


class DashboardRequest(WorkspaceRequest):
    dashboard: Dashboard
    event_names: list[str] | None  # to choose from in forms; asked when first needed


def dashboard_view(action: str) -> Callable[[View], View]:
    """For pages under /w/<slug>/dashboards/<uid>/: the dashboard its reader may see, and the right to do `action`.

    What a viewer may not see is not there for them, whatever they want to do with it.
    """

    def decorate(view: View) -> View:
        @workspace_view(needs="viewer")
        @says_when_unavailable
        @wraps(view)
        def guarded(request: Any, slug: str, uid: str, *args: Any, **kwargs: Any) -> HttpResponse:
            seen = seen_by(request.user, request.role, request.workspace).select_related("workspace__organization")
            request.event_names = None
            request.dashboard = get_object_or_404(seen, uid=uid)
            if not may(request.role, action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def framed(page: DashboardPage, dashboard: Dashboard) -> dict[str, Any]:
    """What the toolbar and the live parts need, inside and for readers without an account alike."""
    is_live = page.includes_now or any(each["kind"] == "live" for each in dashboard.config["widgets"])
    return {
        "page": page,
        "toolbar": toolbar(page),
        "refresh_ms": REFRESH_MS["short"] if is_live else 0,
        "always": [said(each) for each in page.locked],
        "as_of": _as_of(page),
    }


def _as_of(page: DashboardPage) -> datetime:
    """Where nothing waits to be stored, the numbers are those of this moment, however long ago the last event came."""
    tick = cache.ticks([page.dataset_id]).get(page.dataset_id) if storing_behind(page.now) else None
    return cache.as_of(tick, page.now).astimezone(ZoneInfo(page.zone))


def address(dashboard: Dashboard, route: str = "dashboard", *more: object) -> str:
    return reverse(route, args=[dashboard.workspace.slug, dashboard.uid, *more])
