"""Alerts over HTTP: rules, their history, a test at once; acknowledge and snooze."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.alerts import channels, rules, trial
from analytics.api.alert_shapes import (
    AlertChangeSerializer,
    AlertSerializer,
    AlertSnoozeSerializer,
    AlertTestSerializer,
)
from analytics.api.asked import ENVIRONMENT, WORKSPACE, kept_of
from analytics.models import AlertChange, AlertRule
from analytics.refusals import as_problems
from config.lib import clock
from workspaces.models import Workspace

TAGS = ["Alerts"]
MOST_CHANGES = 200
EXAMPLE = OpenApiExample(
    "Sign-ups fall",
    request_only=True,
    value={
        "name": "Sign-ups fall",
        "metric_query": "events;is,event,signup",
        "condition_type": "below",
        "threshold_value": 5,
        "window_minutes": 60,
        "notification_channels": ["email"],
    },
)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses=AlertSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=TAGS,
    parameters=[WORKSPACE, ENVIRONMENT],
    request=AlertSerializer,
    responses={201: AlertSerializer},
    examples=[EXAMPLE],
    methods=["POST"],
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The alerts of a workspace; or a new one, evaluated within a minute."""
    workspace, environment = kept_of(request, "analyse")
    if request.method == "GET":
        found = AlertRule.objects.filter(workspace=workspace).select_related("workspace", "created_by")
        return Response(AlertSerializer(found.prefetch_related("channels"), many=True).data)
    body = AlertSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    with as_problems(), transaction.atomic():
        fields = {"environment": environment} | _fields(body, workspace, request)
        made = rules.create(workspace, actor=request.user, now=clock.now(), **fields)
    return Response(AlertSerializer(made).data, status=201)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses=AlertSerializer, methods=["GET"])
@extend_schema(tags=TAGS, parameters=[WORKSPACE], request=AlertSerializer, responses=AlertSerializer, methods=["PUT"])
@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses={204: None}, methods=["DELETE"])
@api_view(["GET", "PUT", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """One alert: read, change (what is left out stays), delete."""
    rule = _rule(request, uid)
    if request.method == "DELETE":
        rules.delete(rule, actor=request.user, now=clock.now())
        return Response(status=204)
    if request.method == "PUT":
        body = AlertSerializer(rule, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        with as_problems(), transaction.atomic():
            fields = _fields(body, rule.workspace, request)
            rules.change(rule, actor=request.user, now=clock.now(), **fields)
    return Response(AlertSerializer(rule).data)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], request=None, responses=AlertTestSerializer)
@api_view(["POST"])
def test(request: Request, uid: str) -> Response:
    """Evaluates the alert now and sends a test message to each of its channels. Its state stays as it is."""
    rule = _rule(request, uid)
    with as_problems():
        return Response(AlertTestSerializer(trial.test(rule, clock.now())).data)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses=AlertChangeSerializer(many=True))
@api_view(["GET"])
def history(request: Request, uid: str) -> Response:
    """When it fired, resolved or had no data, the latest first, with who was told."""
    rule = _rule(request, uid)
    found = rule.changes.select_related("acknowledged_by").prefetch_related("notices__channel")
    return Response(AlertChangeSerializer(found[:MOST_CHANGES], many=True).data)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], request=None, responses=AlertSerializer)
@api_view(["POST"])
def acknowledge(request: Request, uid: str) -> Response:
    """Somebody has seen what is open; it stays open."""
    rule = _rule(request, uid)
    for each in AlertChange.objects.filter(rule=rule, ended_at=None, acknowledged_at=None):
        rules.acknowledge(each, actor=request.user, now=clock.now())
    return Response(AlertSerializer(rule).data)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], request=AlertSnoozeSerializer, responses=AlertSerializer)
@api_view(["POST"])
def snooze(request: Request, uid: str) -> Response:
    """Nobody is told until then; what is still open then comes back. `{"until": null}` ends it."""
    rule, now = _rule(request, uid), clock.now()
    body = AlertSnoozeSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    until = now + timedelta(minutes=given["minutes"]) if "minutes" in given else given["until"]
    rules.snooze(rule, until, actor=request.user, now=now)
    return Response(AlertSerializer(rule).data)


def _fields(body: AlertSerializer, workspace: Workspace, request: Request) -> dict[str, Any]:
    """As rules take them; `email` may make a channel, which is gone again when the rule is refused."""
    given: dict[str, Any] = dict(body.validated_data)
    if "channels" in given:
        given["channels"] = channels.named(workspace, given["channels"], actor=request.user, now=clock.now())
    return given


def _rule(request: Request, uid: str) -> AlertRule:
    workspace, _ = kept_of(request, "analyse")
    found: Any = AlertRule.objects.select_related("workspace__organization", "created_by")
    return get_object_or_404(found, workspace=workspace, uid=uid)
