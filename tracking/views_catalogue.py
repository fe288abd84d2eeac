"""The catalogue in the product: the events that were seen, and one of them with its properties."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from config.lib import clock
from tracking.catalogue import pages, watch
from tracking.forms_catalogue import EventForm
from tracking.models import SeenEvent
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Environment
from workspaces.roles import needs

READS = needs("analyse")
ROWS = 100


@workspace_view(needs=READS)
@require_safe
def catalogue(request: WorkspaceRequest, slug: str) -> HttpResponse:
    environment: Environment = "test" if request.GET.get("env") == "test" else "live"
    view = request.GET.get("view", "all")
    view = view if view in pages.VIEWS else "all"
    search, now = request.GET.get("q", "").replace("\0", "")[:100].strip(), clock.now()
    is_behind = not watch.is_up_to_date(request.workspace, environment, now)
    rows = pages.rows(request.workspace, environment, view, search, now)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "view": view,
        "views": pages.VIEWS,
        "search": search,
        "environment": environment,
        "is_behind": is_behind,
        "is_empty": not SeenEvent.objects.filter(workspace=request.workspace, environment=environment).exists(),
    }
    return render(request, "tracking/catalogue.html", context)


@workspace_view(needs=READS)
@require_http_methods(["GET", "POST"])
def catalogue_event(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """One kind of event. Analysts may say what it means and whose it is."""
    found = SeenEvent.objects.filter(workspace=request.workspace, uid=uid).select_related("owner").first()
    if found is None:
        raise Http404
    people = User.objects.filter(memberships__organization=request.workspace.organization).order_by("email")
    form = EventForm(request.POST or None, instance=found, people=people)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            form.save_properties(request.POST)
        messages.success(request, "Saved.")
        return redirect("catalogue_event", slug, uid)
    context = {"event": found, "form": form, "properties": pages.properties(found, clock.now())}
    return render(request, "tracking/catalogue_event.html", context)
