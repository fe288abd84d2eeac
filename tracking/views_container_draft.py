"""The pages on which the draft of a tag container is edited: its rules, and its adaptors one by one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from config.lib import clock
from config.lib.problems import Problem
from tracking.containers import drafts, syntax
from tracking.forms_containers import AdaptorForm, RulesForm, cleaned_rules, event_rules
from tracking.models import Adaptor
from tracking.views_containers import EDITS, find
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import refusals_in

ABOUT = ("name", "website_url", "environment", "channel")


@workspace_view(needs=EDITS)
@require_http_methods(["GET", "POST"])
def rules(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    found, data = find(request, container_id), request.POST or None
    form, events = RulesForm(found, data), event_rules(found, data)
    if request.method == "POST" and form.is_valid() and events.is_valid():
        cleaned = cleaned_rules(form, events)
        with refusals_in(form):
            if cleaned is not None:
                about = {name: form.cleaned_data[name] for name in ABOUT}
                drafts.change(found, about | {"rules": cleaned}, actor=request.user, now=clock.now())
                messages.success(request, "Saved in the draft. Publish it to serve it.")
                return redirect("container", slug, container_id)
    return render(request, "tracking/container_rules.html", {"container": found, "form": form, "events": events})


@workspace_view(needs=EDITS)
@require_http_methods(["GET", "POST"])
def new_adaptor(request: WorkspaceRequest, slug: str, container_id: str) -> HttpResponse:
    found = find(request, container_id)
    form = AdaptorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = drafts.add_adaptor(found, actor=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, "Saved in the draft. Publish it to serve it.")
            return redirect("container_adaptor", slug, container_id, made.uid)
    return render(request, "tracking/container_adaptor.html", {"container": found, "form": form})


@workspace_view(needs=EDITS)
@require_http_methods(["GET", "POST"])
def adaptor(request: WorkspaceRequest, slug: str, container_id: str, uid: str) -> HttpResponse:
    """Code that does not parse is kept in the draft, with the fault at its line; publishing refuses it."""
    shown = _adaptor(request, container_id, uid)
    form = AdaptorForm(request.POST or None, instance=shown)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            drafts.change_adaptor(shown, form.cleaned_data, actor=request.user, now=clock.now())
            messages.success(request, "Saved in the draft. Publish it to serve it.")
            return redirect("container_adaptor", slug, container_id, uid)
    context = {"container": shown.container, "adaptor": shown, "form": form, **_faults(shown)}
    return render(request, "tracking/container_adaptor.html", context)


@workspace_view(needs=EDITS)
@require_POST
def delete_adaptor(request: WorkspaceRequest, slug: str, container_id: str, uid: str) -> HttpResponse:
    gone = _adaptor(request, container_id, uid)
    drafts.delete_adaptor(gone, actor=request.user, now=clock.now())
    messages.success(request, f"{gone.name} is deleted from the draft. Publish it to take it off the pages.")
    return redirect("container", slug, container_id)


def _adaptor(request: WorkspaceRequest, container_id: str, uid: str) -> Adaptor:
    container = find(request, container_id)
    found = container.adaptors.filter(uid=uid).first()
    if found is None:
        raise Http404
    found.container = container
    return found


def _faults(shown: Adaptor) -> dict[str, object]:
    try:
        return {"fault": next(iter(syntax.faults([(shown.name, shown.code)])), None)}
    except Problem as problem:
        return {"problem": problem.detail}
