"""Widgets made and changed: the form of a kind with a preview beside it, and "add to a dashboard" from any report."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from analytics.dashboards import config, making
from analytics.dashboards.access import seen_by
from analytics.dashboards.kinds import KINDS, Kind
from analytics.dashboards.reported import REPORTS
from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from analytics.reports.names import event_names
from analytics.views.dashboards import board
from analytics.views.dashboards.page import read_state
from analytics.views.dashboards.state import DashboardRequest, address, dashboard_view
from analytics.views.dashboards.widget_form import WidgetForm, fields_of, question
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs

# Reports that a widget can show, and as which kind.
FROM_REPORTS = {
    "trends": "series",
    "funnel": "funnel",
    "retention": "retention",
    "paths": "paths",
    "revenue": "revenue",
    **{name: name for name in REPORTS},
}


@require_http_methods(["GET", "HEAD", "POST"])
@dashboard_view("build_dashboards")
def edit(request: DashboardRequest, widget: str) -> HttpResponse:
    """`new` with ?kind=, or the id of one that is there."""
    stored = _stored(request, widget)
    kind = KINDS[stored["kind"]]
    form = _form(request, kind, stored)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.widget() | ({} if widget == "new" else {"id": widget})
            making.put_widget(request.dashboard, given, now=clock.now())
            return redirect(address(request.dashboard, "dashboard_edit"))
        except (QueryError, Problem) as refused:
            form.add_error(None, _said(refused))
    context = {
        "dashboard": request.dashboard,
        "form": form,
        "kind": kind,
        "is_new": widget == "new",
        "names": _names(request),
        "report_href": _report(request, kind, stored["question"]),
    }
    return render(request, "analytics/dashboards/widget.html", context)


@require_POST
@dashboard_view("build_dashboards")
def preview(request: DashboardRequest, widget: str) -> HttpResponse:
    """What the form would show, before it is saved."""
    stored = _stored(request, widget)
    form = _form(request, KINDS[stored["kind"]], stored)
    page, _ = read_state(request.dashboard, request.GET, clock.now())
    try:
        if not form.is_valid():
            raise QueryError("Fill in the fields, and what the widget shows appears here.")
        made = config.widget(form.widget(), SavedOf(request.workspace, clock.now()))
    except QueryError as refused:
        return render(request, "analytics/dashboards/widgets/refused.html", {"error": refused.on_pages})
    return render(request, "analytics/dashboards/_preview.html", {"widget": board.drawn(page, made)})


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=needs("build_dashboards"))
def add(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The question of a report (?report= and its parameters) as a widget of a dashboard."""
    asked = request.GET.copy()
    kind = KINDS.get(FROM_REPORTS.get(str(asked.pop("report", [""])[-1]), ""))
    if kind is None:  # nobody's link: there is no such report to add
        return redirect("dashboards", slug)
    seen = seen_by(request.user, request.role, request.workspace).order_by("-updated_at")
    error = ""
    if request.method == "POST":
        try:
            return _added(request, kind, asked.urlencode())
        except (QueryError, Problem) as refused:
            error = _said(refused)
    context = {"dashboards": seen, "kind": kind, "error": error, "title": request.POST.get("title", "")}
    return render(request, "analytics/dashboards/add.html", context)


def _said(refused: QueryError | Problem) -> str:
    return refused.on_pages if isinstance(refused, QueryError) else refused.detail


def _added(request: WorkspaceRequest, kind: Kind, asked: str) -> HttpResponse:
    now, chosen = clock.now(), request.POST.get("dashboard", "")
    if kind.name == "series" and "show=number" in asked:
        kind = KINDS["number"]
    given = {"kind": kind.name, "title": request.POST.get("title", ""), "question": asked}
    config.widget(given, SavedOf(request.workspace, now))  # refused before a dashboard is made for it
    if chosen == "new":
        name = request.POST.get("name", "").strip() or "New dashboard"
        dashboard = making.create(request.workspace, name=name, actor=request.user, now=now)
    else:
        seen = seen_by(request.user, request.role, request.workspace)
        dashboard = get_object_or_404(seen, pk=int(chosen) if chosen.isdecimal() and len(chosen) < 18 else 0)
    making.put_widget(dashboard, given, now=now)
    messages.success(request, f"Added to {dashboard.name}.")
    return redirect(address(dashboard))


def _stored(request: DashboardRequest, widget: str) -> dict[str, Any]:
    if widget == "new":
        kind = str(request.GET.get("kind", ""))
        if kind not in KINDS:
            raise Http404
        return {"id": "", "kind": kind, "title": "", "question": "", "text": "", "w": 0, "h": 0}
    found = next((each for each in request.dashboard.config["widgets"] if each["id"] == widget), None)
    if found is None:
        raise Http404
    return dict(found)


def _form(request: DashboardRequest, kind: Kind, stored: dict[str, Any]) -> WidgetForm:
    initial = fields_of(kind, stored["question"]) if stored["id"] else {}
    if stored["id"] and not _is_said(request, kind, stored, initial):
        initial["address"] = stored["question"]
    about = {"title": stored["title"], "text": stored["text"]} | initial
    return WidgetForm(kind, request.workspace, _names(request), request.POST or None, **about)


def _is_said(request: DashboardRequest, kind: Kind, stored: dict[str, Any], initial: dict[str, Any]) -> bool:
    """Whether the fields alone make the same question again."""
    if kind.name in ("text", "live"):
        return True
    form = WidgetForm(kind, request.workspace, _names(request))
    usual = {name: field.initial for name, field in form.fields.items()}
    given = {name: value if value is not None else "" for name, value in (usual | initial).items()}
    try:
        again = config.widget({"kind": kind.name, "question": question(kind, given)},
                              SavedOf(request.workspace, clock.now()))  # fmt: skip
    except (QueryError, KeyError):
        return False
    return bool(again["question"] == stored["question"])


def _names(request: DashboardRequest) -> list[str]:
    if request.event_names is None:
        page, _ = read_state(request.dashboard, request.GET, clock.now())
        request.event_names = event_names(page.query(compare=None), page.now)
    return request.event_names


def _report(request: DashboardRequest, kind: Kind, asked: str) -> str:
    return f"{reverse(kind.report, args=[request.workspace.slug])}?{asked}" if kind.report else ""
