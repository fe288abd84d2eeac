"""Settings → Destinations: where this workspace's events go, and how to add another place."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.forms import TextInput
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from config.lib import clock
from config.lib.problems import Problem
from config.lib.webhooks import new_secret
from tracking.destinations.model import GROUP, Destination, of_kind
from tracking.forms_destinations import RulesForm
from tracking.forwarding import accounting, health, setup
from tracking.forwarding.accounting import Standing
from tracking.models import Forwarding
from workspaces import providers, roles
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.connection_form import ConnectionForm
from workspaces.models import Connection

MAY = roles.needs("manage_destinations")


class Kind(NamedTuple):
    """A class itself would be called by the template."""

    kind: str
    label: str
    says: str


class Shown(NamedTuple):
    """One line of the list."""

    forwarding: Forwarding
    label: str
    state: health.State
    standing: Standing | None
    sent: int


@workspace_view(needs=MAY)
@require_safe
def destinations(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = clock.now()
    found = list(setup.of_workspace(request.workspace))
    sent = accounting.sent_lately(found, now)
    shown = [
        Shown(each, label_of(each), health.state(each), accounting.known_standing(each, now), sent.get(each.pk, 0))
        for each in found
    ]
    context = {"shown": shown, "kinds": [kind_of(each) for each in providers.all_of(GROUP).values()]}
    return render(request, "tracking/destinations/list.html", context)


@workspace_view(needs=MAY)
@require_http_methods(["GET", "POST"])
def new(request: WorkspaceRequest, slug: str, kind: str) -> HttpResponse:
    provider = _kind_or_404(kind)
    form, rules = _forms(request, provider)
    if request.method == "POST" and form.is_valid() & rules.is_valid():
        about: Any = (request.workspace, kind, form.cleaned_data["name"], form.values(), rules.rules())
        try:
            made = setup.create(*about, actor=request.user, now=clock.now())
        except Problem as problem:
            refuse(form, problem)
        else:
            messages.success(request, f"{made.connection.name} gets what is received from now on. Try it out below.")
            return redirect("destination", slug, made.connection.uid)
    context = {"provider": kind_of(provider), "form": form, "rules": rules}
    return render(request, "tracking/destinations/form.html", context)


def _forms(request: HttpRequest, provider: type[Destination]) -> tuple[ConnectionForm, RulesForm]:
    data = request.POST if request.method == "POST" else None
    form = connection_form(provider, data)
    if provider.kind == "webhook":
        # Made here and shown this once, to be copied into the receiver.
        form.fields["secret"].widget = TextInput({"autocomplete": "off", "spellcheck": "false"})
        form.fields["secret"].initial = new_secret()
        form.fields[
            "secret"
        ].help_text = "Copy it into your receiver, which checks signatures with it. Not shown again."
    return form, RulesForm(provider, data)


def connection_form(provider: type[Destination], data: Any, connection: Connection | None = None) -> ConnectionForm:
    form = ConnectionForm(provider, data, connection)
    for name in provider.untyped:
        del form.fields[name]
    return form


def _kind_or_404(kind: str) -> type[Destination]:
    try:
        return of_kind(kind)
    except KeyError:
        raise Http404 from None


def refuse(form: ConnectionForm, problem: Problem) -> None:
    """A refusal of the topic beside the field it names."""
    field = problem.extra.get("field")
    form.add_error(field if field in form.fields else None, problem.detail)


def kind_of(provider: type[providers.Provider]) -> Kind:
    return Kind(provider.kind, provider.label, provider.says)


def label_of(forwarding: Forwarding) -> str:
    return of_kind(forwarding.connection.kind).label
