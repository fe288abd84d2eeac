"""Tenants in the operators' admin: who they are, how much they have, which keys work. No key can be read here.

What an operator changes here stands in the organization's audit log, under the operator's name.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from config.lib import clock
from workspaces import api_keys, audit, organizations
from workspaces.models import (
    ApiKey,
    AuditEntry,
    Invitation,
    Limit,
    LimitNotice,
    Membership,
    Organization,
    Workspace,
)

# Shown, never changed.
WORKSPACE_FIELDS = ("name", "slug", "domain", "timezone", "created_at")
KEY_COLUMNS = ("name", "kind", "environment", "prefix", "last_used_at", "expires_at", "revoked_at")
KEY_FIELDS = (
    "workspace",
    "name",
    "kind",
    "environment",
    "permissions",
    "prefix",
    "created_by",
    "created_at",
    "expires_at",
    "revoked_at",
    "last_used_at",
)
INVITATION_FIELDS = ("email", "organization", "role", "invited_by", "created_at", "expires_at", "accepted_at")


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only the product itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Made in the product, where each is born with an owner or with keys; changed and deleted here too."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """All that belongs to them goes with them: also what cannot be deleted by itself."""
        return [str(each) for each in objs], {}, set(), []

    def delete_queryset(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        for each in chosen:
            self.delete_model(request, each)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    fields = ["user", "role", "created_at"]
    readonly_fields = ["user", "role", "created_at"]
    show_change_link = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "organization")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class WorkspaceInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Workspace
    extra = 0
    fields = WORKSPACE_FIELDS
    readonly_fields = WORKSPACE_FIELDS
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ApiKeyInline(admin.TabularInline):  # type: ignore[type-arg]
    model = ApiKey
    extra = 0
    fields = KEY_COLUMNS
    readonly_fields = KEY_COLUMNS
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Organization)
class OrganizationAdmin(TenantAdmin):
    list_display = ["name", "slug", "domain", "member_count", "workspace_count", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "slug", "domain", "=uid", "memberships__user__email"]
    date_hierarchy = "created_at"
    readonly_fields = ["uid", "created_at"]
    inlines = [MembershipInline, WorkspaceInline]

    def save_model(self, request: HttpRequest, organization: Organization, form: Any, change: bool) -> None:
        super().save_model(request, organization, form, change)
        said = ", ".join(sorted(form.changed_data))
        audit.record(organization, request.user, "organization.change", said, now=clock.now())
        transaction.on_commit(api_keys.forget)

    def delete_model(self, request: HttpRequest, organization: Organization) -> None:
        organizations.delete_organization(organization)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        counts = {
            "members_total": Count("memberships", distinct=True),
            "workspaces_total": Count("workspaces", distinct=True),
        }
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="members", ordering="members_total")
    def member_count(self, organization: Organization) -> int:
        return organization.members_total  # type: ignore[attr-defined]

    @admin.display(description="workspaces", ordering="workspaces_total")
    def workspace_count(self, organization: Organization) -> int:
        return organization.workspaces_total  # type: ignore[attr-defined]


@admin.register(Workspace)
class WorkspaceAdmin(TenantAdmin):
    list_display = ["name", "overview", "organization", "domain", "timezone", "live_keys", "created_at"]
    list_filter = ["created_at", "timezone"]
    list_select_related = ["organization"]
    search_fields = ["name", "slug", "domain", "=uid", "organization__name"]
    date_hierarchy = "created_at"
    readonly_fields = ["uid", "organization", "live_dataset", "test_dataset", "created_at"]
    inlines = [ApiKeyInline]

    def save_model(self, request: HttpRequest, workspace: Workspace, form: Any, change: bool) -> None:
        super().save_model(request, workspace, form, change)
        said, owner = ", ".join(sorted(form.changed_data)), workspace.organization
        audit.record(owner, request.user, "workspace.change", said, now=clock.now(), workspace=workspace)
        transaction.on_commit(api_keys.forget)

    def delete_model(self, request: HttpRequest, workspace: Workspace) -> None:
        organizations.delete_workspace(workspace, actor=request.user, now=clock.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workspace]:
        live = Q(api_keys__in=ApiKey.objects.live_at(clock.now()))
        return super().get_queryset(request).annotate(keys_total=Count("api_keys", filter=live))

    @admin.display(description="live keys", ordering="keys_total")
    def live_keys(self, workspace: Workspace) -> int:
        return workspace.keys_total  # type: ignore[attr-defined]

    @admin.display(description="slug", ordering="slug")
    def overview(self, workspace: Workspace) -> str:
        return format_html("/w/{}/", workspace.slug)

    @admin.display(description="number of its live data in the event store")
    def live_dataset(self, workspace: Workspace) -> int:
        return workspace.dataset_id("live")

    @admin.display(description="number of its test data in the event store")
    def test_dataset(self, workspace: Workspace) -> int:
        return workspace.dataset_id("test")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "prefix", "kind", "environment", "workspace", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["kind", "environment", ("revoked_at", admin.EmptyFieldListFilter), "last_used_at"]
    list_select_related = ["workspace"]
    search_fields = ["name", "prefix", "workspace__name", "workspace__slug"]
    fields = KEY_FIELDS
    actions = ["revoke"]

    @admin.action(description="Revoke the chosen keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        for key in chosen.select_related("workspace__organization"):
            api_keys.revoke(key, actor=request.user, now=clock.now())
        self.message_user(request, "Revoked. Every process knows within five seconds.")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("workspaces.change_apikey")


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "organization", "role", "created_at"]
    list_filter = ["role", "created_at"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "organization__name", "organization__slug"]
    autocomplete_fields = ["user", "organization"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """Of a membership that is there, the role changes: another person is another membership."""
        return ["user", "organization"] if obj else []

    def save_model(self, request: HttpRequest, member: Membership, form: Any, change: bool) -> None:
        super().save_model(request, member, form, change)
        self._told(request, member, "member.role" if change else "member.add", f"{member.user} is {member.role}")

    @transaction.atomic  # Django's own is around its forms, and not around actions on a list
    def delete_model(self, request: HttpRequest, member: Membership) -> None:
        super().delete_model(request, member)
        self._told(request, member, "member.remove", str(member.user))

    def delete_queryset(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        for member in chosen.select_related("user", "organization"):
            self.delete_model(request, member)

    def _told(self, request: HttpRequest, member: Membership, action: str, target: str) -> None:
        audit.record(member.organization, request.user, action, target, now=clock.now())


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = INVITATION_FIELDS
    list_filter = ["role", ("accepted_at", admin.EmptyFieldListFilter), "expires_at"]
    list_select_related = ["organization", "invited_by"]
    search_fields = ["email", "organization__name"]
    fields = INVITATION_FIELDS


@admin.register(LogEntry)
class OperatorsLogAdmin(ReadOnlyAdmin):
    """What the operators themselves did in this admin."""

    list_display = ["action_time", "user", "__str__"]
    list_filter = ["action_time", "action_flag", "content_type"]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__email", "object_repr"]
    date_hierarchy = "action_time"


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["number", "at", "organization", "workspace_id", "actor", "action", "target"]
    list_filter = ["action", "at"]
    list_select_related = ["organization"]
    search_fields = ["actor", "target", "organization__name"]
    date_hierarchy = "at"


@admin.register(Limit)
class LimitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Overrides: what an operator sets here stands above the plan until it is deleted. Plans are billing's to write."""

    list_display = ["organization", "api_key", "metric", "period", "most", "policy", "source", "set_at"]
    list_filter = ["source", "metric", "period", "policy"]
    list_select_related = ["organization", "api_key"]
    search_fields = ["organization__name", "organization__slug", "metric", "note"]
    autocomplete_fields = ["organization", "api_key"]
    fields = ["organization", "api_key", "metric", "period", "most", "policy", "note"]

    def has_change_permission(self, request: HttpRequest, obj: Limit | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.source == Limit.Source.OPERATOR)

    def has_delete_permission(self, request: HttpRequest, obj: Limit | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.source == Limit.Source.OPERATOR)

    def save_model(self, request: HttpRequest, limit: Limit, form: Any, change: bool) -> None:
        super().save_model(request, limit, form, change)
        self._told(request, "limits.set", limit)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, limit: Limit) -> None:
        super().delete_model(request, limit)
        self._told(request, "limits.lift", limit)

    def delete_queryset(self, request: HttpRequest, chosen: QuerySet[Limit]) -> None:
        for limit in chosen:
            self.delete_model(request, limit)

    def _told(self, request: HttpRequest, action: str, limit: Limit) -> None:
        target = f"{limit} ({limit.policy})" + (f" for {limit.api_key}" if limit.api_key else "")
        audit.record(limit.organization, request.user, action, target, now=clock.now())
        transaction.on_commit(api_keys.forget)


@admin.register(LimitNotice)
class LimitNoticeAdmin(ReadOnlyAdmin):
    list_display = ["at", "organization", "api_key", "percent", "metric", "period", "used", "most", "mailed_at"]
    list_filter = ["percent", "metric", "period"]
    list_select_related = ["organization", "api_key"]
    search_fields = ["organization__name", "organization__slug"]
    date_hierarchy = "at"
