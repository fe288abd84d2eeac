"""Tag containers over HTTP: the draft, publishing it, and taking it back.

GET, POST         /api/v1/containers               POST  …/{container_id}/publish    {"note": …}
GET, PUT, DELETE  /api/v1/containers/{id}          POST  …/{container_id}/rollback   {"revision": 3}
GET               …/{container_id}/revisions       POST  …/{container_id}/kill, …/revive
"""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import clock
from tracking.api.asked import WORKSPACE
from tracking.api.container_fields import (
    ContainerSerializer,
    PublishSerializer,
    RevisionSerializer,
    RollbackSerializer,
)
from tracking.containers import drafts, publishing
from tracking.models import Container
from workspaces.access import get_workspace, requested_workspace
from workspaces.roles import needs

READS, WRITES = needs("install"), needs("manage_containers")
RULE = {"on": "click", "selector": ".buy", "event": "buy_clicked", "properties": {"plan": "@data-plan"}}
EXAMPLE = OpenApiExample(
    "A rule for a button", {"name": "Shop", "tracking_rules": {"events": [RULE]}}, request_only=True
)


@extend_schema(tags=["Containers"], responses=ContainerSerializer(many=True), parameters=[WORKSPACE], methods=["GET"])
@extend_schema(
    tags=["Containers"],
    request=ContainerSerializer,
    responses={201: ContainerSerializer},
    parameters=[WORKSPACE],
    methods=["POST"],
    examples=[EXAMPLE],
)
@api_view(["GET", "POST"])
def containers(request: Request) -> Response:
    """The containers of a workspace; or a new one, which serves nothing before it is published."""
    if request.method == "GET":
        return _shown(request, drafts.of_workspace(requested_workspace(request, READS)), many=True)
    workspace = requested_workspace(request, WRITES)
    body = ContainerSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    made = drafts.create(workspace, actor=request.user, now=clock.now(), **body.validated_data)
    return _shown(request, made, status=201)


@extend_schema(tags=["Containers"], responses={204: None}, methods=["DELETE"])
@extend_schema(
    tags=["Containers"],
    request=ContainerSerializer(partial=True),
    responses=ContainerSerializer,
    methods=["GET", "PUT"],
    examples=[EXAMPLE],
)
@api_view(["GET", "PUT", "DELETE"])
def container(request: Request, container_id: str) -> Response:
    """One container. PUT changes the fields of the draft that it names; DELETE ends the container for good."""
    if request.method == "GET":
        return _shown(request, found_container(request, container_id, READS))
    found = found_container(request, container_id)
    if request.method == "DELETE":
        drafts.delete(found, actor=request.user, now=clock.now())
        return Response(status=204)
    body = ContainerSerializer(data=request.data, partial=True)
    body.is_valid(raise_exception=True)
    drafts.change(found, dict(body.validated_data), actor=request.user, now=clock.now())
    return _shown(request, found)


@extend_schema(tags=["Containers"], responses=RevisionSerializer(many=True))
@api_view(["GET"])
def revisions(request: Request, container_id: str) -> Response:
    """What was published, newest first. Each has an address that never changes, and the hash to pin it."""
    every = found_container(request, container_id, READS).revisions.select_related("container")
    return Response(RevisionSerializer(every, many=True, context={"request": request}).data)


@extend_schema(tags=["Containers"], request=PublishSerializer, responses=RevisionSerializer)
@api_view(["POST"])
def publish(request: Request, container_id: str) -> Response:
    """The draft becomes the next revision and is served. Refused while an adaptor does not parse."""
    found = found_container(request, container_id)
    body = PublishSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    made = publishing.publish(found, actor=request.user, now=clock.now(), note=body.validated_data.get("note", ""))
    return Response(RevisionSerializer(made, context={"request": request}).data)


@extend_schema(tags=["Containers"], request=RollbackSerializer, responses=ContainerSerializer)
@api_view(["POST"])
def roll_back(request: Request, container_id: str) -> Response:
    """An earlier revision is served again, at once. The draft stays as it is."""
    found = found_container(request, container_id)
    body = RollbackSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    publishing.roll_back(found, body.validated_data["revision"], actor=request.user, now=clock.now())
    return _shown(request, found)


@extend_schema(tags=["Containers"], request=None, responses=ContainerSerializer)
@api_view(["POST"])
def kill(request: Request, container_id: str) -> Response:
    """Serve a script that does nothing, at once, until the container is revived."""
    return _set_killed(request, container_id, True)


@extend_schema(tags=["Containers"], request=None, responses=ContainerSerializer)
@api_view(["POST"])
def revive(request: Request, container_id: str) -> Response:
    """Serve the live revision again."""
    return _set_killed(request, container_id, False)


def found_container(request: Request, container_id: str, needed: str = WRITES) -> Container:
    """The container, where its workspace is one the sender may do this in; else Http404 or a refusal."""
    found = Container.objects.select_related("workspace", "live").filter(public_id=container_id[:18]).first()
    if found is None:
        raise Http404
    found.workspace = get_workspace(request.user, found.workspace.uid, needed)
    return found


def _set_killed(request: Request, container_id: str, is_killed: bool) -> Response:
    found = found_container(request, container_id)
    publishing.set_killed(found, is_killed, actor=request.user, now=clock.now())
    return _shown(request, found)


def _shown(request: Request, found: Any, *, many: bool = False, status: int = 200) -> Response:
    return Response(ContainerSerializer(found, many=many, context={"request": request}).data, status=status)
