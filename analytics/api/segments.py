"""Saved segments over HTTP, and segmentation: how visitors fall into groups."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import segments
from analytics.api.asked import PERIOD, WORKSPACE, asked_of, kept_of, page_of
from analytics.api.conditions import ConditionsField
from analytics.models import Segment
from analytics.query.words import known_dimension
from analytics.refusals import as_problems
from analytics.reports.segmentation import Group, segmentation
from analytics.serializers import PeriodSerializer, period
from config.lib import clock
from config.lib.known_fields import KnownFields


class SegmentSerializer(KnownFields, serializers.ModelSerializer[Segment]):
    id = serializers.UUIDField(source="uid", read_only=True)
    name = serializers.CharField(max_length=80)
    filters = ConditionsField()

    class Meta:
        model = Segment
        fields = ("id", "name", "description", "filters", "created_at", "updated_at")
        read_only_fields = ("created_at", "updated_at")


class SegmentGroupSerializer(serializers.Serializer[Group]):
    key = serializers.CharField(help_text="The dimension's value, or the segment's id.")
    name = serializers.CharField()
    visitors = serializers.IntegerField()
    visits = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Of all visitors, in percent.")


class SegmentationSerializer(serializers.Serializer[Any]):
    by = serializers.CharField()
    period = PeriodSerializer()
    visitors = serializers.IntegerField(help_text="All of them. A visitor may be in several groups.")
    groups = SegmentGroupSerializer(many=True)


@extend_schema(tags=["Segments"], parameters=[WORKSPACE], responses=SegmentSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=["Segments"],
    parameters=[WORKSPACE],
    request=SegmentSerializer,
    responses={201: SegmentSerializer},
    methods=["POST"],
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The segments of a workspace; or a new one."""
    workspace, _ = kept_of(request, "analyse")
    if request.method == "GET":
        return Response(SegmentSerializer(Segment.objects.filter(workspace=workspace), many=True).data)
    body = SegmentSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    with as_problems():
        made = segments.create(workspace, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(SegmentSerializer(made).data, status=201)


@extend_schema(tags=["Segments"], parameters=[WORKSPACE], responses=SegmentSerializer, methods=["GET"])
@extend_schema(
    tags=["Segments"], parameters=[WORKSPACE], request=SegmentSerializer, responses=SegmentSerializer, methods=["PUT"]
)
@extend_schema(tags=["Segments"], parameters=[WORKSPACE], responses={204: None}, methods=["DELETE"])
@api_view(["GET", "PUT", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """One segment: read, change, delete."""
    workspace, _ = kept_of(request, "analyse")
    segment = get_object_or_404(Segment, workspace=workspace, uid=uid)
    if request.method == "DELETE":
        segments.delete(segment, actor=request.user, now=clock.now())
        return Response(status=204)
    if request.method == "PUT":
        body = SegmentSerializer(segment, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        with as_problems():
            segments.change(segment, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(SegmentSerializer(segment).data)


@extend_schema(
    tags=["Segments"],
    parameters=[
        OpenApiParameter("by", description="A dimension, or `segment`: every saved one.", default="segment"),
        *PERIOD,
    ],
    responses=SegmentationSerializer,
)
@api_view(["GET"])
def segmented(request: Request) -> Response:
    """How the visitors of a period fall into groups: by a dimension, or into the saved segments."""
    workspace, environment = asked_of(request, "analyse")
    now = clock.now()
    page = page_of(request, workspace, environment, now)
    with as_problems():
        by = request.query_params.get("by") or "segment"
        found = segmentation(page, workspace, by if by == "segment" else known_dimension(by, "by"), now)
    return Response(
        {
            "by": by,
            "period": period(page.period),
            "visitors": found.visitors,
            "groups": [asdict(each) for each in found.groups],
        }
    )
