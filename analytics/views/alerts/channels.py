"""The channels of a workspace: which there are, connect, change, try out, resume, delete."""

from collections import Counter

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.alerts import channels, trial
from analytics.models import Notice
from config.lib import clock
from config.lib.problems import Problem
from config.lib.webhooks import new_secret
from workspaces import connections
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.connection_form import ConnectionForm
from workspaces.models import Connection
from workspaces.providers import Provider, all_of
from workspaces.roles import needs

MANAGES = needs("manage_channels")


@require_safe
@workspace_view(needs=needs("analyse"))
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    kinds = all_of(channels.GROUP)
    waiting = Notice.objects.filter(state="waiting", channel__workspace=request.workspace)
    counts = Counter(waiting.values_list("channel_id", flat=True))
    rows = [(each, kinds[each.kind].label, counts[each.pk]) for each in channels.of(request.workspace)]
    return render(request, "analytics/alerts/channels.html", {"rows": rows, "kinds": _named(kinds)})


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=MANAGES)
def new(request: WorkspaceRequest, slug: str, kind: str) -> HttpResponse:
    provider = all_of(channels.GROUP).get(kind)
    if provider is None:
        raise Http404
    form = ConnectionForm(provider, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = channels.connect(
                request.workspace, kind, form.cleaned_data["name"], form.values(), actor=request.user, now=clock.now()
            )
        except Problem as refused:
            _add_error(form, refused)
        else:
            return _tried(request, slug, made, f"{made.name} is connected.")
    return _form(request, form, provider, None)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs=MANAGES)
def edit(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    channel = _channel(request, uid)
    provider = all_of(channels.GROUP)[channel.kind]
    form = ConnectionForm(provider, request.POST or None, connection=channel)
    if request.method == "POST" and form.is_valid():
        try:
            channels.change(channel, form.cleaned_data["name"], form.values(), actor=request.user, now=clock.now())
        except Problem as refused:
            _add_error(form, refused)
        else:
            return _tried(request, slug, channel, f"{channel.name} is saved.")
    return _form(request, form, provider, channel)


@require_POST
@workspace_view(needs=MANAGES)
def test(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    return _tried(request, slug, _channel(request, uid), "")


@require_POST
@workspace_view(needs=MANAGES)
def resume(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    channel = _channel(request, uid)
    channels.resume(channel, actor=request.user, now=clock.now())
    messages.success(request, f"{channel.name} is in use again; what waited for it is sent now.")
    return redirect("channels", slug)


@require_POST
@workspace_view(needs=MANAGES)
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    channel = _channel(request, uid)
    connections.disconnect(channel, actor=request.user, now=clock.now())
    messages.success(request, f"{channel.name} is deleted. Alerts that used it tell their other channels only.")
    return redirect("channels", slug)


def _named(kinds: dict[str, type[Provider]]) -> list[dict[str, str]]:
    """Words, as a template would call a class."""
    return [{"kind": each.kind, "label": each.label, "says": each.says} for each in kinds.values()]


def _tried(request: WorkspaceRequest, slug: str, channel: Connection, done: str) -> HttpResponse:
    """Sends a test message, and says how that went."""
    try:
        error = trial.try_out(channel)
    except Problem as refused:
        error = refused.detail
    if error:
        messages.error(request, f"{done} {channel.name} did not take the test message: {error}".strip())
    else:
        messages.success(request, f"{done} {channel.name} took the test message.".strip())
    return redirect("channels", slug)


def _form(
    request: WorkspaceRequest, form: ConnectionForm, provider: type[Provider], channel: Connection | None
) -> HttpResponse:
    context = {"form": form, "kind": provider.kind, "label": provider.label, "channel": channel}
    context["suggested"] = new_secret()
    return render(request, "analytics/alerts/channel.html", context)


def _channel(request: WorkspaceRequest, uid: str) -> Connection:
    return get_object_or_404(channels.of(request.workspace).select_related("workspace__organization"), uid=uid)


def _add_error(form: ConnectionForm, refused: Problem) -> None:
    field = refused.extra.get("field")
    form.add_error(field if field in form.fields else None, refused.detail)
