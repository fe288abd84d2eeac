"""The saved views of a workspace: the list, the form in the menu that keeps one, and deleting."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from analytics import saved_views
from analytics.models import SavedView
from analytics.query.model import QueryError
from analytics.views import state
from analytics.views.exports.sources import REPORTS
from analytics.views.reports.frame import read_state
from analytics.views.views_menu import offered
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import may, reaches

OVERVIEW = "overview"


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs="viewer")
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    if request.method == "POST":
        return _keep(request, slug)
    rows = [
        (each, saved_views.address(each, slug), _title(each.page), _may_delete(request, each))
        for each in offered(request)
    ]
    return render(request, "analytics/saved_views.html", {"rows": rows})


@require_POST
@workspace_view(needs="viewer")
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    view = get_object_or_404(saved_views.seen_by(request.workspace, request.user), uid=uid)
    if not _may_delete(request, view):
        messages.error(request, "A shared view is deleted by its maker or an analyst.")
        return redirect("saved_views", slug)
    saved_views.delete(view, actor=request.user, now=clock.now())
    messages.success(request, "The view is deleted.")
    return redirect("saved_views", slug)


def _keep(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """A viewer's views are personal: what everybody sees is for those who analyse."""
    page, is_shared = request.POST.get("page", ""), request.POST.get("shared") == "1" and may(request.role, "analyse")
    try:
        kept = saved_views.keep(
            request.workspace,
            name=request.POST.get("name", ""),
            page=page,
            state=_state(request, page),
            is_shared=is_shared,
            actor=request.user,
            now=clock.now(),
        )
    except Problem as refused:
        messages.error(request, refused.detail)
        return redirect("saved_views", slug)
    messages.success(request, f"“{kept.name}” is among the saved views now.")
    return redirect(saved_views.address(kept, slug))


def _state(request: WorkspaceRequest, page: str) -> str:
    """As the page itself writes it: what is kept can be asked for."""
    params = QueryDict(urlsplit(request.POST.get("state", "")).query)
    if page == OVERVIEW:
        try:
            return state.read(params, request.workspace, clock.now()).url()
        except QueryError as refused:
            raise Problem(422, "state", str(refused)) from refused
    if page not in REPORTS or not reaches(request.role, REPORTS[page].needs):
        raise Problem(422, "page", "There is no such page. Save a view from the page that it shows.")
    shown, _, error = read_state(REPORTS[page], params, request.workspace, clock.now())
    if error:
        raise Problem(422, "state", error)
    return shown.url()


def _title(page: str) -> str:
    return REPORTS[page].title if page in REPORTS else "Overview"


def _may_delete(request: WorkspaceRequest, view: SavedView) -> bool:
    return view.created_by_id == request.user.pk or may(request.role, "analyse")
