"""Annotations over HTTP: a release pipeline marks what it did on every chart."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import annotations
from analytics.api.asked import WORKSPACE, asked_of
from analytics.models import Annotation
from config.lib import clock
from config.lib.known_fields import KnownFields
from config.lib.problems import Problem

TAGS = ["Notes"]
MOST = 1000
SPAN = [
    OpenApiParameter("from", OpenApiTypes.DATETIME, description="Only those at or after this moment."),
    OpenApiParameter("to", OpenApiTypes.DATETIME, description="Only those before this moment."),
]
EXAMPLE = OpenApiExample(
    "A release",
    request_only=True,
    value={"kind": "release", "text": "Version 2.1", "url": "https://github.com/acme/shop/releases/tag/v2.1"},
)


class AnnotationSerializer(KnownFields, serializers.ModelSerializer[Annotation]):
    id = serializers.UUIDField(source="uid", read_only=True)
    at = serializers.DateTimeField(required=False, help_text="Now, unless you say otherwise.")
    text = serializers.CharField(max_length=200)
    url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    created_by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = Annotation
        fields = ("id", "kind", "at", "text", "url", "is_shared", "created_by", "created_at")
        read_only_fields = ("created_at",)


@extend_schema(tags=TAGS, parameters=[*SPAN, WORKSPACE], responses=AnnotationSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=TAGS,
    parameters=[WORKSPACE],
    request=AnnotationSerializer,
    responses={201: AnnotationSerializer},
    examples=[EXAMPLE],
    methods=["POST"],
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The marks of a workspace in order of time; or a new one."""
    workspace, _ = asked_of(request, "analyse")
    if request.method == "GET":
        found = annotations.seen_by(workspace, request.user).filter(**_span(request))
        return Response(AnnotationSerializer(found[:MOST], many=True).data)
    body = AnnotationSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    made = annotations.create(workspace, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(AnnotationSerializer(made).data, status=201)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses=AnnotationSerializer, methods=["GET"])
@extend_schema(
    tags=TAGS, parameters=[WORKSPACE], request=AnnotationSerializer, responses=AnnotationSerializer, methods=["PUT"]
)
@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses={204: None}, methods=["DELETE"])
@api_view(["GET", "PUT", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """One mark: read, change (what is left out stays), delete."""
    workspace, _ = asked_of(request, "analyse")
    annotation = get_object_or_404(annotations.seen_by(workspace, request.user), uid=uid)
    if request.method == "DELETE":
        annotations.delete(annotation, actor=request.user, now=clock.now())
        return Response(status=204)
    if request.method == "PUT":
        body = AnnotationSerializer(annotation, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        annotations.change(annotation, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(AnnotationSerializer(annotation).data)


def _span(request: Request) -> dict[str, Any]:
    """Bounds for `at`, from ?from= and ?to=."""
    found = {}
    for name, bound in (("from", "at__gte"), ("to", "at__lt")):
        if given := request.query_params.get(name):
            try:
                found[bound] = serializers.DateTimeField().to_internal_value(given)
            except serializers.ValidationError:
                says = f"{name} is a moment, such as 2026-03-10T12:00:00Z."
                raise Problem(422, "invalid", says, field=name) from None
    return found
