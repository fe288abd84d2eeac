"""Trends over HTTP, with the parameters of the page or as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, asked_of, page_of
from analytics.api.conditions import ConditionsField
from analytics.query.catalogue import METRICS
from analytics.query.lookup import SavedOf
from analytics.query.page import PageQuery
from analytics.query.parse import page_from_json
from analytics.refusals import as_problems
from analytics.reports.trends import SMOOTHS, Answer, Trend, answer
from analytics.reports.trends.read import FIELDS, from_json, from_params
from analytics.serializers import PeriodSerializer, period
from config.lib import clock


class SeriesSerializer(serializers.Serializer[Any]):
    metric = serializers.ChoiceField(list(METRICS), required=False)
    filters = ConditionsField(required=False)
    saved = serializers.UUIDField(required=False, help_text="A saved metric, instead of the two above.")


class TrendSerializer(serializers.Serializer[Any]):
    series = SeriesSerializer(many=True, required=False)
    formula = serializers.CharField(required=False, help_text="Over the series A, B, C …, such as A / B * 100.")
    by = serializers.CharField(required=False, help_text="A dimension to break down by.")
    top = serializers.IntegerField(default=5, min_value=1, max_value=25)
    smooth = serializers.ChoiceField([each for each in SMOOTHS if each], required=False)
    period = serializers.JSONField(required=False)
    filters = ConditionsField(required=False)
    interval = serializers.ChoiceField(["minute", "hour", "day", "week", "month"], required=False)
    compare = serializers.JSONField(required=False)


class LineSerializer(serializers.Serializer[Any]):
    series = serializers.CharField(help_text="The letter of the series; empty for the formula.")
    group = serializers.CharField()
    other = serializers.BooleanField()
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))
    before = serializers.ListField(child=serializers.FloatField(allow_null=True), allow_null=True)
    total = serializers.FloatField(allow_null=True, help_text="Of the whole period.")
    total_before = serializers.FloatField(allow_null=True)


class TrendAnswerSerializer(serializers.Serializer[Any]):
    period = PeriodSerializer()
    compare = PeriodSerializer(allow_null=True)
    interval = serializers.CharField()
    timezone = serializers.CharField()
    starts = serializers.ListField(child=serializers.DateTimeField())
    partial = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, help_text="Place of the bucket that is not over yet."
    )
    lines = LineSerializer(many=True)
    as_of = serializers.DateTimeField()
    exact = serializers.BooleanField()


@extend_schema(
    tags=["Trends"],
    methods=["GET"],
    parameters=[
        OpenApiParameter("s", many=True, description="A series: visitors, or events;is,event,signup, or saved,<id>."),
        OpenApiParameter("formula"),
        OpenApiParameter("by"),
        OpenApiParameter("top", int, default=5),
        OpenApiParameter("smooth", enum=[each for each in SMOOTHS if each]),
        OpenApiParameter("interval"),
        OpenApiParameter("compare", enum=["off", "previous", "year"], default="off"),
        *PERIOD,
    ],
    responses=TrendAnswerSerializer,
)
@extend_schema(
    tags=["Trends"],
    methods=["POST"],
    parameters=[WORKSPACE, ENVIRONMENT],
    request=TrendSerializer,
    responses=TrendAnswerSerializer,
    examples=[
        OpenApiExample(
            "Share of visitors who signed up, by country",
            {
                "series": [
                    {"metric": "visitors", "filters": [["is", "event", ["signup"]]]},
                    {"metric": "visitors"},
                ],
                "formula": "A / B * 100",
                "by": "country",
                "period": "28d",
            },
            request_only=True,
        )
    ],
)
@api_view(["GET", "POST"])
def trends(request: Request) -> Response:
    """Several series over time: broken down, combined by a formula, smoothed, compared."""
    workspace, environment = asked_of(request, "analyse")
    now = clock.now()
    saved = SavedOf(workspace, now)
    with as_problems():
        if request.method == "GET":
            page, asked = page_of(request, workspace, environment, now), from_params(request.query_params, saved)
        else:
            page = page_from_json(request.data, workspace, now, environment, also=FIELDS)
            asked = from_json(dict(request.data), saved)
        return Response(_answered(page, asked, answer(page, asked, now)))


def _answered(page: PageQuery, asked: Trend, found: Answer) -> dict[str, Any]:
    return {
        "period": period(page.period),
        "compare": period(page.compare),
        "interval": page.interval,
        "timezone": page.zone,
        "starts": [start.isoformat() for start in found.starts],
        "partial": found.partial,
        "lines": [
            {
                "series": line.letter,
                "group": line.group,
                "other": line.is_other,
                "values": line.values,
                "before": line.before,
                "total": line.total,
                "total_before": line.total_before,
            }
            for line in found.lines
        ],
        "as_of": found.results[0].as_of.isoformat(),
        "exact": all(each.exact for each in found.results),
    }
