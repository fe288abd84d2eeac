"""One destination: its health and its books, and everything one can do with it."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib import clock
from config.lib.crypto import SealBroken
from config.lib.problems import Problem
from tracking.destinations.model import Unacceptable, of_kind
from tracking.forms_destinations import ResendForm, RulesForm
from tracking.forwarding import accounting, health, resends, setup
from tracking.models import Delivery, Forwarding
from tracking.store import StoreError
from tracking.views_destinations import MAY, connection_form, kind_of, label_of, refuse
from workspaces import connections
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.providers import DeliveryError

DAYS = 14
LISTED = 20


@workspace_view(needs=MAY)
@require_safe
def destination(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    found, now = find(request, uid), clock.now()
    troubled = found.deliveries.open().exclude(error="").order_by("-state", "due_at")
    context = {
        **_state(found),
        "days": accounting.days(found, (now - timedelta(days=DAYS - 1)).date()),
        "troubled": troubled[:LISTED],
        "troubled_more": max(troubled.count() - LISTED, 0),
        "resends": found.resends.all()[:LISTED],
        "resend_form": ResendForm(),
        "rules": RulesForm(of_kind(found.connection.kind), forwarding=found),
    }
    return render(request, "tracking/destinations/detail.html", context)


@workspace_view(needs=MAY)
@require_safe
def state(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """The part of the page that keeps itself up to date."""
    return render(request, "tracking/destinations/_standing.html", _state(find(request, uid)))


@workspace_view(needs=MAY)
@require_http_methods(["GET", "POST"])
def edit(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    found = find(request, uid)
    provider, data = of_kind(found.connection.kind), request.POST if request.method == "POST" else None
    form = connection_form(provider, data, found.connection)
    rules = RulesForm(provider, data, found)
    if request.method == "POST" and form.is_valid() & rules.is_valid():
        about: Any = (found, form.cleaned_data["name"], form.values(), rules.rules())
        try:
            setup.change(*about, actor=request.user, now=clock.now())
        except Problem as problem:
            refuse(form, problem)
        else:
            messages.success(request, "Saved. It holds for what is sent from now on.")
            return redirect("destination", slug, uid)
    context = {"provider": kind_of(provider), "form": form, "rules": rules, "forwarding": found}
    return render(request, "tracking/destinations/form.html", context)


@workspace_view(needs=MAY)
@require_POST
def test(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    found = find(request, uid)
    try:
        connections.try_out(found.connection)
        context = {"tested": True, "label": label_of(found)}
    except (DeliveryError, Unacceptable) as error:
        context = {"error": str(error)}
    except SealBroken:
        context = {"error": "Its secrets cannot be read any more. Type them in again."}
    return render(request, "tracking/destinations/_tested.html", context)


@workspace_view(needs=MAY)
@require_POST
def pause(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    setup.pause(find(request, uid), actor=request.user, now=clock.now())
    messages.success(request, "Paused. What is received meanwhile waits in the event store.")
    return redirect("destination", slug, uid)


@workspace_view(needs=MAY)
@require_POST
def resume(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    skips = request.POST.get("skip") == "1"
    setup.resume(find(request, uid), actor=request.user, now=clock.now(), skips=skips)
    messages.success(request, "It goes on from now." if skips else "It goes on where it stopped.")
    return redirect("destination", slug, uid)


@workspace_view(needs=MAY)
@require_POST
def retry(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """All dead letters, or the one that is named."""
    found, named = find(request, uid), request.POST.get("delivery", "")
    only = get_object_or_404(found.deliveries, uid=_uuid(named)) if named else None
    revived = resends.dead_letters(found, actor=request.user, now=clock.now(), only=only)
    messages.success(request, f"{revived} {'batch is' if revived == 1 else 'batches are'} tried again.")
    return redirect("destination", slug, uid)


@workspace_view(needs=MAY)
@require_POST
def resend(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    found, form = find(request, uid), ResendForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give both ends of the stretch, such as 2026-03-10 08:00.")
        return redirect("destination", slug, uid)
    try:
        made = resends.of_range(found, **form.cleaned_data, actor=request.user, now=clock.now())
        events = number_format(resends.count(found, made.start, made.end), force_grouping=True)
        messages.success(request, f"{events} events are sent again.")
    except Problem as problem:
        messages.error(request, problem.detail)
    except StoreError:
        messages.success(request, "They are sent again as soon as the event store answers.")
    return redirect("destination", slug, uid)


@workspace_view(needs=MAY)
@require_POST
def disconnect(request: WorkspaceRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    found = find(request, uid)
    connections.disconnect(found.connection, actor=request.user, now=clock.now())
    messages.success(request, f"{found.connection.name} gets nothing any more.")
    return redirect("destinations", slug)


def find(request: WorkspaceRequest, uid: uuid.UUID) -> Forwarding:
    """The destination of this workspace, or Http404."""
    return get_object_or_404(setup.of_workspace(request.workspace), connection__uid=uid)


def _state(forwarding: Forwarding) -> dict[str, Any]:
    now = clock.now()
    return {
        "now": now,
        "forwarding": forwarding,
        "connection": forwarding.connection,
        "label": label_of(forwarding),
        "state": health.state(forwarding),
        "standing": accounting.known_standing(forwarding, now),
        "dead": forwarding.deliveries.filter(state=Delivery.State.DEAD).count(),
    }


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
