"""Saved metrics over HTTP: formulas over series that trends, dashboards and alerts use by id."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import custom_metrics
from analytics.api.asked import WORKSPACE, kept_of
from analytics.models import SavedMetric
from analytics.refusals import as_problems
from config.lib import clock
from config.lib.known_fields import KnownFields


class SavedMetricSerializer(KnownFields, serializers.ModelSerializer[SavedMetric]):
    id = serializers.UUIDField(source="uid", read_only=True)
    name = serializers.CharField(max_length=80)
    series = serializers.JSONField(help_text='[{"metric": "visitors", "filters": […]}, …], named A, B …')

    class Meta:
        model = SavedMetric
        fields = ("id", "name", "description", "unit", "series", "formula", "created_at", "updated_at")
        read_only_fields = ("created_at", "updated_at")


@extend_schema(tags=["Trends"], parameters=[WORKSPACE], responses=SavedMetricSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=["Trends"],
    parameters=[WORKSPACE],
    request=SavedMetricSerializer,
    responses={201: SavedMetricSerializer},
    methods=["POST"],
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The saved metrics of a workspace; or a new one."""
    workspace, _ = kept_of(request, "analyse")
    if request.method == "GET":
        return Response(SavedMetricSerializer(SavedMetric.objects.filter(workspace=workspace), many=True).data)
    body = SavedMetricSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    with as_problems():
        made = custom_metrics.create(workspace, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(SavedMetricSerializer(made).data, status=201)


@extend_schema(tags=["Trends"], parameters=[WORKSPACE], responses=SavedMetricSerializer, methods=["GET"])
@extend_schema(
    tags=["Trends"],
    parameters=[WORKSPACE],
    request=SavedMetricSerializer,
    responses=SavedMetricSerializer,
    methods=["PUT"],
)
@extend_schema(tags=["Trends"], parameters=[WORKSPACE], responses={204: None}, methods=["DELETE"])
@api_view(["GET", "PUT", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """One saved metric: read, change, delete."""
    workspace, _ = kept_of(request, "analyse")
    metric = get_object_or_404(SavedMetric.objects.select_related("workspace"), workspace=workspace, uid=uid)
    if request.method == "DELETE":
        custom_metrics.delete(metric, actor=request.user, now=clock.now())
        return Response(status=204)
    if request.method == "PUT":
        body = SavedMetricSerializer(metric, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        with as_problems():
            custom_metrics.change(metric, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(SavedMetricSerializer(metric).data)
