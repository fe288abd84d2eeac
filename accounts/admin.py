"""Accounts in the operators' admin. Signing in there is allauth's login: rate limits and second factor included."""

from typing import Any

import allauth.mfa.admin  # registers a form of its own, which is replaced below: it shows the secrets
from allauth.account.decorators import secure_admin_login
from allauth.account.internal.flows.manage_email import emit_email_changed
from allauth.account.models import EmailAddress
from allauth.mfa import signals
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.forms import UserCreateForm, UserEditForm
from accounts.models import Identity, User
from accounts.sign_in import end_elsewhere, operated

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "MetricPal: operators"
admin.site.site_title = "MetricPal"


class IdentityInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Identity
    extra = 0
    readonly_fields = ["issuer", "subject", "created_at"]
    can_delete = True

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


# What makes an operator of somebody: for superusers to give, or everybody who may edit accounts would be one.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(allauth.mfa.admin.Authenticator)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Second factors. Deleting them lets somebody in who lost theirs, by the password alone."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]
    readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_model(self, request: HttpRequest, authenticator: Any) -> None:
        super().delete_model(request, authenticator)
        delete_dangling_recovery_codes(authenticator.user)
        signals.authenticator_removed.send(
            sender=Authenticator, request=request, user=authenticator.user, authenticator=authenticator
        )

    def delete_queryset(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        for authenticator in chosen.select_related("user"):
            self.delete_model(request, authenticator)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    form = UserEditForm
    add_form = UserCreateForm
    list_display = ["email", "name", "organization_count", "is_active", "is_staff", "last_login", "created_at"]
    list_filter = ["is_active", "is_staff", "is_superuser", "created_at"]
    search_fields = ["email", "name", "=uid"]
    ordering = ["-created_at"]
    date_hierarchy = "created_at"
    readonly_fields = ["uid", "last_login", "created_at"]
    inlines = [IdentityInline]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "uid"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Times", {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return [*self.readonly_fields, *(() if _is_superuser(request) else RIGHTS)]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Also of the page for a new password."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(organization_total=Count("memberships"))

    def save_model(self, request: HttpRequest, user: User, form: Any, change: bool) -> None:
        user.email = user.email.lower()
        super().save_model(request, user, form, change)
        if change and "email" in form.changed_data:
            self._move(request, user)
        if change and "is_active" in form.changed_data:
            _tell(request, user, "account.open" if user.is_active else "account.close")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        before = User.objects.filter(pk=id).first() if id.isdecimal() else None
        response = super().user_change_password(request, id, form_url)
        if before and not User.objects.filter(pk=id, password=before.password).exists():
            _tell(request, before, "password.set")
        return response

    @transaction.atomic  # Django's own is around its forms, and not around actions on a list
    def delete_model(self, request: HttpRequest, user: User) -> None:
        _tell(request, user, "account.delete")
        super().delete_model(request, user)

    def delete_queryset(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            self.delete_model(request, user)

    def _move(self, request: HttpRequest, user: User) -> None:
        """The former address opens nothing any more, nor does who came in by it. Nobody has proved the new one yet."""
        end_elsewhere(request, user)
        former = EmailAddress.objects.get_primary(user)
        EmailAddress.objects.filter(user=user).delete()
        emit_email_changed(request, former, EmailAddress.objects.create(user=user, email=user.email, primary=True))

    @admin.display(description="organizations", ordering="organization_total")
    def organization_count(self, user: User) -> int:
        return user.organization_total  # type: ignore[attr-defined]


def _tell(request: HttpRequest, user: User, action: str) -> None:
    """Whoever keeps a log of the organizations the person belongs to."""
    operated.send(User, request=request, user=user, action=action)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    """Who edits customers does not come in as another operator, by a password or an address of theirs."""
    return user is None or _is_superuser(request) or not (user.is_staff or user.is_superuser)
