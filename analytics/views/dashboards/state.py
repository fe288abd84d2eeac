"""How dashboard pages find their dashboard, and what all of them hand to the templates."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from analytics.dashboards.access import seen_by
from analytics.models import Dashboard
from analytics.views.dashboards import board
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
    return {
        "page": page,
        "toolbar": toolbar(page),
        "refresh_ms": REFRESH_MS["short"] if page.includes_now or _ticks(dashboard) else 0,
        "always": [said(each) for each in page.locked],
        "as_of": board.as_of(page),
    }


def socket(page: DashboardPage, dashboard: Dashboard) -> str:
    """The path of its socket (analytics.live), which sends the parts of what may still change."""
    parts = "ticking" if _ticks(dashboard) else "changing" if page.includes_now else None
    return f"/ws/dashboard/{dashboard.uid}{page.url(parts=parts)}"


def _ticks(dashboard: Dashboard) -> bool:
    """Whether it shows what grows old without any event."""
    return any(each["kind"] == "live" for each in dashboard.config["widgets"])


def address(dashboard: Dashboard, route: str = "dashboard", *more: object) -> str:
    return reverse(route, args=[dashboard.workspace.slug, dashboard.uid, *more])
