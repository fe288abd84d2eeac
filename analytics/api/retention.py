"""Retention over HTTP, with the parameters of the page or as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, question_of
from analytics.api.conditions import ConditionsField
from analytics.api.funnel import StepSerializer
from analytics.query.page import PageQuery
from analytics.refusals import as_problems
from analytics.reports.retention import Answer, Retention, answer, read
from analytics.reports.retention.model import CAME, CLOCKS, UNITS, WHO
from analytics.serializers import PeriodSerializer, period


class RetentionSerializer(serializers.Serializer[Any]):
    begin = StepSerializer(required=False, help_text="Any event, without.")
    back = StepSerializer(required=False, help_text="Any event, without.")
    who = serializers.ChoiceField(list(WHO), default="first", help_text="first: for the first time ever.")
    unit = serializers.ChoiceField(list(UNITS), default="day")
    clock = serializers.ChoiceField(list(CLOCKS), default="calendar")
    came = serializers.ChoiceField(list(CAME), default="on", help_text="after: in that unit or later.")
    columns = serializers.IntegerField(default=8, min_value=1, max_value=60)
    brackets = serializers.ListField(child=serializers.CharField(), required=False, help_text='["1-3", "4-7"]')
    period = serializers.JSONField(required=False)
    filters = ConditionsField(required=False)


class CellSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="Percent of those who began.")
    incomplete = serializers.BooleanField(help_text="Not over for all of them: more may come back.")


class RetentionRowSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    began = serializers.IntegerField()
    clipped = serializers.BooleanField(
        help_text="The period begins or ended within the unit: only who began in the period's days is in the row."
    )
    cells = serializers.ListField(child=CellSerializer(allow_null=True), help_text="null: has not come yet.")


class ColumnSerializer(serializers.Serializer[Any]):
    first = serializers.IntegerField(help_text="Units after the beginning.")
    last = serializers.IntegerField()
    average = serializers.FloatField(allow_null=True, help_text="Percent, of the complete cells.")


class RetentionAnswerSerializer(serializers.Serializer[Any]):
    period = PeriodSerializer()
    timezone = serializers.CharField()
    unit = serializers.CharField()
    columns = ColumnSerializer(many=True)
    rows = RetentionRowSerializer(many=True)
    as_of = serializers.DateTimeField()


@extend_schema(
    tags=["Retention"],
    methods=["GET"],
    parameters=[
        OpenApiParameter("begin", description="What begins: is,event,signup. Any event, without."),
        OpenApiParameter("back", description="What counts as coming back. Any event, without."),
        OpenApiParameter("who", enum=list(WHO), default="first"),
        OpenApiParameter("unit", enum=list(UNITS), default="day"),
        OpenApiParameter("clock", enum=list(CLOCKS), default="calendar"),
        OpenApiParameter("came", enum=list(CAME), default="on"),
        OpenApiParameter("columns", int, default=8),
        OpenApiParameter("brackets", description="1-3,4-7"),
        *PERIOD,
    ],
    responses=RetentionAnswerSerializer,
)
@extend_schema(
    tags=["Retention"],
    methods=["POST"],
    operation_id="retention_question",
    request=RetentionSerializer,
    responses=RetentionAnswerSerializer,
    parameters=[WORKSPACE, ENVIRONMENT],
    examples=[
        OpenApiExample(
            "Who signs up and comes back, by week",
            {"begin": {"event": "signup"}, "unit": "week", "columns": 4, "period": "91d"},
            request_only=True,
        )
    ],
)
@api_view(["GET", "POST"])
def retention(request: Request) -> Response:
    """Of those who began in each unit, how many came back in the ones after."""
    with as_problems():
        page, asked = question_of(request, read)
        return Response(_answer(page, asked, answer(asked, page.query(compare=None), page.now)))


def _answer(page: PageQuery, asked: Retention, found: Answer) -> dict[str, Any]:
    return {
        "period": period(page.period),
        "timezone": page.zone,
        "unit": asked.unit,
        "columns": [
            {"first": first, "last": last, "average": average}
            for (first, last), average in zip(asked.spans, found.average, strict=True)
        ],
        "rows": [
            {
                "start": row.start.isoformat(),
                "began": row.began,
                "clipped": row.clipped,
                "cells": [cell and vars(cell) for cell in row.cells],
            }
            for row in found.rows
        ],
        "as_of": found.as_of.isoformat(),
    }
