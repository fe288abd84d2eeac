"""Usage and ingestion for operators: the ledger, its sums, what is held, and where the ways of counting disagree."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from config.lib import clock
from tracking import intake
from tracking.models import DailyUsage, HeldEvents, HourDifference, UsageDifference, UsageEntry
from workspaces.admin import ReadOnlyAdmin


class OfAnOrganization(ReadOnlyAdmin):
    list_select_related = ["organization"]
    search_fields = ["organization__name", "organization__slug"]


@admin.register(UsageEntry)
class UsageEntryAdmin(OfAnOrganization):
    list_display = ["id", "organization", "workspace_id", "key_id", "metric", "quantity", "event_id", "at", "booked_at"]
    list_filter = ["metric", "at"]
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(DailyUsage)
class DailyUsageAdmin(OfAnOrganization):
    list_display = ["day", "organization", "workspace_id", "metric", "quantity", "rolled_at"]
    list_filter = ["metric", "day"]
    date_hierarchy = "day"


@admin.register(HeldEvents)
class HeldEventsAdmin(OfAnOrganization):
    """How many, and since when. What they say is sealed."""

    list_display = ["received_at", "organization", "dataset_id", "quantity"]
    fields = ["uid", "organization", "dataset_id", "quantity", "received_at"]
    date_hierarchy = "received_at"


@admin.register(UsageDifference)
class UsageDifferenceAdmin(OfAnOrganization):
    list_display = ["day", "organization", "counted", "booked", "stored", "found_at"]
    date_hierarchy = "day"


@admin.register(HourDifference)
class HourDifferenceAdmin(ReadOnlyAdmin):
    """Above the list: how the way in is doing now."""

    list_display = ["hour", "workspace", "environment", "undecided", "unstored", "vanished", "found_at"]
    list_select_related = ["workspace"]
    search_fields = ["workspace__name", "workspace__slug"]
    list_filter = ["environment", "hour"]
    date_hierarchy = "hour"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        about = {"state": intake.state(clock.now()), "title": "Ingestion: hours that do not add up"}
        return super().changelist_view(request, about | (extra_context or {}))
