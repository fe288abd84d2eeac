"""Organizations over HTTP, and the tenants of older clients: an organization with its first workspace."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsPerson, person
from config.lib import clock
from config.lib.json_parser import BoundedJSONParser
from workspaces import access, roles
from workspaces import organizations as topic
from workspaces.api.workspaces import shown
from workspaces.models import Membership, Organization
from workspaces.serializers import OrganizationSerializer, TenantSerializer


class PlainJSONParser(BoundedJSONParser):
    """JSON under the content type that `curl -d` sends when told nothing. Sessions need a CSRF token besides."""

    media_type = "application/x-www-form-urlencoded"


@extend_schema(tags=["Organizations"], responses=OrganizationSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=["Organizations"],
    request=OrganizationSerializer,
    responses={201: OrganizationSerializer},
    methods=["POST"],
    examples=[OpenApiExample("New organization", {"name": "Acme", "domain": "acme.com"}, request_only=True)],
)
@api_view(["GET", "POST"])
@permission_classes([IsPerson])
def organizations(request: Request) -> Response:
    """Your organizations; or a new one, of which you are the owner."""
    if request.method == "GET":
        mine = Organization.objects.filter(memberships__user_id=person(request).pk).order_by("name")
        return Response(_list(request, mine))
    body = OrganizationSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    created = topic.create_organization(
        request.user,
        name=body.validated_data["name"],
        slug=body.validated_data.get("slug", ""),
        domain=body.validated_data.get("domain") or "",
        now=clock.now(),
    )
    return Response(_list(request, [created])[0], status=201)


@extend_schema(tags=["Organizations"], request=OrganizationSerializer(partial=True), responses=OrganizationSerializer)
@api_view(["GET", "PUT"])
@permission_classes([IsPerson])
def organization(request: Request, uid: str) -> Response:
    """One organization. PUT changes the fields it names."""
    if request.method == "GET":
        return Response(_list(request, [access.get_organization(request.user, uid)])[0])
    found = access.get_organization(request.user, uid, roles.needs("change_organization"))
    body = OrganizationSerializer(found, data=request.data, partial=True)
    body.is_valid(raise_exception=True)
    topic.update_organization(found, body.validated_data, actor=request.user, now=clock.now())
    return Response(_list(request, [found])[0])


@extend_schema(
    tags=["Organizations"],
    request=TenantSerializer,
    responses={201: OrganizationSerializer},
    examples=[OpenApiExample("New tenant", {"name": "Test Tenant", "slug": "test"}, request_only=True)],
)
@api_view(["POST"])
@permission_classes([IsPerson])
@parser_classes([BoundedJSONParser, PlainJSONParser])
def tenants(request: Request) -> Response:
    """An organization and its first workspace in one step. Name it later by the header X-Tenant-Slug."""
    body = TenantSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    now = clock.now()
    created = topic.create_organization(request.user, now=now, **body.validated_data)
    first = topic.create_workspace(created, name=created.name, actor=request.user, now=now)
    return Response({**_list(request, [created])[0], "workspace": shown(first)}, status=201)


def _list(request: Request, found: Sequence[Organization] | QuerySet[Organization]) -> list[dict[str, Any]]:
    mine = dict(Membership.objects.filter(user_id=person(request).pk).values_list("organization_id", "role"))
    return list(OrganizationSerializer(found, many=True, context={"roles": mine}).data)
