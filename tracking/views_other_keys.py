"""Settings → Other tools: the keys of other tools that this workspace takes, and which host to set there."""

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from config.lib import clock
from tracking import other_keys
from tracking.forms_other_keys import OtherKeyForm
from tracking.other_keys import Tool
from workspaces import roles
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import refusals_in

MANAGES = roles.needs("manage_keys")


class Place(NamedTuple):
    """Where a tool's set-up names its host: the setting, and the path that follows our own address."""

    tool: Tool
    key: str  # what the tool calls its key
    setting: str
    path: str = ""


PLACES = (
    Place(Tool.SEGMENT, "Write key", "host", ""),
    Place(Tool.POSTHOG, "Project API key", "api_host, host", ""),
    Place(Tool.MIXPANEL, "Project token", "api_host", ""),
    Place(Tool.AMPLITUDE, "API key", "serverUrl, server_url", "/2/httpapi"),
    Place(Tool.PLAUSIBLE, "Domain", "apiHost", ""),
    Place(Tool.UMAMI, "Website id", "data-host-url", ""),
    Place(Tool.MATOMO, "Site id", "setTrackerUrl", "/matomo.php"),
    Place(Tool.GOOGLE, "Measurement id", "address", "/mp/collect"),
)


@workspace_view(needs=MANAGES)
@require_http_methods(["GET", "POST"])
def other_tools(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = OtherKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = other_keys.claim(request.workspace, actor=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, f"{made} is taken from now on. Change the host, and its events arrive here.")
            return redirect("other_tools", slug)
    origin = request.build_absolute_uri("/").rstrip("/")
    context = {
        "form": form,
        "rows": other_keys.of_workspace(request.workspace),
        "places": [place._asdict() | {"value": origin + place.path} for place in PLACES],
    }
    return render(request, "tracking/other_tools.html", context)


@workspace_view(needs=MANAGES)
@require_POST
def remove(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    row = get_object_or_404(
        other_keys.of_workspace(request.workspace).select_related("workspace__organization"), uid=uid
    )
    other_keys.give_up(row, actor=request.user, now=clock.now())
    messages.success(request, f"{row} is no longer taken.")
    return redirect("other_tools", slug)
