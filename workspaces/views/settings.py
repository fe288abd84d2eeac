"""Settings of a workspace, and its end."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from config.lib import clock
from workspaces import organizations, roles
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import ConfirmForm, WorkspaceForm, changes, refusals_in


@workspace_view(needs=roles.needs("change_workspace"))
@require_http_methods(["GET", "POST"])
def general(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = WorkspaceForm(request.POST or None, instance=request.workspace)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            organizations.update_workspace(request.workspace, changes(form), actor=request.user, now=clock.now())
            messages.success(request, "Settings saved.")
            return redirect("workspace_settings", slug)
    may_delete = roles.may(request.role, "delete_workspace")
    return render(request, "workspaces/settings.html", {"form": form, "may_delete": may_delete})


@workspace_view(needs=roles.needs("delete_workspace"))
@require_http_methods(["GET", "POST"])
def delete(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = ConfirmForm(request.POST or None, expected=request.workspace.name)
    if request.method == "POST" and form.is_valid():
        organizations.delete_workspace(request.workspace, actor=request.user, now=clock.now())
        messages.success(request, f"{form.expected} is deleted.")
        return redirect("home")
    return render(request, "workspaces/delete.html", {"form": form, "name": form.expected})
