"""All alerts of a workspace with what is open, and the history of all of them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.alerts import channels
from analytics.models import AlertChange
from analytics.views.alerts.shown import open_changes, rule_rows
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view

PAGE = 50
KINDS = (("", "Everything"), ("open", "Open"), ("unseen", "Not acknowledged"))


@require_safe
@workspace_view(needs="viewer")
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    context = {
        "open": open_changes(request.workspace),
        "rows": rule_rows(request.workspace, clock.now()),
        "paused": channels.of(request.workspace).exclude(paused_at=None),
        "zone": request.workspace.timezone,
    }
    return render(request, "analytics/alerts/list.html", context)


@require_safe
@workspace_view(needs="viewer")
def history(request: WorkspaceRequest, slug: str) -> HttpResponse:
    only = request.GET.get("only", "")
    found = AlertChange.objects.filter(rule__workspace=request.workspace)
    if only in ("open", "unseen"):
        found = found.filter(kind__in=("fired", "no_data", "invalid"))
        found = found.filter(ended_at=None) if only == "open" else found.filter(acknowledged_at=None)
    given = request.GET.get("page", "")
    number = max(1, int(given)) if given.isdecimal() and len(given) < 5 else 1
    first = (number - 1) * PAGE
    told = found.select_related("rule", "acknowledged_by").prefetch_related("notices__channel")
    rows = list(told[first : first + PAGE + 1])
    context = {
        "changes": rows[:PAGE],
        "more": len(rows) > PAGE,
        "number": number,
        "only": only,
        "kinds": KINDS,
        "zone": request.workspace.timezone,
    }
    return render(request, "analytics/alerts/history.html", context)
