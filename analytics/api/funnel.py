"""Funnels over HTTP, with the parameters of the page or as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, question_of
from analytics.api.conditions import ConditionsField
from analytics.query.page import PageQuery
from analytics.refusals import as_problems
from analytics.reports.funnel import Answer, Funnel, Group, answer, read
from analytics.reports.funnel.answer import percent
from analytics.reports.funnel.model import DROPS, DURATIONS, ORDERS, UNITS
from analytics.serializers import PeriodSerializer, period
from analytics.views.reports.steps import step_said


class StepSerializer(serializers.Serializer[Any]):
    event = serializers.CharField(required=False, help_text="Short for a filter on the event's name.")
    goal = serializers.CharField(required=False)
    page = serializers.CharField(required=False)
    filters = ConditionsField(required=False)


class FunnelSerializer(serializers.Serializer[Any]):
    steps = StepSerializer(many=True, help_text="2 to 10 steps.")
    order = serializers.ChoiceField(list(ORDERS), default="ordered")
    window = serializers.CharField(default="14d", help_text="From the first step to the last: 30m, 12h, 14d.")
    per = serializers.ChoiceField(list(UNITS), default="person")
    without = StepSerializer(many=True, required=False, help_text="Events that must not come in between.")
    drops = serializers.ChoiceField(list(DROPS), default="attempt", help_text="What an excluded event does.")
    by = serializers.CharField(required=False, help_text="A dimension to break down by.")
    attribution = serializers.CharField(
        default="first", help_text="Whose value counts: first, last, or a step's number."
    )
    period = serializers.JSONField(required=False)
    filters = ConditionsField(required=False)
    interval = serializers.ChoiceField(["hour", "day", "week", "month"], required=False)


class ReachedSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    reached = serializers.IntegerField()
    of_first = serializers.FloatField(allow_null=True, help_text="Percent.")
    of_previous = serializers.FloatField(allow_null=True, help_text="Percent.")
    median_seconds = serializers.FloatField(allow_null=True, help_text="From the first step.")
    mean_seconds = serializers.FloatField(allow_null=True)


class FunnelGroupSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    other = serializers.BooleanField()
    conversion_rate = serializers.FloatField(allow_null=True, help_text="Percent.")
    steps = ReachedSerializer(many=True)


class BarSerializer(serializers.Serializer[Any]):
    below_seconds = serializers.IntegerField(allow_null=True, help_text="None: no upper end.")
    count = serializers.IntegerField()


class PointSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    entered = serializers.IntegerField()
    converted = serializers.IntegerField()


class FunnelAnswerSerializer(serializers.Serializer[Any]):
    period = PeriodSerializer()
    timezone = serializers.CharField()
    per = serializers.CharField()
    conversion_rate = serializers.FloatField(allow_null=True, help_text="Percent.")
    steps = ReachedSerializer(many=True)
    groups = FunnelGroupSerializer(many=True)
    histogram = BarSerializer(many=True, help_text="Time from the first step to the last.")
    trend = PointSerializer(many=True, help_text="By when the first step was taken.")
    open = serializers.BooleanField(help_text="The window of the last who entered is not over yet.")
    as_of = serializers.DateTimeField()


@extend_schema(
    tags=["Funnels"],
    methods=["GET"],
    parameters=[
        OpenApiParameter(
            "step",
            many=True,
            description="A step: is,event,signup. Repeat it. Without any: a view, then a goal, as the page begins.",
        ),
        OpenApiParameter("order", enum=list(ORDERS), default="ordered"),
        OpenApiParameter("window", default="14d"),
        OpenApiParameter("per", enum=list(UNITS), default="person"),
        OpenApiParameter("without", many=True),
        OpenApiParameter("drops", enum=list(DROPS), default="attempt"),
        OpenApiParameter("by"),
        OpenApiParameter("attribution", default="first"),
        OpenApiParameter("interval"),
        *PERIOD,
    ],
    responses=FunnelAnswerSerializer,
)
@extend_schema(
    tags=["Funnels"],
    methods=["POST"],
    operation_id="funnel_question",
    request=FunnelSerializer,
    responses=FunnelAnswerSerializer,
    parameters=[WORKSPACE, ENVIRONMENT],
    examples=[
        OpenApiExample(
            "From sign-up to purchase",
            {"steps": [{"event": "signup"}, {"event": "purchase"}], "window": "14d", "by": "country"},
            request_only=True,
        )
    ],
)
@api_view(["GET", "POST"])
def funnel(request: Request) -> Response:
    """How many of those that took the first step took the next ones, in how much time."""
    with as_problems():
        if request.method == "GET":
            read.check_named(request.query_params)
        page, asked = question_of(request, read)
        return Response(_answer(page, asked, answer(asked, page.query(compare=None), page.interval, page.now)))


def _answer(page: PageQuery, asked: Funnel, found: Answer) -> dict[str, Any]:
    return {
        "period": period(page.period),
        "timezone": page.zone,
        "per": asked.per,
        "conversion_rate": found.everybody.conversion_rate,
        "steps": _steps(asked, found.everybody),
        "groups": [
            {
                "value": group.value,
                "other": group.is_other,
                "conversion_rate": group.conversion_rate,
                "steps": _steps(asked, group),
            }
            for group in found.groups
        ],
        "histogram": [
            {"below_seconds": below, "count": count}
            for below, count in zip((*DURATIONS, None), found.histogram, strict=False)
        ],
        "trend": [vars(point) | {"start": point.start.isoformat()} for point in found.trend],
        "open": found.open,
        "as_of": found.as_of.isoformat(),
    }


def _steps(asked: Funnel, group: Group) -> list[dict[str, Any]]:
    first = group.steps[0].reached
    return [
        {
            "step": place + 1,
            "label": step_said(asked.steps[place]),
            "reached": step.reached,
            "of_first": percent(step.reached, first),
            "of_previous": percent(step.reached, group.steps[max(0, place - 1)].reached),
            "median_seconds": step.median_seconds,
            "mean_seconds": step.mean_seconds,
        }
        for place, step in enumerate(group.steps)
    ]
