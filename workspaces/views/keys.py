"""API keys of a workspace. The text of a secret key is in the answer to the click that made it, and nowhere else."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST

from config.lib import clock
from config.lib.problems import Problem
from workspaces import api_keys, roles
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import KeyForm, refusals_in
from workspaces.models import ApiKey

MANAGES = roles.needs("manage_keys")


@workspace_view(needs=MANAGES)
@require_http_methods(["GET", "POST"])
def keys(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = api_keys.issue(request.workspace, actor=request.user, now=clock.now(), **form.cleaned_data)
            return _page(request, KeyForm(), made)
    return _page(request, form)


@workspace_view(needs=MANAGES)
@require_POST
def rotate(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    try:
        made = api_keys.rotate(_key(request, uid), actor=request.user, now=clock.now())
    except Problem as problem:
        messages.error(request, problem.detail)
        return redirect("keys", slug)
    return _page(request, KeyForm(), made)


@workspace_view(needs=MANAGES)
@require_POST
def revoke(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    key = _key(request, uid)
    api_keys.revoke(key, actor=request.user, now=clock.now())
    messages.success(request, f"{key.name} is revoked. Within five seconds no process accepts it any more.")
    return redirect("keys", slug)


def _key(request: WorkspaceRequest, uid: str) -> ApiKey:
    return get_object_or_404(request.workspace.api_keys.select_related("workspace__organization"), uid=uid)


def _page(request: WorkspaceRequest, form: KeyForm, made: tuple[ApiKey, str] | None = None) -> HttpResponse:
    now = clock.now()
    every = list(request.workspace.api_keys.select_related("created_by"))
    context = {
        "form": form,
        "made": made,
        "live": [key for key in every if key.is_live(now)],
        "ended": [key for key in every if not key.is_live(now)],
        "overlap_hours": api_keys.OVERLAP_HOURS,
    }
    response = render(request, "workspaces/keys.html", context)
    if made:
        add_never_cache_headers(response)
    return response
