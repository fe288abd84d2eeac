"""Cohorts over HTTP: living ones from filters, frozen ones from a list of user ids or from another cohort."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import cohorts
from analytics.api.asked import ENVIRONMENT, WORKSPACE, asked_of, kept_of, limit_of
from analytics.api.conditions import ConditionsField
from analytics.models import Cohort
from analytics.query.lookup import cohort_of
from analytics.refusals import as_problems
from analytics.reports import people_of
from config.lib import clock
from config.lib.known_fields import KnownFields
from config.lib.problems import Problem
from workspaces.models import Environment, Workspace

MOST_IDS = 100_000  # in one request
ABOUT = [WORKSPACE, ENVIRONMENT]


class CohortSerializer(KnownFields, serializers.ModelSerializer[Cohort]):
    id = serializers.UUIDField(source="uid", read_only=True)
    name = serializers.CharField(max_length=80)
    filters = ConditionsField(required=False, help_text="Makes a living cohort.")
    days = serializers.IntegerField(min_value=1, max_value=cohorts.MOST_DAYS, default=30)
    user_ids = serializers.ListField(
        child=serializers.CharField(max_length=500),
        write_only=True,
        required=False,
        max_length=MOST_IDS,
        help_text="Makes a frozen cohort of these people, as you name them in events.",
    )
    size = serializers.IntegerField(read_only=True, allow_null=True, help_text="Of a frozen one, when it was made.")

    def validate_user_ids(self, given: list[str]) -> list[str]:
        """Nobody is to believe that a list which stays as it was has other people now."""
        if self.instance:
            raise serializers.ValidationError("The people on a list do not change. Make a new cohort of these.")
        return given

    class Meta:
        model = Cohort
        fields = ("id", "name", "description", "kind", "environment", "filters", "days", "user_ids", "size",
                  "created_at", "updated_at")  # fmt: skip
        read_only_fields = ("kind", "environment", "created_at", "updated_at")


class MemberSerializer(serializers.Serializer[people_of.Member]):
    person_id = serializers.CharField(help_text="Unsigned 64-bit number as text.")
    user_id = serializers.CharField()
    country = serializers.CharField()
    visits = serializers.IntegerField()
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()


class MembersSerializer(serializers.Serializer[Any]):
    size = serializers.IntegerField(help_text="How many people belong to it now.")
    members = MemberSerializer(many=True)


@extend_schema(tags=["Cohorts"], parameters=ABOUT, responses=CohortSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=["Cohorts"], parameters=ABOUT, request=CohortSerializer, responses={201: CohortSerializer}, methods=["POST"]
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The cohorts of a workspace; or a new one, from `filters` or from `user_ids`."""
    workspace, environment = kept_of(request, "analyse")
    if request.method == "GET":
        return Response(CohortSerializer(Cohort.objects.filter(workspace=workspace), many=True).data)
    body = CohortSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    with as_problems():
        made = _create(workspace, environment, request.user, body.validated_data)
    return Response(CohortSerializer(made).data, status=201)


@extend_schema(tags=["Cohorts"], parameters=[WORKSPACE], responses=CohortSerializer, methods=["GET"])
@extend_schema(
    tags=["Cohorts"], parameters=[WORKSPACE], request=CohortSerializer, responses=CohortSerializer, methods=["PUT"]
)
@extend_schema(tags=["Cohorts"], parameters=[WORKSPACE], responses={204: None}, methods=["DELETE"])
@api_view(["GET", "PUT", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """One cohort: read, change, delete. The people on a frozen list do not change."""
    cohort = _found(kept_of(request, "analyse")[0], uid)
    if request.method == "DELETE":
        with as_problems():
            cohorts.delete(cohort, actor=request.user, now=clock.now())
        return Response(status=204)
    if request.method == "PUT":
        body = CohortSerializer(cohort, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        with as_problems():
            cohorts.change(cohort, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(CohortSerializer(cohort).data)


@extend_schema(
    tags=["Cohorts"],
    parameters=[
        WORKSPACE,
        ENVIRONMENT,
        OpenApiParameter("limit", int, default=50),
        OpenApiParameter("offset", int, default=0),
    ],
    responses=MembersSerializer,
)
@api_view(["GET"])
def members(request: Request, uid: str) -> Response:
    """Who is in it now, those seen last first."""
    workspace, environment = asked_of(request, "analyse")
    cohort, now, dataset_id = _found(workspace, uid), clock.now(), workspace.dataset_id(environment)
    offset = request.query_params.get("offset", "0")
    if not (offset.isascii() and offset.isdecimal() and len(offset) < 8):
        raise Problem(400, "invalid_query", "offset is a whole number below 10,000,000.", field="offset")
    with as_problems():
        limit = limit_of(request, 50, 1000)
        people = cohort_of(cohort, now, workspace.timezone)
        size = people_of.size(dataset_id, [people], now)[0]
        found = people_of.list_members(dataset_id, people, now, limit, int(offset))
    return Response({"size": size, "members": [asdict(each) for each in found]})


def _create(workspace: Workspace, environment: Environment, actor: Any, given: dict[str, Any]) -> Cohort:
    about = {"name": given["name"], "description": given.get("description", ""), "actor": actor, "now": clock.now()}
    if given.get("user_ids") and given.get("filters"):
        raise Problem(422, "which_kind", "Send filters for a living cohort, or user_ids for a frozen one, not both.")
    if given.get("user_ids"):
        return cohorts.save_users(workspace, environment, user_ids=given["user_ids"], **about)
    return cohorts.create_living(workspace, filters=given.get("filters") or [], days=given["days"], **about)


def _found(workspace: Workspace, uid: str) -> Cohort:
    return get_object_or_404(Cohort.objects.select_related("workspace"), workspace=workspace, uid=uid)
