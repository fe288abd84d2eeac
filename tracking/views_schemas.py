"""Schemas in the product: the list, one with its versions and rules, and what does not fit lately."""

from typing import Any

import redis
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from config.lib import clock
from tracking.catalogue import drafts
from tracking.forms_schemas import EXAMPLE, NewSchemaForm, SchemaForm
from tracking.models import EventSchema
from tracking.schemas import faults, registry
from tracking.schemas.definition import spelled_out
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import refusals_in
from workspaces.roles import may, needs

READS, EDITS = needs("analyse"), needs("manage_schemas")


@workspace_view(needs=READS)
@require_http_methods(["GET"])
def schemas(request: WorkspaceRequest, slug: str) -> HttpResponse:
    found = _faults(request)
    rows = [
        {"schema": each, "faults": sum(fault.events for fault in found if fault.schema == each.name)}
        for each in registry.of_workspace(request.workspace)
    ]
    return render(request, "tracking/schemas.html", {"rows": rows, "days": faults.DAYS})


@workspace_view(needs=EDITS)
@require_http_methods(["GET", "POST"])
def new_schema(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Empty, or with what was seen: ?from=seen."""
    seen = request.GET.get("from") == "seen"
    initial = {"properties": drafts.of_seen(request.workspace, "live") if seen else EXAMPLE}
    form = NewSchemaForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = registry.create(request.workspace, actor=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, f"{made.name} checks events within five seconds.")
            return redirect("schema", slug, made.name)
    return render(request, "tracking/schema_new.html", {"form": form, "seen": seen})


@workspace_view(needs=READS)
@require_http_methods(["GET", "POST"])
def schema(request: WorkspaceRequest, slug: str, name: str) -> HttpResponse:
    found, can_edit = find(request, name), may(request.role, "manage_schemas")
    form = SchemaForm(request.POST or None, instance=found) if can_edit else None
    if request.method == "POST" and form is None:
        raise Http404
    if form and request.method == "POST" and form.is_valid():
        with refusals_in(form):
            fresh = find(request, name)  # the form has changed its own copy
            registry.change(fresh, dict(form.cleaned_data), actor=request.user, now=clock.now())
            messages.success(request, "Saved. It holds within five seconds.")
            return redirect("schema", slug, name)
    shown = find(request, name)
    context = {
        "schema": shown,
        "form": form,
        "events": _events(shown),
        "versions": shown.versions.all()[:30],
        "rules": shown.fixes.all(),
        "faults": [each for each in _faults(request) if each.schema == shown.name],
        "days": faults.DAYS,
    }
    return render(request, "tracking/schema.html", context)


@workspace_view(needs=EDITS)
@require_POST
def restore(request: WorkspaceRequest, slug: str, name: str, number: int) -> HttpResponse:
    """What an earlier version demanded is demanded again, as a new version."""
    found = find(request, name)
    version = found.versions.filter(number=number).first()
    if version is None:
        raise Http404
    changes = {"properties": version.properties, "is_closed": version.is_closed}
    registry.change(found, changes, actor=request.user, now=clock.now())
    messages.success(request, f"What version {number} demanded holds again, as version {found.version}.")
    return redirect("schema", slug, name)


@workspace_view(needs=EDITS)
@require_POST
def delete_schema(request: WorkspaceRequest, slug: str, name: str) -> HttpResponse:
    registry.delete(find(request, name), actor=request.user, now=clock.now())
    messages.success(request, f"{name} is deleted. Its events are taken as they are.")
    return redirect("schemas", slug)


@workspace_view(needs=EDITS)
@require_POST
def end_rule(request: WorkspaceRequest, slug: str, name: str, uid: str) -> HttpResponse:
    rule = find(request, name).fixes.filter(uid=uid).first()
    if rule is None:
        raise Http404
    registry.end_rule(rule, actor=request.user, now=clock.now())
    messages.success(request, "The rule is ended. What it repaired stays as it is.")
    return redirect("schema", slug, name)


def find(request: WorkspaceRequest, name: str) -> EventSchema:
    """The schema of this workspace, or Http404."""
    found = registry.find(request.workspace, name)
    if found is None:
        raise Http404
    return found


def _events(schema: EventSchema) -> list[dict[str, Any]]:
    """For the table: each event with its properties, whichever way they were written."""
    return [
        {"name": event, "properties": [{"name": name, **spelled_out(said)} for name, said in demands.items()]}
        for event, demands in schema.properties.items()
    ]


def _faults(request: WorkspaceRequest) -> list[faults.Faults]:
    """Of live data; nothing while the counters are away."""
    try:
        return faults.lately(request.workspace.dataset_id(), clock.now())
    except redis.RedisError:
        return []
