"""A window into the event store for operators: the latest events of a workspace. Nothing can be changed here."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from config.lib import clock
from tracking import admin_usage as admin_usage
from tracking.browse import Page, latest
from tracking.containers import serving
from tracking.forms import EventSearchForm
from tracking.forms_containers import ScriptChannelForm
from tracking.models import Erasure, Event, ScriptChannel
from tracking.store import StoreError
from workspaces.admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    def get_urls(self) -> list[URLPattern]:
        """The list alone: there are no rows in PostgreSQL to open."""
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="tracking_event_changelist")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = EventSearchForm(request.GET or None)
        page, fault = _find(form) if form.is_valid() else (None, "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Stored events",
            "opts": self.opts,
            "form": form,
            "page": page,
            "fault": fault,
            "older": _older(request, page),
        }
        return TemplateResponse(request, "admin/tracking/event/change_list.html", context)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """Also those of organizations that are no more. Whom they are about is nobody's business here."""

    list_display = ("uid", "subject", "workspace_name", "asked_at", "hidden_at", "done_at", "purged_at", "total")
    exclude = ("ids", "users")


@admin.register(ScriptChannel)
class ScriptChannelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Holds a channel at a version, or lets it go again: a rollback of the script without a deployment."""

    form = ScriptChannelForm
    list_display = ("name", "version")

    def save_model(self, request: HttpRequest, channel: ScriptChannel, form: Any, change: bool) -> None:
        super().save_model(request, channel, form, change)
        serving.forget()


def _find(form: EventSearchForm) -> tuple[Page | None, str]:
    """(the page, nothing) or (nothing, why not)."""
    try:
        return latest(form.dataset_id(), form.wanted(clock.now())), ""
    except StoreError as error:
        return None, f"The event store gave no answer: {error}"


def _older(request: HttpRequest, page: Page | None) -> str:
    """Query string of the next page, or ""."""
    if page is None or page.last is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(page.last)
    return query.urlencode()
