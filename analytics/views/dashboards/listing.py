"""The dashboards of a workspace, and the page that makes one: empty, or from a template."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.dashboards import making
from analytics.dashboards.access import seen_by
from analytics.dashboards.templates import TEMPLATES, config_of
from analytics.views.dashboards.state import DashboardRequest, address, dashboard_view
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs


@require_safe
@workspace_view(needs=needs("see_dashboards"))
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    seen = seen_by(request.user, request.role, request.workspace).select_related("created_by")
    everything = list(seen)
    tag, search = request.GET.get("tag", ""), request.GET.get("search", "").strip()[:200]
    found = [each for each in everything if (not tag or tag in each.tags) and search.lower() in each.name.lower()]
    context = {
        "dashboards": found,
        "tags": sorted({name for each in everything for name in each.tags}),
        "tag": tag,
        "search": search,
        "is_empty": not everything,
    }
    return render(request, "analytics/dashboards/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=needs("build_dashboards"))
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    chosen = request.POST.get("template", "")
    name = request.POST.get("name", "").strip()
    error = ""
    if request.method == "POST":
        try:
            label = TEMPLATES[chosen].label if chosen in TEMPLATES else "New dashboard"
            made = making.create(
                request.workspace, name=name or label, config=config_of(chosen), actor=request.user, now=clock.now()
            )
            return redirect("dashboard" if chosen in TEMPLATES else "dashboard_edit", slug, made.uid)
        except Problem as refused:
            error = str(refused)
    context = {"templates": TEMPLATES.values(), "name": name, "error": error}
    return render(request, "analytics/dashboards/new.html", context)


@require_POST
@dashboard_view("build_dashboards")
def duplicate(request: DashboardRequest) -> HttpResponse:
    try:
        made = making.duplicate(request.dashboard, actor=request.user, now=clock.now())
    except Problem as refused:
        messages.error(request, refused.detail)
        return redirect(address(request.dashboard))
    messages.success(request, "This is the copy. Nobody else sees it who may not build dashboards.")
    return redirect(address(made, "dashboard_edit"))


@require_POST
@dashboard_view("build_dashboards")
def delete(request: DashboardRequest) -> HttpResponse:
    making.delete(request.dashboard, actor=request.user, now=clock.now())
    messages.success(request, f"The dashboard {request.dashboard.name} is deleted.")
    return redirect("dashboards", request.workspace.slug)
