"""Forwarding over HTTP: destinations, what became of the events of each day, and sending again.

GET, POST         /api/v1/destinations             GET        …/{id}/days
GET, PUT, DELETE  /api/v1/destinations/{id}        GET, POST  …/{id}/resends   {"start": …, "end": …}
POST              …/{id}/test, pause, resume, retry
"""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import clock
from config.lib.crypto import SealBroken
from config.lib.problems import Problem
from tracking.api.asked import WORKSPACE
from tracking.api.destination_fields import (
    ChangeSerializer,
    DaySerializer,
    DestinationSerializer,
    NewDestinationSerializer,
    RangeSerializer,
    ResendSerializer,
    ResumeSerializer,
    RetrySerializer,
    TestSerializer,
)
from tracking.destinations.model import Unacceptable, of_kind
from tracking.forwarding import accounting, resends, setup
from tracking.models import Forwarding
from workspaces import connections
from workspaces.access import get_workspace, requested_workspace
from workspaces.providers import DeliveryError
from workspaces.roles import needs

MAY = needs("manage_destinations")
DAYS = 30
LISTED = 100
TAG = ["Destinations"]
EXAMPLE = OpenApiExample(
    "To the log of the installation, for trying out",
    {"kind": "log", "name": "Sandbox", "event_types": ["page_view", "goal"]},
    request_only=True,
)


@extend_schema(tags=TAG, responses=DestinationSerializer(many=True), parameters=[WORKSPACE], methods=["GET"])
@extend_schema(
    tags=TAG,
    request=NewDestinationSerializer,
    responses={201: DestinationSerializer},
    parameters=[WORKSPACE],
    methods=["POST"],
    examples=[EXAMPLE],
)
@api_view(["GET", "POST"])
def destinations(request: Request) -> Response:
    """Where the workspace's events go; or a new place, which gets what is received from now on."""
    workspace = requested_workspace(request, MAY)
    if request.method == "GET":
        every: Any = setup.of_workspace(workspace)
        return Response(DestinationSerializer(every, many=True).data)
    body = NewDestinationSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    rules = dict(body.validated_data)
    kind, values = rules.pop("kind"), rules.pop("settings", {})
    name = rules.pop("name", of_kind(kind).label)
    _check_settings(kind, values)
    made = setup.create(workspace, kind, name, values, rules, actor=request.user, now=clock.now())
    return Response(DestinationSerializer(made).data, status=201)


@extend_schema(tags=TAG, responses={204: None}, methods=["DELETE"])
@extend_schema(tags=TAG, request=ChangeSerializer, responses=DestinationSerializer, methods=["GET", "PUT"])
@api_view(["GET", "PUT", "DELETE"])
def destination(request: Request, uid: uuid.UUID) -> Response:
    """One destination. PUT changes what it names; DELETE ends it, with all that waits."""
    found = _found(request, uid)
    if request.method == "DELETE":
        connections.disconnect(found.connection, actor=request.user, now=clock.now())
        return Response(status=204)
    if request.method == "PUT":
        found = _changed(request, found)
    return Response(DestinationSerializer(found).data)


@extend_schema(tags=TAG, request=None, responses=TestSerializer)
@api_view(["POST"])
def test(request: Request, uid: uuid.UUID) -> Response:
    """Asks the vendor whether it would take events, without sending any."""
    found, error = _found(request, uid), ""
    try:
        connections.try_out(found.connection)
    except (DeliveryError, Unacceptable) as refusal:
        error = str(refusal)
    except SealBroken:
        error = "Its secrets cannot be read any more. Send them again."
    return Response({"works": not error, "error": error})


@extend_schema(tags=TAG, request=None, responses=DestinationSerializer)
@api_view(["POST"])
def pause(request: Request, uid: uuid.UUID) -> Response:
    """Sends nothing until it is resumed. What is received meanwhile waits in the event store."""
    found = _found(request, uid)
    setup.pause(found, actor=request.user, now=clock.now())
    return Response(DestinationSerializer(_found(request, uid)).data)


@extend_schema(tags=TAG, request=ResumeSerializer, responses=DestinationSerializer)
@api_view(["POST"])
def resume(request: Request, uid: uuid.UUID) -> Response:
    """Goes on where it stopped, or with what is received from now on."""
    found, body = _found(request, uid), ResumeSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    setup.resume(found, actor=request.user, now=clock.now(), skips=body.validated_data["skip"])
    return Response(DestinationSerializer(_found(request, uid)).data)


@extend_schema(tags=TAG, request=None, responses=RetrySerializer)
@api_view(["POST"])
def retry(request: Request, uid: uuid.UUID) -> Response:
    """Tries all dead letters again, as they are."""
    revived = resends.dead_letters(_found(request, uid), actor=request.user, now=clock.now())
    return Response({"batches": revived})


@extend_schema(tags=TAG, responses=DaySerializer(many=True))
@api_view(["GET"])
def days(request: Request, uid: uuid.UUID) -> Response:
    """What became of the events of the last thirty days: eligible = sent + rejected + waiting + dead."""
    first = (clock.now() - timedelta(days=DAYS - 1)).date()
    return Response(DaySerializer(accounting.days(_found(request, uid), first), many=True).data)


@extend_schema(tags=TAG, responses=ResendSerializer(many=True), methods=["GET"])
@extend_schema(tags=TAG, request=RangeSerializer, responses={201: ResendSerializer}, methods=["POST"])
@api_view(["GET", "POST"])
def resend(request: Request, uid: uuid.UUID) -> Response:
    """Stretches of the past that were, or are to be, sent again."""
    found = _found(request, uid)
    if request.method == "GET":
        return Response(ResendSerializer(found.resends.all()[:LISTED], many=True).data)
    body = RangeSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    made = resends.of_range(found, **body.validated_data, actor=request.user, now=clock.now())
    return Response(ResendSerializer(made).data, status=201)


def _found(request: Request, uid: uuid.UUID) -> Forwarding:
    """The destination, where its workspace is one the sender may do this in; else Http404 or a refusal."""
    found = Forwarding.objects.select_related("connection__workspace__organization").filter(connection__uid=uid).first()
    if found is None:
        raise Http404
    get_workspace(request.user, found.connection.workspace.uid, MAY)
    return found


def _changed(request: Request, found: Forwarding) -> Forwarding:
    body = ChangeSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    rules = dict(body.validated_data)
    connection = found.connection
    values = rules.pop("settings", {})
    _check_settings(connection.kind, values)
    name = rules.pop("name", connection.name)
    setup.change(found, name, {**connection.configuration, **values}, rules, actor=request.user, now=clock.now())
    return _found(request, connection.uid)


def _check_settings(kind: str, values: Mapping[str, Any]) -> None:
    known = [each.name for each in of_kind(kind).options() if each.name not in of_kind(kind).untyped]
    unknown = sorted(set(values) - set(known))
    if unknown:
        wanted = ", ".join(known) or "nothing"
        raise Problem(
            422, "unknown_setting", f"“{unknown[0][:50]}” is no setting of {kind}. It has {wanted}.", field="settings"
        )
