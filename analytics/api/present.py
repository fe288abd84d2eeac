"""What happens now, and what other tools would make of a period: two pages' numbers for programs."""

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, asked_of, page_of
from analytics.query import periods, run_many
from analytics.query.model import Result
from analytics.refusals import as_problems
from analytics.reports.profiles import profiled
from analytics.reports.realtime import visitors_now
from analytics.serializers import PeriodSerializer, period
from config.lib import clock

ROWS = 10
LISTS = ("page", "source", "country", "event")


class RealtimeSerializer(serializers.Serializer[Any]):
    now = serializers.IntegerField(help_text="Visitors of the last five minutes.")
    totals = serializers.DictField(help_text="Of the last 30 minutes.")
    minutes = serializers.ListField(child=serializers.DictField(), help_text="minute, visitors, pageviews.")
    lists = serializers.DictField(help_text=f"The ten largest by visitors: {', '.join(LISTS)}.")
    as_of = serializers.DateTimeField()


class ProfileSerializer(serializers.Serializer[Any]):
    profile = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    says = serializers.CharField(help_text="Its rules in a sentence.")
    values = serializers.DictField(child=serializers.FloatField(allow_null=True))


class ProfilesSerializer(serializers.Serializer[Any]):
    profiles = ProfileSerializer(many=True)
    period = PeriodSerializer()


@extend_schema(
    tags=["Analytics"],
    responses=RealtimeSerializer,
    parameters=[PERIOD[3], WORKSPACE, ENVIRONMENT],
)
@api_view(["GET"])
def realtime(request: Request) -> Response:
    """Who is here now, and the last 30 minutes, minute by minute."""
    given = page_of(request, *asked_of(request, "read_overview"), clock.now())
    page = replace(given, period=periods.preset("realtime", given.now, given.zone), compare=None)
    asked = [
        page.query("visitors", "visits", "pageviews", "events"),
        *(page.query(name, interval="minute", totals=False) for name in ("visitors", "pageviews")),
        *(page.query("visitors", dimensions=(name,), limit=ROWS, totals=False) for name in LISTS),
    ]
    with as_problems():
        figures, visitors, views, *lists = run_many(asked, page.now)
        online = visitors_now(page.dataset_id, page.now)
    return Response(
        {
            "now": online,
            "totals": figures.totals,
            "minutes": [
                {"minute": one.keys[0], "visitors": one.values["visitors"], "pageviews": two.values["pageviews"]}
                for one, two in zip(visitors.rows, views.rows, strict=True)
            ],
            "lists": {name: _list(each) for name, each in zip(LISTS, lists, strict=True)},
            "as_of": figures.as_of.isoformat(),
        }
    )


@extend_schema(tags=["Analytics"], responses=ProfilesSerializer, parameters=PERIOD)
@api_view(["GET"])
def profiles(request: Request) -> Response:
    """The numbers of a period as Plausible, Matomo, Google Analytics 4 and Umami would define them, beside ours."""
    workspace, environment = asked_of(request, "read_overview")
    page = page_of(request, workspace, environment, clock.now())
    settings = workspace.session_timeout_minutes, workspace.bounce_engaged_seconds
    with as_problems():
        found = profiled(page.query(compare=None), page.now, *settings)
    told = [
        {"profile": each.profile.name, "label": each.profile.label, "says": each.profile.says, "values": each.values}
        for each in found
    ]
    return Response({"profiles": told, "period": period(page.period)})


def _list(result: Result) -> list[dict[str, Any]]:
    return [{"key": row.keys[0], "visitors": row.values["visitors"]} for row in result.rows]
