"""Channels over HTTP: where alerts are told. Secrets go in and never come out."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.alerts import channels, trial
from analytics.api.alert_shapes import ChannelAnswerSerializer
from analytics.api.asked import WORKSPACE, asked_of
from config.lib import clock
from config.lib.known_fields import KnownFields
from workspaces import connections
from workspaces.models import PRINTABLE, Connection

TAGS = ["Alerts"]
KINDS = ("email", "slack", "teams", "webhook")


class ChannelSerializer(KnownFields, serializers.ModelSerializer[Connection]):
    id = serializers.UUIDField(source="uid", read_only=True)
    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField(max_length=255, validators=[PRINTABLE])
    settings = serializers.DictField(
        child=serializers.CharField(max_length=4096),
        write_only=True,
        help_text="What the kind asks for.",
    )

    class Meta:
        model = Connection
        fields = ("id", "kind", "name", "settings", "configuration", "paused_at", "pause_reason")
        read_only_fields = ("configuration", "paused_at", "pause_reason")


EXAMPLE = OpenApiExample(
    "Slack",
    request_only=True,
    value={"kind": "slack", "name": "#alerts", "settings": {"url": "https://hooks.slack.com/services/T0/B0/x"}},
)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses=ChannelSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=TAGS,
    parameters=[WORKSPACE],
    request=ChannelSerializer,
    responses={201: ChannelSerializer},
    examples=[EXAMPLE],
    methods=["POST"],
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The channels of a workspace; or a new one."""
    if request.method == "GET":
        workspace, _ = asked_of(request, "analyse")
        return Response(ChannelSerializer(channels.of(workspace), many=True).data)
    workspace, _ = asked_of(request, "manage_channels")
    body = ChannelSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    made = channels.connect(
        workspace, given["kind"], given["name"], given["settings"], actor=request.user, now=clock.now()
    )
    return Response(ChannelSerializer(made).data, status=201)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses=ChannelSerializer, methods=["GET"])
@extend_schema(tags=TAGS, parameters=[WORKSPACE], responses={204: None}, methods=["DELETE"])
@api_view(["GET", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """One channel: read, delete."""
    channel = _channel(request, uid, "analyse" if request.method == "GET" else "manage_channels")
    if request.method == "GET":
        return Response(ChannelSerializer(channel).data)
    connections.disconnect(channel, actor=request.user, now=clock.now())
    return Response(status=204)


@extend_schema(tags=TAGS, parameters=[WORKSPACE], request=None, responses=ChannelAnswerSerializer)
@api_view(["POST"])
def test(request: Request, uid: str) -> Response:
    """Sends a harmless message now; `error` says what was wrong."""
    channel = _channel(request, uid, "manage_channels")
    return Response({"channel": channel.name, "error": trial.try_out(channel)})


def _channel(request: Request, uid: str, action: str) -> Connection:
    workspace, _ = asked_of(request, action)
    found: Any = channels.of(workspace).select_related("workspace__organization")
    return get_object_or_404(found, uid=uid)
