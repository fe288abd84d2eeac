"""The annotations of a workspace: all of them on a page, and the dialog of every chart that adds one."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from analytics import annotations
from analytics.models import Annotation
from config.lib import clock
from config.lib.problems import Problem
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import may

MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(needs="viewer")
def listed(request: WorkspaceRequest, slug: str) -> HttpResponse:
    if request.method == "POST":
        return _add(request, slug)
    found = annotations.seen_by(request.workspace, request.user).order_by("-at")[:MOST]
    rows = [(each, _may_change(request, each)) for each in found]
    return render(request, "analytics/annotations.html", {"rows": rows, "zone": request.workspace.timezone})


@require_POST
@workspace_view(needs="viewer")
def delete(request: WorkspaceRequest, slug: str, uid: str) -> HttpResponse:
    annotation = get_object_or_404(annotations.seen_by(request.workspace, request.user), uid=uid)
    if not _may_change(request, annotation):
        messages.error(request, "A shared note is deleted by its maker or an analyst.")
        return redirect("annotations", slug)
    annotations.delete(annotation, actor=request.user, now=clock.now())
    messages.success(request, "The note is deleted.")
    return redirect("annotations", slug)


def _add(request: WorkspaceRequest, slug: str) -> HttpResponse:
    try:
        annotations.create(request.workspace, actor=request.user, now=clock.now(), **_fields(request))
    except Problem as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, "The note stands on the charts now.")
    return redirect(_back(request, slug))


def _fields(request: WorkspaceRequest) -> dict[str, Any]:
    """A viewer's notes are personal: what everybody sees is for those who analyse."""
    is_shared = request.POST.get("shared") == "1" and may(request.role, "analyse")
    kind = request.POST.get("kind", "note")
    return {
        "text": request.POST.get("text", "")[:200],
        "at": _moment(request.POST.get("at", ""), request.workspace.timezone),
        "kind": kind if kind in Annotation.Kind.values else "note",
        "url": _link(request.POST.get("url", "").strip()),
        "is_shared": is_shared,
    }


def _moment(text: str, zone: str) -> datetime:
    """As a browser's field for date and time sends it, in the workspace's zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) if text else clock.now()
    except ValueError:
        raise Problem(422, "at", "Give date and time, such as 2026-03-10 14:05.", field="at") from None


def _link(text: str) -> str:
    if text:
        try:
            URLValidator(["http", "https"])(text)
        except ValidationError:
            raise Problem(422, "url", "A link begins with https:// and names a page.", field="url") from None
    return text[:500]


def _back(request: WorkspaceRequest, slug: str) -> str:
    """The chart it was added on."""
    came = urlsplit(request.headers.get("Referer", ""))
    address = came.path + (f"?{came.query}" if came.query else "")
    is_ours = url_has_allowed_host_and_scheme(came.geturl(), {request.get_host()})
    return address if is_ours and address else reverse("annotations", args=[slug])


def _may_change(request: WorkspaceRequest, annotation: Annotation) -> bool:
    return annotation.created_by_id == request.user.pk or may(request.role, "analyse")
