"""Adaptors over HTTP: the customer's own code and rules, each change published at once.

    POST /api/v1/adaptors    {"name": "portfolio", "schema_id": "portfolio", "website_url": …, "tracking_rules": {…}}

answers with the `container_id` for `<script src="…/tag/{container_id}.js" async></script>`. Who wants to see a draft
first, or to group several adaptors, uses /api/v1/containers.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import clock
from tracking.api.asked import WORKSPACE
from tracking.api.container_fields import AdaptorSerializer
from tracking.api.containers import READS, WRITES, found_container
from tracking.containers import drafts, publishing
from tracking.models import Adaptor, Container
from workspaces.access import get_workspace, requested_workspace

EXAMPLE = OpenApiExample(
    "Portfolio",
    {
        "name": "portfolio",
        "schema_id": "portfolio",
        "website_url": "https://portfolio.example",
        "tracking_rules": {"auto_page_view": True, "track_clicks": True, "track_forms": False},
    },
    request_only=True,
)


@extend_schema(tags=["Containers"], responses=AdaptorSerializer(many=True), parameters=[WORKSPACE], methods=["GET"])
@extend_schema(
    tags=["Containers"],
    request=AdaptorSerializer,
    responses={201: AdaptorSerializer},
    parameters=[WORKSPACE],
    methods=["POST"],
    examples=[EXAMPLE],
)
@api_view(["GET", "POST"])
def adaptors(request: Request) -> Response:
    """The adaptors of a workspace; or a new one, in the container named or in one of its own, which is published."""
    if request.method == "GET":
        workspace = requested_workspace(request, READS)
        every = Adaptor.objects.filter(container__workspace=workspace).select_related("container__live")
        return _shown(request, every, many=True)
    return _shown(request, _new(request), status=201)


@extend_schema(tags=["Containers"], responses={204: None}, methods=["DELETE"])
@extend_schema(
    tags=["Containers"],
    request=AdaptorSerializer(partial=True),
    responses=AdaptorSerializer,
    methods=["GET", "PUT"],
    examples=[EXAMPLE],
)
@api_view(["GET", "PUT", "DELETE"])
def adaptor(request: Request, uid: str) -> Response:
    """One adaptor. PUT changes the fields it names and DELETE takes it away; the container is published with that."""
    if request.method == "GET":
        return _shown(request, _found(request, uid, READS))
    found, now = _found(request, uid, WRITES), clock.now()
    with transaction.atomic():
        if request.method == "PUT":
            about, own = _given(request, partial=True)
            drafts.change(found.container, about, actor=request.user, now=now)
            drafts.change_adaptor(found, own, actor=request.user, now=now)
        else:
            drafts.delete_adaptor(found, actor=request.user, now=now)
        publishing.publish(found.container, actor=request.user, now=now)
    return _shown(request, found) if request.method == "PUT" else Response(status=204)


def _new(request: Request) -> Adaptor:
    now = clock.now()
    about, own = _given(request)
    named = about.pop("public_id", "")
    with transaction.atomic():
        if named:
            container = found_container(request, named)
            drafts.change(container, about, actor=request.user, now=now)
        else:
            container = _container_of_its_own(request, about | {"name": own["name"]}, now)
        made = drafts.add_adaptor(container, actor=request.user, now=now, **own)
        publishing.publish(container, actor=request.user, now=now)
    return made


def _container_of_its_own(request: Request, about: dict[str, Any], now: datetime) -> Container:
    return drafts.create(requested_workspace(request, WRITES), actor=request.user, now=now, **about)


def _given(request: Request, partial: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what is about the container, what is the adaptor's own)."""
    body = AdaptorSerializer(data=request.data, partial=partial)
    body.is_valid(raise_exception=True)
    own: dict[str, Any] = dict(body.validated_data)
    about: dict[str, Any] = own.pop("container", {})
    return about, own


def _found(request: Request, uid: str, needed: str) -> Adaptor:
    found = Adaptor.objects.select_related("container__workspace", "container__live").filter(uid=uid).first()
    if found is None:
        raise Http404
    found.container.workspace = get_workspace(request.user, found.container.workspace.uid, needed)
    return found


def _shown(request: Request, found: Any, *, many: bool = False, status: int = 200) -> Response:
    return Response(AdaptorSerializer(found, many=many, context={"request": request}).data, status=status)
