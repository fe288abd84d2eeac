"""Schemas over HTTP: what a workspace's events should look like.

GET, POST         /api/v1/schemas         {"name": "portfolio", "properties": {"profile_view": {"page": "string"}}}
GET, PUT, DELETE  /api/v1/schemas/{id}    the id is the name, as events give it in `schema_id`
GET               /api/v1/schemas/{id}/versions
"""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import clock
from tracking.api.asked import WORKSPACE
from tracking.api.schema_fields import SchemaSerializer, VersionSerializer
from tracking.models import EventSchema
from tracking.schemas import registry
from workspaces.access import requested_workspace
from workspaces.roles import needs

READS, WRITES = needs("analyse"), needs("manage_schemas")
EXAMPLE = OpenApiExample(
    "Portfolio",
    {
        "name": "portfolio",
        "description": "Portfolio website tracking",
        "properties": {
            "profile_view": {"page": "string", "referrer": "string"},
            "project_click": {"project_name": "string", "project_url": {"type": "string", "required": True}},
        },
    },
    request_only=True,
)


@extend_schema(tags=["Schemas"], responses=SchemaSerializer(many=True), parameters=[WORKSPACE], methods=["GET"])
@extend_schema(
    tags=["Schemas"],
    request=SchemaSerializer,
    responses={201: SchemaSerializer},
    parameters=[WORKSPACE],
    methods=["POST"],
    examples=[EXAMPLE],
)
@api_view(["GET", "POST"])
def schemas(request: Request) -> Response:
    """The schemas of a workspace; or a new one, which counts for events that arrive a few seconds later."""
    if request.method == "GET":
        every: Any = registry.of_workspace(requested_workspace(request, READS))
        return Response(SchemaSerializer(every, many=True).data)
    workspace = requested_workspace(request, WRITES)
    body = SchemaSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    made = registry.create(workspace, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(SchemaSerializer(made).data, status=201)


@extend_schema(tags=["Schemas"], responses={204: None}, parameters=[WORKSPACE], methods=["DELETE"])
@extend_schema(
    tags=["Schemas"],
    request=SchemaSerializer(partial=True),
    responses=SchemaSerializer,
    parameters=[WORKSPACE],
    methods=["GET", "PUT"],
    examples=[EXAMPLE],
)
@api_view(["GET", "PUT", "DELETE"])
def schema(request: Request, name: str) -> Response:
    """One schema. PUT changes the fields it names; DELETE ends it, and its events are taken as they are."""
    if request.method == "GET":
        return Response(SchemaSerializer(_found(request, name, READS)).data)
    found = _found(request, name, WRITES)
    if request.method == "DELETE":
        registry.delete(found, actor=request.user, now=clock.now())
        return Response(status=204)
    body = SchemaSerializer(data=request.data, partial=True)
    body.is_valid(raise_exception=True)
    registry.change(found, dict(body.validated_data), actor=request.user, now=clock.now())
    return Response(SchemaSerializer(found).data)


@extend_schema(tags=["Schemas"], responses=VersionSerializer(many=True), parameters=[WORKSPACE])
@api_view(["GET"])
def versions(request: Request, name: str) -> Response:
    """What the schema demanded before, newest first. To go back, PUT what an earlier version says."""
    every: Any = _found(request, name, READS).versions.all()
    return Response(VersionSerializer(every, many=True).data)


def _found(request: Request, name: str, needed: str) -> EventSchema:
    found = registry.find(requested_workspace(request, needed), name)
    if found is None:
        raise Http404
    return found
