"""One alert: what it watches and how that went, what it did, whom it told."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from analytics.models import AlertRule
from analytics.query.model import QueryError
from analytics.views.alerts.preview import Preview, preview
from analytics.views.alerts.shown import rule_row
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view

MOST_CHANGES = 100
SNOOZES = (("60", "1 hour"), ("480", "8 hours"), ("1440", "1 day"), ("10080", "1 week"))


@require_safe
@workspace_view(needs="viewer")
@says_when_unavailable
def alert(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    rule = rule_of(request, uid)
    now = clock.now()
    changes = rule.changes.select_related("acknowledged_by").prefetch_related("notices__channel")[:MOST_CHANGES]
    context = {
        "rule": rule,
        "row": rule_row(rule, now),
        "preview": _preview(rule),
        "changes": changes,
        "unseen": any(each.is_unseen for each in changes),
        "is_snoozed": rule.snoozed_until is not None and rule.snoozed_until > now,
        "snoozes": SNOOZES,
        "zone": request.workspace.timezone,
    }
    return render(request, "analytics/alerts/detail.html", context)


def rule_of(request: WorkspaceRequest, uid: str) -> AlertRule:
    found = AlertRule.objects.select_related("workspace__organization", "created_by")
    return get_object_or_404(found, workspace=request.workspace, uid=uid)


def _preview(rule: AlertRule) -> Preview | None:
    """None where what it watched is gone."""
    try:
        return preview(rule, clock.now())
    except QueryError:
        return None
