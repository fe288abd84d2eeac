"""Tag containers in the product: the list, a container's own page, and the steps from draft to visitors and back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib import clock
from config.lib.problems import Problem
from tracking.containers import drafts, publishing
from tracking.containers.differences import between, text_of
from tracking.forms_containers import NewContainerForm
from tracking.models import Container, Revision
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import refusals_in
from workspaces.roles import needs

EDITS = needs("manage_containers")


@workspace_view(needs=EDITS)
@require_http_methods(["GET", "POST"])
def containers(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = NewContainerForm(request.POST or None, initial={"website_url": _website(request)})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = drafts.create(request.workspace, actor=request.user, now=clock.now(), **form.cleaned_data)
            return redirect("container", slug, made.public_id)
    return render(
        request, "tracking/containers.html", {"containers": drafts.of_workspace(request.workspace), "form": form}
    )


@workspace_view(needs=EDITS)
@require_safe
def container(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    found = find(request, container_id)
    context = {
        "container": found,
        "is_changed": drafts.is_changed(found),
        "adaptors": found.adaptors.all(),
        "revisions": found.revisions.all()[:50],
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "tracking/container.html", context)


@workspace_view(needs=EDITS)
@require_safe
def preview(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    """The file that would be served, and what differs from the one that is."""
    found = find(request, container_id)
    context = {"container": found, "is_changed": drafts.is_changed(found)}
    try:
        context["faults"] = publishing.check(found)
        context["body"] = publishing.preview(found, clock.now())
    except Problem as problem:
        context["problem"] = problem.detail
    if found.live:
        context["lines"] = between(found.live.content, drafts.content_of(found))
    return render(request, "tracking/container_preview.html", context)


@workspace_view(needs=EDITS)
@require_safe
def revision(request: WorkspaceRequest, slug: str, container_id: str, number: int) -> HttpResponse:
    """What a revision holds, and what it changed."""
    found = find(request, container_id)
    shown = found.revisions.filter(number=number).first()
    if shown is None:
        raise Http404
    before: Revision | None = found.revisions.filter(number__lt=number).first()
    context = {
        "container": found,
        "revision": shown,
        "before": before,
        "lines": between(before.content, shown.content) if before else [],
        "text": "\n".join(text_of(shown.content)),
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "tracking/container_revision.html", context)


@workspace_view(needs=EDITS)
@require_POST
def publish(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    found = find(request, container_id)
    try:
        note = request.POST.get("note", "").replace("\0", "").strip()
        made = publishing.publish(found, actor=request.user, now=clock.now(), note=note)
    except Problem as problem:
        messages.error(request, problem.detail)
        return redirect("container_preview", slug, container_id)
    messages.success(request, f"Revision {made.number} is live. Browsers that have a copy notice within ten seconds.")
    return redirect("container", slug, container_id)


@workspace_view(needs=EDITS)
@require_POST
def roll_back(request: WorkspaceRequest, slug: str, container_id: str, number: int) -> HttpResponse:
    try:
        publishing.roll_back(find(request, container_id), number, actor=request.user, now=clock.now())
        messages.success(request, f"Revision {number} is live again. The draft is as it was.")
    except Problem as problem:
        messages.error(request, problem.detail)
    return redirect("container", slug, container_id)


@workspace_view(needs=EDITS)
@require_POST
def kill(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    publishing.set_killed(find(request, container_id), True, actor=request.user, now=clock.now())
    messages.success(request, "Stopped: the tag does nothing from now on.")
    return redirect("container", slug, container_id)


@workspace_view(needs=EDITS)
@require_POST
def revive(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    publishing.set_killed(find(request, container_id), False, actor=request.user, now=clock.now())
    messages.success(request, "The tag works again.")
    return redirect("container", slug, container_id)


@workspace_view(needs=EDITS)
@require_POST
def delete(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    found = find(request, container_id)
    drafts.delete(found, actor=request.user, now=clock.now())
    messages.success(request, f"{found.name} is deleted. Take its tag out of your pages.")
    return redirect("containers", slug)


def find(request: WorkspaceRequest, container_id: str) -> Container:
    """The container of this workspace, or Http404."""
    found = drafts.of_workspace(request.workspace).filter(public_id=container_id[:18]).first()
    if found is None:
        raise Http404
    found.workspace = request.workspace
    return found


def _website(request: WorkspaceRequest) -> str:
    return f"https://{request.workspace.domain}" if request.workspace.domain else ""
