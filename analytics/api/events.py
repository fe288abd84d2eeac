"""Stored events read back, at the addresses where they are sent: POST is tracking's, GET is here.

GET /api/v1/analytics/events, /api/events    single events, newest first
GET /api/events/stats                        how many, of what, and what became of those that were sent
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.asked import PERIOD, asked_of, limit_of, page_of
from analytics.query import run
from analytics.query.model import Period
from analytics.refusals import as_problems
from analytics.reports.events import list_events
from analytics.serializers import EventListSerializer, PeriodSerializer, period
from config.lib import clock
from tracking import usage
from tracking.api.events import EventView

EVENTS_A_PAGE, MAX_EVENTS_A_PAGE = 100, 1000
NAMES_AT_MOST = 100
SENDS = ("POST", "OPTIONS")


class EventsView(EventView):
    """Sending asks for no more than a key, from any page; reading is as guarded as every other report."""

    @property
    def _reads(self) -> bool:
        """All but what a sender does, HEAD too, which Django answers by `get`: what is new is guarded by itself."""
        return getattr(self.request, "method", "GET") not in SENDS

    def get_authenticators(self) -> list[Any]:
        return [each() for each in APIView.authentication_classes] if self._reads else []

    def get_permissions(self) -> list[Any]:
        return [IsAuthenticated()] if self._reads else []

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self._reads:
            return APIView.finalize_response(self, request, response, *args, **kwargs)
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(
        tags=["Analytics"],
        responses=EventListSerializer,
        parameters=[
            OpenApiParameter("limit", int, description=f"At most {MAX_EVENTS_A_PAGE}.", default=EVENTS_A_PAGE),
            OpenApiParameter("cursor", description="next_cursor of the page before."),
            *PERIOD,
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        """Single events, newest first, with everything stored of them."""
        page = page_of(request, *asked_of(request, "analyse"), clock.now())
        with as_problems():
            found = list_events(
                page.query(compare=None),
                limit_of(request, EVENTS_A_PAGE, MAX_EVENTS_A_PAGE),
                request.query_params.get("cursor"),
            )
        return Response({"events": found.events, "next_cursor": found.next_cursor})


class NamedCountSerializer(serializers.Serializer[Any]):
    event = serializers.CharField()
    events = serializers.IntegerField()
    visitors = serializers.IntegerField()


class StatsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Stored events of the period.")
    visitors = serializers.IntegerField()
    by_event = NamedCountSerializer(many=True, help_text=f"The {NAMES_AT_MOST} most frequent names.")
    received = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Of the events that arrived on the period's days (UTC, 40 days back): accepted, and the others by "
        "reason.",
    )
    period = PeriodSerializer()
    as_of = serializers.DateTimeField()


@extend_schema(tags=["Analytics"], operation_id="event_stats", responses=StatsSerializer, parameters=PERIOD)
@api_view(["GET"])
def stats(request: Request) -> Response:
    """How many events there are, by name, and how many were refused for which reason."""
    now = clock.now()
    workspace, environment = asked_of(request, "analyse")
    page = page_of(request, workspace, environment, now)
    with as_problems():
        found = run(page.query("events", "visitors", dimensions=("event",), compare=None, limit=NAMES_AT_MOST), now)
    return Response(
        {
            "total": found.totals["events"],
            "visitors": found.totals["visitors"],
            "by_event": [{"event": row.keys[0], **row.values} for row in found.rows],
            "received": received(workspace.dataset_id(environment), page.period, now),
            "period": period(page.period),
            "as_of": found.as_of.isoformat(),
        }
    )


def received(dataset_id: int, asked: Period, now: datetime) -> dict[str, int]:
    """What arrived on the period's days, by what became of it."""
    total: Counter[str] = Counter({usage.ACCEPTED: 0})
    first = max(asked.start, now - timedelta(seconds=usage.KEPT_SECONDS))
    last = min(asked.end - timedelta(milliseconds=1), now)
    day = first
    while day.date() <= last.date():
        total.update(usage.of_day(dataset_id, day))
        day += timedelta(days=1)
    return dict(total)
