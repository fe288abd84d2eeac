"""Workspaces over HTTP."""

from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsPerson, person
from config.lib import clock
from config.lib.problems import Problem
from workspaces import access, organizations, roles
from workspaces.models import ApiKey, Membership, Organization, Workspace
from workspaces.serializers import WorkspaceSerializer


@extend_schema(
    tags=["Workspaces"],
    request=WorkspaceSerializer,
    responses=WorkspaceSerializer(many=True),
    methods=["GET"],
)
@extend_schema(
    tags=["Workspaces"],
    request=WorkspaceSerializer,
    responses={201: WorkspaceSerializer},
    methods=["POST"],
    examples=[OpenApiExample("New workspace", {"name": "My Website Analytics"}, request_only=True)],
)
@api_view(["GET", "POST"])
@permission_classes([IsPerson])
def workspaces(request: Request) -> Response:
    """Your workspaces; or a new one, born with its keys."""
    if request.method == "POST":
        return Response(shown(_new_workspace(request)), status=201)
    mine = Workspace.objects.filter(organization__memberships__user_id=person(request).pk)
    return Response(WorkspaceSerializer(_with_keys(mine), many=True).data)


@extend_schema(tags=["Workspaces"], request=WorkspaceSerializer(partial=True), responses=WorkspaceSerializer)
@api_view(["GET", "PUT"])
def workspace(request: Request, uid: str) -> Response:
    """One workspace. PUT changes the fields it names."""
    if request.method == "GET":
        return Response(shown(access.get_workspace(request.user, uid)))
    found = access.get_workspace(request.user, uid, roles.needs("change_workspace"))
    body = WorkspaceSerializer(found, data=request.data, partial=True)
    body.is_valid(raise_exception=True)
    organizations.update_workspace(found, body.validated_data, actor=request.user, now=clock.now())
    return Response(shown(found))


def shown(workspace: Workspace) -> dict[str, Any]:
    return WorkspaceSerializer(_with_keys(Workspace.objects.filter(pk=workspace.pk)).get()).data


@transaction.atomic  # a field that is refused leaves neither a workspace behind nor an organization
def _new_workspace(request: Request) -> Workspace:
    body = WorkspaceSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    fields = dict(body.validated_data)
    given = fields.pop("organization", {}).get("uid") or request.headers.get("X-Tenant-Slug")
    now = clock.now()
    owner = _organization_for(request, given) or organizations.create_organization(
        request.user, name=fields["name"], now=now
    )
    created = organizations.create_workspace(owner, name=fields.pop("name"), actor=request.user, now=now)
    if fields:
        organizations.update_workspace(created, fields, actor=request.user, now=now)
    return created


def _organization_for(request: Request, given: Any) -> Organization | None:
    """The organization named, else the only one this person administers; None where there is none at all."""
    needed = roles.needs("change_workspace")
    if given:
        return access.get_organization(request.user, given, needed)
    mine = Membership.objects.select_related("organization").filter(user_id=person(request).pk)
    administered = [one.organization for one in mine if roles.may(one.role, "change_workspace")]
    if len(administered) > 1:
        raise Problem(
            400, "which_organization", "Say which organization: `organization` with its id, or X-Tenant-Slug."
        )
    return administered[0] if administered else None


def _with_keys(found: QuerySet[Workspace]) -> QuerySet[Workspace]:
    live = ApiKey.objects.live_at(clock.now()).filter(kind=ApiKey.Kind.PUBLISHABLE).order_by("id")
    return found.select_related("organization").prefetch_related(
        Prefetch("api_keys", queryset=live, to_attr="publishable_keys")
    )
