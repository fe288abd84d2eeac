"""What the frame around every page shows: the switcher, the present workspace, the role, what the account lacks.

Each part asks the database when a template first uses it, and never twice; fragments and the admin pay nothing.
"""

from functools import cached_property
from itertools import groupby
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.permissions import person
from config.lib import clock
from config.lib.crypto import digest
from workspaces import limit_notices, roles
from workspaces.models import LimitNotice, Organization, Workspace

REMEMBERED_SECONDS = 86_400
Choices = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # organizations by name: their workspaces, slug and name


class Frame:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def organizations(self) -> list[Organization]:
        """Of this person, each with `role` and its workspaces; two queries however many there are."""
        mine = Organization.objects.filter(memberships__user=person(self.request)).annotate(role=F("memberships__role"))
        return list(mine.prefetch_related("workspaces").order_by("name", "id"))

    @cached_property
    def workspace_choices(self) -> Choices:
        """What the switcher offers; one query, and nothing but what it shows."""
        mine = Organization.objects.filter(memberships__user=person(self.request))
        found = mine.order_by("name", "id", "workspaces__name", "workspaces__id").values_list(
            "id", "name", "workspaces__slug", "workspaces__name"
        )
        return tuple(
            (name, tuple((slug, title) for *_, slug, title in rows if slug))
            for (_, name), rows in groupby(found, key=lambda row: row[:2])
        )

    @cached_property
    def workspace(self) -> Workspace | None:
        """The one this page is about; else one of the organization it is about; else the only one there is."""
        if present := getattr(self.request, "workspace", None):
            return present
        about = getattr(self.request, "organization", None)
        mine = [one for organization in self.organizations for one in organization.workspaces.all()]
        if about:
            mine = [one for one in mine if one.organization_id == about.pk][:1]
        return mine[0] if len(mine) == 1 else None

    @cached_property
    def role(self) -> str | None:
        if present := getattr(self.request, "role", None):
            return present
        here = self.workspace.organization_id if self.workspace else None
        return next((one.role for one in self.organizations if one.pk == here), None)  # type: ignore[attr-defined]

    @cached_property
    def may(self) -> dict[str, bool]:
        """Each action of workspaces.roles, for links that only some should see. Views decide for themselves."""
        return {action: roles.may(self.role, action) for action in roles.ACTIONS}

    @cached_property
    def limit_notice(self) -> LimitNotice | None:
        """What the organization of this page should know of its limits."""
        about = self.workspace.organization_id if self.workspace else None
        return limit_notices.pressing(about, clock.now()) if about else None

    @cached_property
    def email_verified(self) -> bool:
        """Asked until it is true; from then on remembered for that address."""
        user = person(self.request)
        key = f"verified:{user.pk}:{digest(user.email)}"
        if cache.get(key):
            return True
        is_verified = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
        if is_verified:
            cache.set(key, True, REMEMBERED_SECONDS)
        return is_verified


def shell(request: HttpRequest) -> dict[str, Any]:
    """`live_port`, and of the person what Frame has: `organizations`, `workspace_choices`, `workspace`, `role` …"""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"live_port": settings.LIVE_PORT}
    frame = Frame(request)
    return {
        "organizations": SimpleLazyObject(lambda: frame.organizations),
        "workspace_choices": SimpleLazyObject(lambda: frame.workspace_choices),
        "workspace": SimpleLazyObject(lambda: frame.workspace),
        "role": SimpleLazyObject(lambda: frame.role),
        "may": SimpleLazyObject(lambda: frame.may),
        "email_verified": SimpleLazyObject(lambda: frame.email_verified),
        "limit_notice": SimpleLazyObject(lambda: frame.limit_notice),
        "live_port": settings.LIVE_PORT,
    }
