"""The install page: the snippet for each platform, whether events arrive, and why not."""

from datetime import UTC, datetime, timedelta

import redis
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from config.lib import clock
from config.lib.problems import Problem
from tracking import installation, trial
from tracking.containers import drafts
from tracking.snippet import of_container, snippet
from tracking.store import StoreError
from workspaces import roles
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import ApiKey

LABELS = {  # tracking.snippet's platforms
    "html": "Script",
    "react": "React",
    "django": "Django",
    "wordpress": "WordPress",
    "gtm": "Tag Manager",
    "curl": "curl",
}
NEEDS = roles.needs("install")
AWAY = installation.Finding("away", "We cannot look at the moment.", "Your events are kept. This page goes on trying.")


@workspace_view(needs=NEEDS)
@require_safe
def install(request: WorkspaceRequest, slug: str) -> HttpResponse:
    live = request.workspace.api_keys.live_at(clock.now())
    key = live.filter(kind=ApiKey.Kind.PUBLISHABLE, environment="live").order_by("id").first()
    origin = request.build_absolute_uri("/").rstrip("/")
    snippets = [(name, label, snippet(key.raw, origin, name)) for name, label in LABELS.items()] if key else []
    containers = [(each, of_container(each.public_id, origin)) for each in drafts.of_workspace(request.workspace)]
    context = {"snippets": snippets, "containers": containers, "key": key, "finding": _finding(request)}
    return render(request, "tracking/install.html", context)


@workspace_view(needs=NEEDS)
@require_safe
def verifier(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The line that tells whether events arrive, polled. 204 while it says what the page shows already."""
    finding = _finding(request)
    if finding.code == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "tracking/_verifier.html", {"finding": finding})


@workspace_view(needs=NEEDS)
@require_http_methods(["GET", "POST"])
def test_event(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """POST sends a test event; GET tells, polled, whether what was received at `at` ms is stored. 204: not yet."""
    if request.method == "POST":
        return _send(request)
    try:
        sent_at = datetime.fromtimestamp(int(request.GET.get("at", "0")) / 1000, UTC)
        stored_at = installation.stored_at(request.workspace.dataset_id("test"))
    except (ValueError, OverflowError, OSError, redis.RedisError):
        return HttpResponse(status=204)
    if stored_at is None or stored_at < sent_at:
        return HttpResponse(status=204)
    return render(
        request, "tracking/_test_event.html", {"stored_after_ms": (stored_at - sent_at) / timedelta(milliseconds=1)}
    )


def _send(request: WorkspaceRequest) -> HttpResponse:
    now = clock.now()
    try:
        receipt = trial.send(request.workspace, request.META, now)
    except Problem as problem:
        return render(request, "tracking/_test_event.html", {"error": problem.detail})
    except redis.RedisError:
        return render(request, "tracking/_test_event.html", {"error": "Events cannot be logged now. Try again later."})
    return render(request, "tracking/_test_event.html", {"receipt": receipt, "at": int(now.timestamp() * 1000)})


def _finding(request: WorkspaceRequest) -> installation.Finding:
    try:
        return installation.diagnose(installation.look(request.workspace, clock.now()))
    except (redis.RedisError, StoreError):
        return AWAY
