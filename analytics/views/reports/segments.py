"""The segments of a workspace: what there is, and the page that makes or changes one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics import segments
from analytics.models import Segment
from analytics.query import run
from analytics.query.condition_json import from_list
from analytics.query.model import Query, QueryError
from analytics.views.reports.conditions import Editing, edited, posted
from analytics.views.said import all_said
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs

BUILDS = needs("analyse")


@require_safe
@workspace_view(needs="viewer")
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    found = Segment.objects.filter(workspace=request.workspace).select_related("created_by")
    rows = [(each, all_said(from_list(each.filters)), _seen_through(slug, each)) for each in found]
    return render(request, "analytics/saved/segments.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=BUILDS)
@says_when_unavailable
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _edit(request, slug, None)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=BUILDS)
@says_when_unavailable
def edit(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    segment = get_object_or_404(Segment, workspace=request.workspace, uid=uid)
    if request.method != "POST" and not request.GET:
        return redirect(request.path + _as_state(request, segment))
    return _edit(request, slug, segment)


@require_POST
@workspace_view(needs=BUILDS)
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    segment = get_object_or_404(Segment, workspace=request.workspace, uid=uid)
    segments.delete(segment, actor=request.user, now=clock.now())
    messages.success(request, f"The segment {segment.name} is deleted. No event was touched.")
    return redirect("segments", slug)


def _edit(request: WorkspaceRequest, slug: str, segment: Segment | None) -> HttpResponse:
    editing = edited(request)
    if editing.moved:
        return redirect(request.path + editing.moved)
    error = editing.error
    if request.method == "POST":
        try:
            saved = _save(request, segment)
        except (QueryError, Problem) as refused:
            error = str(refused)
        else:
            messages.success(request, f"The segment {saved.name} is saved. Choose it in any report.")
            return redirect("segments", slug)
    return render(request, "analytics/saved/segment.html", _context(request, segment, editing, error))


def _save(request: WorkspaceRequest, segment: Segment | None) -> Segment:
    fields: dict[str, Any] = {
        "name": request.POST.get("name", "").strip()[:80],
        "description": request.POST.get("description", "").strip()[:300],
        "filters": posted(request),
    }
    if not fields["name"]:
        raise Problem(422, "name", "Give it a name.", field="name")
    if segment is None:
        return segments.create(request.workspace, actor=request.user, now=clock.now(), **fields)
    return segments.change(segment, actor=request.user, now=clock.now(), **fields)


def _context(request: WorkspaceRequest, segment: Segment | None, editing: Editing, error: str) -> dict[str, Any]:
    page, toolbar = editing.page, editing.toolbar
    return {
        "segment": segment,
        "name": request.POST.get("name", segment.name if segment else ""),
        "description": request.POST.get("description", segment.description if segment else ""),
        "error": error,
        "toolbar": toolbar,
        "conditions": [value for name, value in page.parameters if name == "f"],
        "who": _counted(page.query("visitors", "visits", compare=None), page.now) if page.filters else None,
    }


def _counted(query: Query, now: Any) -> dict[str, float | None]:
    return run(query, now).totals


def _as_state(request: WorkspaceRequest, segment: Segment) -> str:
    page = edited(request).page
    for each in from_list(segment.filters):
        page = page.with_condition(each)
    return page.url()


def _seen_through(slug: str, segment: Segment) -> str:
    return reverse("trends", args=[slug]) + f"?f=segment,{segment.uid}"
