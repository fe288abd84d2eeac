"""How anybody gets hold of a workspace or an organization. There is no other getter for views and API.

Strangers and nonexistent things get the same 404; a member whose role is too small gets PermissionDenied.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from rest_framework.request import Request

from accounts.models import User
from config.lib.problems import Problem
from workspaces import roles
from workspaces.api_keys import KeyHolder
from workspaces.models import SLUG, ApiKey, Membership, Organization, Role, Workspace

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Access:
    """A workspace and the role one has there."""

    workspace: Workspace
    role: Role


class WorkspaceRequest(HttpRequest):
    """What a view under @workspace_view receives."""

    user: User
    workspace: Workspace
    role: Role


class OrganizationRequest(HttpRequest):
    """What a view under @organization_view receives."""

    user: User
    organization: Organization
    membership: Membership
    role: Role


def get_workspace(user: Any, slug_or_uid: str | uuid.UUID, needs: str = Role.VIEWER) -> Workspace:
    return get_access(user, slug_or_uid, needs).workspace


def get_access(user: Any, slug_or_uid: str | uuid.UUID, needs: str = Role.VIEWER) -> Access:
    if isinstance(user, KeyHolder):
        return _access_of_key(user, slug_or_uid, needs)
    mine = (
        Workspace.objects.select_related("organization")
        .filter(_named(slug_or_uid), organization__memberships__user_id=user.pk)
        .annotate(role=F("organization__memberships__role"))
    )
    found = next(iter(mine.order_by()), None)  # one at most: first() would order and limit them, a tenth of the cost
    if found is None:
        raise Http404
    _check(Role(found.role), needs)
    return Access(found, Role(found.role))


def get_organization(user: Any, slug_or_uid: str | uuid.UUID, needs: str = Role.VIEWER) -> Organization:
    return get_membership(user, slug_or_uid, needs).organization


def get_membership(user: Any, slug_or_uid: str | uuid.UUID, needs: str = Role.VIEWER) -> Membership:
    """The user's membership with its organization. A key belongs to a workspace and is no member of anything."""
    found = (
        Membership.objects.select_related("organization")
        .filter(_named(slug_or_uid, "organization__"), user_id=user.pk)
        .first()
    )
    if found is None:
        raise Http404
    _check(Role(found.role), needs)
    return found


def requested_workspace(request: Request, needs: str = Role.VIEWER) -> Workspace:
    """The workspace an API request is about, where the path does not say.

    A key knows its own; authentication lets no other be named beside it. A person names one by
    `?workspace=<id or slug>` or by the header X-Tenant-Slug (an organization's slug: its oldest workspace; or a
    workspace's), or has only one.
    """
    user: Any = request.user
    if isinstance(user, KeyHolder):
        return get_workspace(user, user.key.workspace.uid, needs)
    if name := request.query_params.get("workspace"):
        return get_workspace(user, name, needs)
    if slug := request.headers.get("X-Tenant-Slug"):
        return get_workspace(user, _first_of_tenant(user, slug) or slug, needs)
    mine = list(Workspace.objects.filter(organization__memberships__user_id=user.pk).values_list("uid")[:2])
    if len(mine) != 1:
        raise Problem(400, "which_workspace", "Say which workspace: ?workspace=<id> or the header X-Tenant-Slug.")
    return get_workspace(user, mine[0][0], needs)


def check_changes(user: Any) -> None:
    """Problem for a key that may only read, where a request changes what is kept or sends something."""
    changing = {ApiKey.Permission.WRITE, ApiKey.Permission.ADMIN}
    if isinstance(user, KeyHolder) and not changing & set(user.key.permissions):
        raise Problem(403, "key_permission", "This key may only read. Use one with the permissions read and write.")


def workspace_view(needs: str = Role.VIEWER) -> Callable[[View], View]:
    """For pages under /w/<slug>/: sign-in, membership and role, then `request.workspace` and `request.role`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_login(request)
            access = get_access(request.user, slug, needs)
            request.workspace, request.role = access.workspace, access.role
            return view(request, slug, *args, **kwargs)

        return guarded

    return decorate


def organization_view(needs: str = Role.VIEWER) -> Callable[[View], View]:
    """For pages under /o/<slug>/: sign-in, membership and role."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_login(request)
            request.membership = get_membership(request.user, slug, needs)
            request.organization, request.role = request.membership.organization, Role(request.membership.role)
            return view(request, slug, *args, **kwargs)

        return guarded

    return decorate


def to_login(request: HttpRequest) -> HttpResponse:
    """The login page, and back here afterwards. A fragment must not swallow it: HTMX is told to leave the page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": resolve_url("account_login")})
    return redirect_to_login(request.get_full_path())


def _access_of_key(holder: KeyHolder, slug_or_uid: str | uuid.UUID, needs: str) -> Access:
    workspace = holder.key.workspace
    if str(slug_or_uid) not in (str(workspace.uid), workspace.slug):
        raise Http404
    role = roles.role_of_key(holder.key)
    if role is None or not roles.reaches(role, Role(needs)):
        raise Problem(403, "key_permission", f"This key may not do this: it has {', '.join(holder.key.permissions)}.")
    return Access(workspace, role)


def _named(slug_or_uid: str | uuid.UUID, prefix: str = "") -> Q:
    try:
        return Q(**{f"{prefix}uid": uuid.UUID(str(slug_or_uid))})
    except ValueError:
        if not re.fullmatch(SLUG.regex, str(slug_or_uid)):
            raise Http404 from None  # nothing has such a name; PostgreSQL would choke on some of them
        return Q(**{f"{prefix}slug": slug_or_uid})


def _first_of_tenant(user: Any, slug: str) -> uuid.UUID | None:
    mine = Workspace.objects.filter(_named(slug, "organization__"), organization__memberships__user_id=user.pk)
    return mine.order_by("id").values_list("uid", flat=True).first()


def _check(role: Role, needs: str) -> None:
    if not roles.reaches(role, Role(needs)):
        raise PermissionDenied
