"""Receipts over HTTP: how a number came about."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import receipts
from analytics.api.asked import PERIOD, asked_of, page_of
from analytics.query.catalogue import METRICS
from analytics.query.condition_json import to_json
from analytics.query.words import known_metric
from analytics.refusals import as_problems
from analytics.serializers import DefinitionSerializer, PeriodSerializer, definitions, period
from config.lib import clock


class ExcludedSerializer(serializers.Serializer[Any]):
    bot_events = serializers.IntegerField()
    late_events = serializers.IntegerField(help_text="Counted, though they arrived more than an hour late.")
    events = serializers.IntegerField()


class RunSerializer(serializers.Serializer[Any]):
    sql = serializers.CharField()
    parameters = serializers.DictField()


class MetricReceiptSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    definition = DefinitionSerializer()
    version = serializers.CharField(help_text="Of the definitions.")
    period = PeriodSerializer()
    timezone = serializers.CharField()
    filters = serializers.ListField()
    exact = serializers.BooleanField()
    bound_percent = serializers.FloatField(allow_null=True, help_text="How far an estimate may be off.")
    excluded = ExcludedSerializer()
    rows_read = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    statements = RunSerializer(many=True)
    example = serializers.JSONField(allow_null=True, help_text="One visit that was counted, with its events.")
    why = serializers.CharField(help_text="What that visit adds to the number.")


@extend_schema(
    tags=["Analytics"],
    operation_id="metric_receipt",
    parameters=[
        OpenApiParameter("metric", enum=list(METRICS), default="visitors"),
        OpenApiParameter("by", description="A dimension: of one row of its breakdown, named by `value`."),
        OpenApiParameter("value"),
        *PERIOD,
    ],
    responses=MetricReceiptSerializer,
)
@api_view(["GET"])
def receipt(request: Request) -> Response:
    """How a number came about: definition, filters, what was read and left out, and one visit walked through."""
    now = clock.now()
    page = page_of(request, *asked_of(request, "analyse"), now)
    with as_problems():
        name = known_metric(request.query_params.get("metric") or "visitors")
        asked = receipts.of_params(page.query(name, compare=None), request.query_params)
        made = receipts.receipt(asked, now)
    return Response(_written(made))


def _written(made: receipts.Receipt) -> dict[str, Any]:
    return {
        "metric": made.metric.name,
        "value": made.value,
        "definition": definitions((made.metric.name,))[made.metric.name],
        "version": made.version,
        "period": period(made.query.period),
        "timezone": made.query.zone,
        "filters": [to_json(each) for each in made.query.filters],
        "exact": made.result.exact,
        "bound_percent": made.bound_percent,
        "excluded": asdict(made.excluded),
        "rows_read": made.result.rows_read,
        "as_of": made.result.as_of.isoformat(),
        "statements": [asdict(each) for each in made.runs],
        "example": asdict(made.example) if made.example else None,
        "why": made.why,
    }
