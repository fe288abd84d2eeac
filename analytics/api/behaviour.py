"""Lifecycle, stickiness and paths over HTTP, with the parameters of the page or as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, question_of
from analytics.api.conditions import ConditionsField
from analytics.api.funnel import StepSerializer
from analytics.query.page import PageQuery
from analytics.refusals import as_problems
from analytics.reports import lifecycle as life
from analytics.reports import stickiness as sticky
from analytics.reports.paths import Node
from analytics.reports.paths import answer as paths_of
from analytics.reports.paths import model as path_model
from analytics.serializers import PeriodSerializer, period

ACTIVE = OpenApiParameter("active", description="What counts as being active: is,event,export. Anything, without.")
INTERVAL = OpenApiParameter("interval", enum=["hour", "day", "week", "month"])


class ActiveSerializer(serializers.Serializer[Any]):
    active = StepSerializer(required=False, help_text="What counts as being active. Anything, without.")
    interval = serializers.ChoiceField(["hour", "day", "week", "month"], required=False)
    period = serializers.JSONField(required=False)
    filters = ConditionsField(required=False)


class LifecycleBucketSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    new = serializers.IntegerField()
    returning = serializers.IntegerField()
    resurrected = serializers.IntegerField()
    dormant = serializers.IntegerField()
    pulse = serializers.FloatField(allow_null=True, help_text="(new + resurrected) / dormant")
    partial = serializers.BooleanField(help_text="Not over yet.")  # type: ignore[assignment]
    clipped = serializers.BooleanField(
        help_text="The period begins or ended within it: only the period's days are counted."
    )


class LifecycleSerializer(serializers.Serializer[Any]):
    period = PeriodSerializer()
    interval = serializers.CharField()
    timezone = serializers.CharField()
    buckets = LifecycleBucketSerializer(many=True)
    as_of = serializers.DateTimeField()


class StickinessSerializer(serializers.Serializer[Any]):
    period = PeriodSerializer()
    interval = serializers.CharField()
    timezone = serializers.CharField()
    people = serializers.IntegerField()
    exact = serializers.ListField(child=serializers.IntegerField(), help_text="People active in exactly 1, 2 … units.")
    clipped = serializers.IntegerField(help_text="Of how many units the period has some days only: only these count.")
    cumulative = serializers.ListField(child=serializers.IntegerField(), help_text="In at least 1, 2 … units.")
    dau = serializers.FloatField(help_text="On a mean day of the last 30 of the period.")
    wau = serializers.IntegerField(help_text="In the last 7 days.")
    mau = serializers.IntegerField(help_text="In the last 30 days.")
    dau_mau = serializers.FloatField(allow_null=True, help_text="Percent.")
    as_of = serializers.DateTimeField()


class PathsQuestionSerializer(serializers.Serializer[Any]):
    of = serializers.ChoiceField(list(path_model.OF), default="pages")
    start = serializers.CharField(required=False, help_text="Begin where this came first.")
    end = serializers.CharField(required=False, help_text="Instead: what led to where this came first.")
    steps = serializers.IntegerField(default=5, min_value=2, max_value=10)
    top = serializers.IntegerField(default=6, min_value=1, max_value=12)
    group = serializers.ListField(child=serializers.CharField(), required=False, help_text='["/docs/*"]')
    skip = serializers.ListField(child=serializers.CharField(), required=False)
    period = serializers.JSONField(required=False)
    filters = ConditionsField(required=False)


class NodeSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    other = serializers.BooleanField()
    visits = serializers.IntegerField()
    ended = serializers.IntegerField(help_text="Visits that went no further.")


class PathLinkSerializer(serializers.Serializer[Any]):
    source = serializers.IntegerField(help_text="Place in nodes.")  # type: ignore[assignment]
    target = serializers.IntegerField(help_text="Place in nodes.")
    visits = serializers.IntegerField()


class PathsSerializer(serializers.Serializer[Any]):
    period = PeriodSerializer()
    timezone = serializers.CharField()
    visits = serializers.IntegerField()
    nodes = NodeSerializer(many=True)
    links = PathLinkSerializer(many=True)
    as_of = serializers.DateTimeField()


@extend_schema(
    tags=["Behaviour"], methods=["GET"], parameters=[ACTIVE, INTERVAL, *PERIOD], responses=LifecycleSerializer
)
@extend_schema(tags=["Behaviour"], methods=["POST"], operation_id="lifecycle_question", request=ActiveSerializer,
               responses=LifecycleSerializer, parameters=[WORKSPACE, ENVIRONMENT])  # fmt: skip
@api_view(["GET", "POST"])
def lifecycle(request: Request) -> Response:
    """New, returning, resurrected and dormant people in each unit."""
    with as_problems():
        page, asked = question_of(request, life)
        found = life.answer(asked, page.query(compare=None), page.interval, page.now)
    buckets = [
        {
            "start": each.start.isoformat(),
            **each.people,
            "pulse": each.pulse,
            "partial": each.partial,
            "clipped": each.clipped,
        }
        for each in found.buckets
    ]
    return Response(_head(page) | {"interval": page.interval, "buckets": buckets, "as_of": found.as_of.isoformat()})


@extend_schema(
    tags=["Behaviour"], methods=["GET"], parameters=[ACTIVE, INTERVAL, *PERIOD], responses=StickinessSerializer
)
@extend_schema(tags=["Behaviour"], methods=["POST"], operation_id="stickiness_question", request=ActiveSerializer,
               responses=StickinessSerializer, parameters=[WORKSPACE, ENVIRONMENT])  # fmt: skip
@api_view(["GET", "POST"])
def stickiness(request: Request) -> Response:
    """On how many units people were active, and DAU, WAU and MAU."""
    with as_problems():
        page, asked = question_of(request, sticky)
        found = sticky.answer(asked, page.query(compare=None), page.interval, page.now)
    numbers = {"people": found.people, "exact": found.exact, "cumulative": found.cumulative, "clipped": found.clipped,
               "dau": found.daily, "wau": found.weekly, "mau": found.monthly, "dau_mau": found.ratio}  # fmt: skip
    return Response(_head(page) | {"interval": page.interval} | numbers | {"as_of": found.as_of.isoformat()})


@extend_schema(
    tags=["Behaviour"],
    methods=["GET"],
    parameters=[
        OpenApiParameter("of", enum=list(path_model.OF), default="pages"),
        OpenApiParameter("start", description="Begin where this came first."),
        OpenApiParameter("end", description="Instead: what led to where this came first."),
        OpenApiParameter("steps", int, default=5),
        OpenApiParameter("top", int, default=6),
        OpenApiParameter("group", many=True, description="/docs/*"),
        OpenApiParameter("skip", many=True),
        *PERIOD,
    ],
    responses=PathsSerializer,
)
@extend_schema(tags=["Behaviour"], methods=["POST"], operation_id="paths_question", request=PathsQuestionSerializer,
               responses=PathsSerializer, parameters=[WORKSPACE, ENVIRONMENT])  # fmt: skip
@api_view(["GET", "POST"])
def paths(request: Request) -> Response:
    """Which pages or events follow one another in a visit."""
    with as_problems():
        page, asked = question_of(request, path_model)
        found = paths_of(asked, page.query(compare=None), page.now)
    nodes: list[Node] = sorted(found.nodes)
    places = {node: place for place, node in enumerate(nodes)}
    told = [
        {"step": node.step, "label": node.label, "other": node.is_other, "visits": found.nodes[node],
         "ended": found.ended.get(node, 0)}
        for node in nodes
    ]  # fmt: skip
    links = [
        {"source": places[link.source], "target": places[link.target], "visits": link.visits} for link in found.links
    ]
    return Response(
        _head(page) | {"visits": found.visits, "nodes": told, "links": links, "as_of": found.as_of.isoformat()}
    )


def _head(page: PageQuery) -> dict[str, Any]:
    return {"period": period(page.period), "timezone": page.zone}
