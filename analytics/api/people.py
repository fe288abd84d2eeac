"""Visits and people, single ones: lists with cursors, and one person with everything known."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, asked_of, limit_of, page_of
from analytics.api.erasures import ErasureSerializer, shown
from analytics.query.model import Query
from analytics.refusals import as_problems
from analytics.reports.people.accounts import accounts as accounts_of
from analytics.reports.people.accounts import property_key
from analytics.reports.people.listing import list_people
from analytics.reports.people.profile import profile
from analytics.reports.sessions import all_time, list_sessions, number, timelines
from config.lib import clock
from tracking import erasure

LIMIT = OpenApiParameter("limit", int, description="At most 500.", default=50)
CURSOR = OpenApiParameter("cursor", description="next_cursor of the page before.")
USUAL, MOST = 50, 500


class VisitSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Unsigned 64-bit number as text.")
    person_id = serializers.CharField(help_text="Unsigned 64-bit number as text.")
    user_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    pageviews = serializers.IntegerField()
    events = serializers.IntegerField()
    entry_page = serializers.CharField()
    exit_page = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    country = serializers.CharField()


class VisitListSerializer(serializers.Serializer[Any]):
    sessions = VisitSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PersonRowSerializer(serializers.Serializer[Any]):
    person_id = serializers.CharField()
    user_id = serializers.CharField()
    last_seen = serializers.DateTimeField()
    first_seen = serializers.DateTimeField(help_text="In the period.")
    visits = serializers.IntegerField()
    pageviews = serializers.IntegerField()


class PeopleSerializer(serializers.Serializer[Any]):
    people = PersonRowSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PersonSerializer(serializers.Serializer[Any]):
    person_id = serializers.CharField()
    name = serializers.CharField()
    user_id = serializers.CharField()
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()
    visits = serializers.IntegerField()
    pageviews = serializers.IntegerField()
    properties = serializers.DictField(child=serializers.CharField())
    revenue = serializers.DictField(child=serializers.CharField(), help_text="By currency.")
    sessions = VisitSerializer(many=True, help_text="The newest, each with its `timeline` of events.")
    next_cursor = serializers.CharField(allow_null=True)


class AccountRowSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    people = serializers.IntegerField()
    visits = serializers.IntegerField()
    events = serializers.IntegerField()
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()
    revenue = serializers.DictField(child=serializers.CharField(), help_text="By currency.")


class AccountsSerializer(serializers.Serializer[Any]):
    accounts = AccountRowSerializer(many=True)
    count = serializers.IntegerField()


@extend_schema(tags=["Analytics"], responses=VisitListSerializer, parameters=[LIMIT, CURSOR, *PERIOD])
@api_view(["GET"])
def sessions(request: Request) -> Response:
    """Visits, newest first."""
    query = _query(request)
    with as_problems():
        found = list_sessions(query, limit_of(request, USUAL, MOST), request.query_params.get("cursor"))
    return Response({"sessions": found.visits, "next_cursor": found.next_cursor})


@extend_schema(
    tags=["Analytics"],
    operation_id="people",
    responses=PeopleSerializer,
    parameters=[LIMIT, CURSOR, OpenApiParameter("search", description="Part of a user id or a property."), *PERIOD],
)
@api_view(["GET"])
def people(request: Request) -> Response:
    """People of a period, who was here last first."""
    query, params = _query(request), request.query_params
    with as_problems():
        limit = limit_of(request, USUAL, MOST)
        found = list_people(query, limit, params.get("search", ""), params.get("cursor"))
    return Response({"people": found.people, "next_cursor": found.next_cursor})


@extend_schema(
    tags=["Analytics"],
    methods=["GET"],
    operation_id="person",
    responses=PersonSerializer,
    parameters=[LIMIT, CURSOR, WORKSPACE, ENVIRONMENT],
)
@extend_schema(
    tags=["Analytics"],
    methods=["DELETE"],
    operation_id="erase_person",
    responses={202: ErasureSerializer},
    parameters=[WORKSPACE, ENVIRONMENT],
)
@api_view(["GET", "DELETE"])
def person(request: Request, person: str) -> Response:
    """One person: properties, revenue, and the visits with their events, newest first. DELETE erases all of it."""
    if request.method == "DELETE":
        return _erase(request, person)
    workspace, environment = asked_of(request, "analyse")
    dataset_id, now = workspace.dataset_id(environment), clock.now()
    person_id = number(person)
    with as_problems():
        found = profile(workspace, dataset_id, person_id) if person_id is not None else None
        if found is None:
            raise Http404
        period = all_time(now, ZoneInfo(workspace.timezone))
        query = Query(dataset_id, workspace.timezone, period, (), bots=True)
        page = list_sessions(query, limit_of(request, 20, 100), request.query_params.get("cursor"), person_id)
        events = timelines(dataset_id, page.visits, now, workspace.session_timeout_minutes)
    return Response(
        {
            "person_id": str(found.person_id),
            "name": found.name,
            "user_id": found.user_id,
            "first_seen": found.first_seen,
            "last_seen": found.last_seen,
            "visits": found.visits,
            "pageviews": found.pageviews,
            "properties": found.traits,
            "revenue": {code: str(amount) for code, amount in found.revenue.items()},
            "sessions": [each | {"timeline": events[each["id"]]} for each in page.visits],
            "next_cursor": page.next_cursor,
        }
    )


@extend_schema(
    tags=["Analytics"],
    responses=AccountsSerializer,
    parameters=[
        OpenApiParameter("by", description="The property that names an account.", default="account"),
        LIMIT,
        *PERIOD,
    ],
)
@api_view(["GET"])
def accounts(request: Request) -> Response:
    """People grouped by a property of their events, such as the company they act for."""
    now = clock.now()
    workspace, environment = asked_of(request, "analyse")
    page = page_of(request, workspace, environment, now)
    with as_problems():
        key = property_key(request.query_params.get("by") or "account")
        found = accounts_of(workspace, page.query(compare=None), key, limit_of(request, USUAL, MOST), 0, now)
    rows = [vars(each) | {"revenue": {code: str(of) for code, of in each.revenue.items()}} for each in found.accounts]
    return Response({"accounts": rows, "count": found.count})


def _query(request: Request) -> Query:
    return page_of(request, *asked_of(request, "analyse"), clock.now()).query(compare=None)


def _erase(request: Request, person: str) -> Response:
    workspace, environment = asked_of(request, "erase")
    person_id = number(person)
    with as_problems():
        if person_id is None or profile(workspace, workspace.dataset_id(environment), person_id) is None:
            raise Http404
        asked = erasure.ask_person(workspace, environment, person_id, actor=request.user, now=clock.now())
    return Response(shown(asked), status=202)
