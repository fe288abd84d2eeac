"""Reports by mail: set one up, look at it, end it; and the page behind the link that ends it for one address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from analytics.mails import letter, links, schedule, times
from analytics.models import ReportMail, ReportRecipient, ScheduledReport
from analytics.query.model import QueryError
from analytics.views.exports import sources
from analytics.views.exports.menu import PERSONAL
from analytics.views.said import said
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Workspace
from workspaces.roles import needs

OWN = ("source", "every", "emails", "env", "csrfmiddlewaretoken", *letter.FIXED)


@dataclass(frozen=True)
class Line:
    report: ScheduledReport
    recipients: list[ReportRecipient]
    last: datetime | None  # when the last mail of it went out
    reason: str | None  # why the newest one did not; None: there is none yet


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
@workspace_view(needs=needs("analyse"))
@says_when_unavailable
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            return _created(request)
        except QueryError as refused:
            error = str(refused)
        except Problem as refused:
            error = refused.detail
    return render(request, "analytics/exports/mails.html", _lines(request.workspace) | _form(request, error))


@require_POST
@workspace_view(needs=needs("analyse"))
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    report = _found(request, uid)
    schedule.delete(report, actor=request.user, now=clock.now())
    messages.success(request, f"{report.title} is no longer sent to anybody.")
    return redirect("mails", slug)


@require_POST
@workspace_view(needs=needs("analyse"))
@says_when_unavailable
def send_one(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    """The last one that was due, to oneself: what it will look like."""
    report = _found(request, uid)
    due_at = times.latest(report.every, request.workspace.timezone, clock.now())
    me = report.recipients.filter(email=request.user.email).first()
    me = me or ReportRecipient(report=report, email=request.user.email)
    try:
        letter.compose(me, due_at).send()
    except OSError:  # SMTPException is one
        messages.error(request, "The mail server does not take it just now. Try again in a few minutes.")
    else:
        messages.success(request, f"Sent to {request.user.email}.")
    return redirect("mails", slug)


# No session is asked for: mail programs send the POST themselves (RFC 8058), and scanners of links only GET.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    recipient = links.opened(token)
    if recipient is None:
        raise Http404
    if request.method == "POST":
        schedule.unsubscribe(recipient, clock.now())
        recipient.refresh_from_db()
    shown = render(request, "analytics/exports/unsubscribe.html", {"recipient": recipient})
    shown.headers["Referrer-Policy"], shown.headers["Cache-Control"] = "no-referrer", "no-store"
    return shown


def _found(request: WorkspaceRequest, uid: str) -> ScheduledReport:
    return get_object_or_404(ScheduledReport, workspace=request.workspace, uid=uid)


def _created(request: WorkspaceRequest) -> HttpResponse:
    given, now = request.POST, clock.now()
    source, every = given.get("source", ""), given.get("every", "")
    if source not in _offered() or every not in ScheduledReport.Every.values:
        raise QueryError("Choose a report and how often it comes.", "source")
    made = ScheduledReport(
        workspace=request.workspace,
        environment=sources.environment_of(given),
        source=source,
        parameters=_parameters(given),
        every=every,
    )
    letter.validated(made, now)
    schedule.create(
        request.workspace,
        sources.environment_of(given),
        source=source,
        title=_offered()[source],
        parameters=made.parameters,
        every=every,
        emails=schedule.addresses(given.get("emails", "")),
        origin=request.build_absolute_uri("/"),
        role=request.role,
        actor=request.user,
        now=now,
    )
    messages.success(request, "The report is set up. “Send one to me” shows what it looks like.")
    return redirect("mails", request.workspace.slug)


def _offered() -> dict[str, str]:
    """Reports of groups of people; lists of single ones are not for mail."""
    found = {name: each.title for name, each in sources.SOURCES.items() if name not in PERSONAL}
    return {letter.OVERVIEW: "Overview"} | {name: found[name] for name in sources.REPORTS if name in found}


def _parameters(given: QueryDict) -> str:
    pairs = [(name, value) for name, values in given.lists() if name not in OWN for value in values if value]
    return urlencode(pairs, safe="/,:")


def _lines(workspace: Workspace) -> dict[str, Any]:
    mails = ReportMail.objects.filter(recipient__report=OuterRef("pk"))
    newest_sent = mails.filter(sent_at__isnull=False).order_by("-sent_at").values("sent_at")
    newest = mails.order_by("-due_at", "-reason").values("reason")  # of one moment: one that did not go out, if any
    reports = ScheduledReport.objects.filter(workspace=workspace).prefetch_related("recipients")
    found = reports.annotate(last=Subquery(newest_sent[:1]), reason=Subquery(newest[:1]))
    return {"lines": [Line(each, list(each.recipients.all()), each.last, each.reason) for each in found]}


def _form(request: WorkspaceRequest, error: str) -> dict[str, Any]:
    given = request.POST if request.method == "POST" else request.GET
    parameters = _parameters(given)
    try:
        environment = sources.environment_of(given)
        filters = sources.asked(request.workspace, environment, parameters, clock.now()).page.filters
    except QueryError as refused:
        filters, error = (), error or str(refused)
    return {
        "offered": _offered().items(),
        "source": given.get("source", letter.OVERVIEW),
        "everies": ScheduledReport.Every.choices,
        "every": given.get("every", "week"),
        "emails": given.get("emails", request.user.email),
        "kept": [(name, value) for name, values in QueryDict(parameters).lists() for value in values],
        "environment": sources.environment_of(given),
        "said": [said(each) for each in filters],
        "error": error,
        "zone": request.workspace.timezone,
    }
