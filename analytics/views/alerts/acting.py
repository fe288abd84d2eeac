"""What one does with an alert: test, acknowledge, snooze, switch, delete."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from analytics.alerts import rules, trial
from analytics.query.model import QueryError
from analytics.views.alerts.detail import rule_of
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs

BUILDS = needs("analyse")


@require_POST
@workspace_view(needs=BUILDS)
@says_when_unavailable
def test(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    rule = rule_of(request, uid)
    try:
        found = trial.test(rule, clock.now())
    except (QueryError, Problem) as refused:
        messages.error(request, str(refused))
        return redirect("alert", slug, uid)
    verdict = "It would fire now." if found.would_fire else "It would not fire now."
    messages.info(request, f"{found.message} {verdict}")
    for sent in found.sent:
        say = messages.error if sent.error else messages.success
        say(request, f"{sent.channel}: {sent.error or 'took the test message.'}")
    if not found.sent:
        messages.info(request, "It has no channel: only this page would tell.")
    return redirect("alert", slug, uid)


@require_POST
@workspace_view(needs=BUILDS)
def snooze(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    rule, now = rule_of(request, uid), clock.now()
    given = request.POST.get("minutes", "")
    minutes = int(given) if given.isascii() and given.isdecimal() and len(given) < 7 else 0
    try:
        rules.snooze(rule, now + timedelta(minutes=minutes) if minutes else None, actor=request.user, now=now)
    except Problem as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, "Snoozed. What is still open then comes back." if minutes else "Awake again.")
    return redirect("alert", slug, uid)


@require_POST
@workspace_view(needs=BUILDS)
def acknowledge(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    rule = rule_of(request, uid)
    for each in rule.changes.filter(acknowledged_at=None, kind__in=("fired", "no_data", "invalid")):
        rules.acknowledge(each, actor=request.user, now=clock.now())
    messages.success(request, f"{rule.name} is acknowledged.")
    return redirect("alerts", slug) if request.POST.get("back") == "list" else redirect("alert", slug, uid)


@require_POST
@workspace_view(needs=BUILDS)
def switch(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    rule = rule_of(request, uid)
    rules.switch(rule, not rule.is_active, actor=request.user, now=clock.now())
    return redirect("alert", slug, uid)


@require_POST
@workspace_view(needs=BUILDS)
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    rule = rule_of(request, uid)
    rules.delete(rule, actor=request.user, now=clock.now())
    messages.success(request, f"The alert {rule.name} is deleted.")
    return redirect("alerts", slug)
