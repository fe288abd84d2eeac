"""The exports of a workspace: ask for one, watch it, fetch it, take it away."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from analytics.exports import jobs, links
from analytics.exports.formats import FORMATS
from analytics.models import Export
from analytics.query.model import QueryError
from analytics.query.parse import from_params
from analytics.query.periods import PRESETS
from analytics.views.exports import asking, sources
from analytics.views.said import said
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs

SHOWN = 50


@dataclass(frozen=True)
class Line:
    export: Export
    link: str  # empty while there is no file

    @property
    def manifest(self) -> str:
        return f"{self.link}manifest.json"


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
@workspace_view(needs=needs("export"))
@says_when_unavailable
def exports(request: WorkspaceRequest, slug: str) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            return _asked(request)
        except QueryError as refused:
            error = str(refused)
        except Problem as refused:
            error = refused.detail
    is_list = request.headers.get("HX-Target") == "exports-list"
    context = _listed(request) if is_list else _listed(request) | _form(request) | {"error": error}
    return render(request, "analytics/exports/_list.html" if is_list else "analytics/exports/exports.html", context)


@require_POST
@workspace_view(needs=needs("export"))
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    found = get_object_or_404(Export.objects.select_related("workspace"), workspace=request.workspace, uid=uid)
    jobs.delete(found, actor=request.user, now=clock.now())
    messages.success(request, f"{found.title} is deleted, and its link with it. No event was touched.")
    return redirect("exports", slug)


def _asked(request: WorkspaceRequest) -> HttpResponse:
    given = request.POST
    source, file_format = given.get("source", ""), given.get("format", "")
    parameters, environment = asking.parameters_of(given), sources.environment_of(given)
    asking.ask(request.workspace, environment, source, file_format, parameters, request.user)
    return HttpResponseRedirect(reverse("exports", args=[request.workspace.slug]))


def _listed(request: WorkspaceRequest) -> dict[str, Any]:
    found = list(Export.objects.filter(workspace=request.workspace, expires_at__gt=clock.now())[:SHOWN])
    return {
        "lines": [Line(each, _link(request, each)) for each in found],
        "is_open": any(each.is_open for each in found),
        "formats": FORMATS,
        "kept_days": jobs.KEPT.days,
    }


def _link(request: WorkspaceRequest, export: Export) -> str:
    if export.state != Export.State.DONE:
        return ""
    return request.build_absolute_uri(reverse("export_file", args=[links.token_of(export)]))


def _form(request: WorkspaceRequest) -> dict[str, Any]:
    """The form as it was sent, or as the report it was opened from says."""
    given = request.POST if request.method == "POST" else request.GET
    now = clock.now()
    try:
        page = from_params(given, request.workspace, now)
    except QueryError:
        page = from_params(type(given)(), request.workspace, now)
    kept = [(name, value) for name, values in given.lists() for value in values
            if name not in (*asking.OWN, "period", "from", "to")]  # fmt: skip
    last = page.period.end - timedelta(microseconds=1)
    return {
        "sources": sources.SOURCES.values(),
        "source": given.get("source", "events"),
        "format": given.get("format", "csv"),
        "periods": [(key, preset.label) for key, preset in PRESETS.items() if key != "realtime"],
        "period": page.period.key,
        "first_day": page.period.start.date().isoformat(),
        "last_day": last.date().isoformat(),
        "kept": [*kept, *([("env", "test")] if sources.environment_of(given) == "test" else [])],
        "said": [said(each) for each in page.filters],
        "environment": sources.environment_of(given),
    }
