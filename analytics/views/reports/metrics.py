"""The saved metrics of a workspace: what there is, and the page that keeps a trend's formula as one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics import custom_metrics
from analytics.models import SavedMetric
from analytics.query.condition_json import to_json
from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from analytics.reports.trends import LETTERS, Custom, Trend
from analytics.reports.trends.custom import custom_of
from analytics.reports.trends.read import from_params
from analytics.views.reports.trends_result import series_said
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs

BUILDS = needs("analyse")


@require_safe
@workspace_view(needs="viewer")
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    saved = SavedOf(request.workspace, clock.now())
    rows = []
    for each in SavedMetric.objects.filter(workspace=request.workspace).select_related("created_by"):
        made_of = zip(LETTERS, custom_of(each, saved).series, strict=False)
        said = [f"{letter}: {series_said(series)}" for letter, series in made_of]
        rows.append((each, said, reverse("trends", args=[slug]) + f"?s=saved,{each.uid}"))
    return render(request, "analytics/saved/metrics.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=BUILDS)
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Of the trend in the URL: its series and its formula."""
    error, asked = "", Trend()
    try:
        asked = from_params(request.GET, SavedOf(request.workspace, clock.now()))
        if request.method == "POST":
            made = _create(request, asked)
            messages.success(request, f"The metric {made.name} is saved. Add it to any trend.")
            return redirect("metrics", slug)
    except (QueryError, Problem) as refused:
        error = str(refused)
    series = [(letter, series_said(each)) for letter, each in zip(LETTERS, asked.series, strict=False)]
    context = {
        "series": series,
        "formula": request.POST.get("formula") or asked.formula_text or "A",
        "name": request.POST.get("name", ""),
        "unit": request.POST.get("unit", "percent" if "100" in asked.formula_text else "count"),
        "units": SavedMetric.Unit.choices,
        "error": error,
    }
    return render(request, "analytics/saved/metric_new.html", context)


@require_POST
@workspace_view(needs=BUILDS)
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    metric = get_object_or_404(SavedMetric, workspace=request.workspace, uid=uid)
    custom_metrics.delete(metric, actor=request.user, now=clock.now())
    messages.success(request, f"The metric {metric.name} is deleted.")
    return redirect("metrics", slug)


def _create(request: WorkspaceRequest, asked: Trend) -> SavedMetric:
    name, unit = request.POST.get("name", "").strip()[:80], request.POST.get("unit", "")
    if not name:
        raise Problem(422, "name", "Give it a name.", field="name")
    if unit not in SavedMetric.Unit.values:
        raise Problem(422, "unit", "Choose a unit.", field="unit")
    if any(isinstance(each, Custom) for each in asked.series):
        raise Problem(422, "series", "A saved metric is made of the product's own metrics: take the saved one out.")
    series = [
        {"metric": each.metric, "filters": [to_json(one) for one in each.conditions]}
        for each in asked.series
        if not isinstance(each, Custom)
    ]
    return custom_metrics.create(
        request.workspace,
        name=name,
        description=request.POST.get("description", "").strip()[:300],
        series=series,
        formula=request.POST.get("formula", "").strip() or asked.formula_text or "A",
        unit=unit,
        actor=request.user,
        now=clock.now(),
    )
