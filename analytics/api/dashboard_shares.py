"""Ways to a dashboard over HTTP: links and embeds, and tickets that open its socket."""

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, WORKSPACE
from analytics.api.conditions import ConditionsField
from analytics.api.dashboards import dashboard_of
from analytics.dashboards import sharing
from analytics.live import tickets
from analytics.models import Dashboard, DashboardShare
from analytics.refusals import as_problems
from config.lib import clock
from config.lib.known_fields import KnownFields
from workspaces.access import get_access
from workspaces.api_keys import KeyHolder
from workspaces.environments import requested_environment
from workspaces.roles import needs


class ShareSerializer(KnownFields, serializers.ModelSerializer[DashboardShare]):
    id = serializers.UUIDField(source="uid", read_only=True)
    kind = serializers.ChoiceField(DashboardShare.Kind.choices, default="link")
    name = serializers.CharField(max_length=80, required=False, default="")
    password = serializers.CharField(max_length=200, required=False, write_only=True, help_text="Of a link.")
    has_password = serializers.SerializerMethodField()
    filters = ConditionsField(required=False)
    origins = serializers.ListField(child=serializers.CharField(max_length=255), required=False)
    url = serializers.SerializerMethodField(help_text="Of an embed: add ?token=, signed by your server.")
    secret = serializers.SerializerMethodField(help_text="Of an embed: what its tokens are signed with (HS256).")

    class Meta:
        model = DashboardShare
        fields = (
            "id", "kind", "name", "password", "has_password", "filters", "may_change", "theme", "is_branded",
            "origins", "expires_at", "url", "secret", "opened_at", "created_at",
        )  # fmt: skip
        read_only_fields = ("opened_at", "created_at")

    def get_has_password(self, share: DashboardShare) -> bool:
        return bool(share.password)

    def get_url(self, share: DashboardShare) -> str:
        if share.kind == DashboardShare.Kind.EMBED:
            return settings.SITE_URL + reverse("embedded_dashboard", args=[share.uid])
        return settings.SITE_URL + reverse("shared_dashboard", args=[sharing.secret_of(share)])

    def get_secret(self, share: DashboardShare) -> str:
        return sharing.secret_of(share) if share.kind == DashboardShare.Kind.EMBED else ""


class TicketRequestSerializer(KnownFields):
    origin = serializers.CharField(
        required=False,
        default="",
        max_length=255,
        help_text="Of the page that opens the socket, such as https://app.example.com; programs need none.",
    )


class TicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    path = serializers.CharField(help_text="Of the socket, at this host.")
    expires_at = serializers.DateTimeField()


@extend_schema(tags=["Dashboards"], parameters=[WORKSPACE], responses=ShareSerializer(many=True), methods=["GET"])
@extend_schema(
    tags=["Dashboards"],
    parameters=[WORKSPACE],
    request=ShareSerializer,
    responses={201: ShareSerializer},
    methods=["POST"],
)
@api_view(["GET", "POST"])
def listed(request: Request, uid: str) -> Response:
    """The links and embeds that are open; or a new one."""
    dashboard = _shared_of(request, uid)
    if request.method == "GET":
        return Response(ShareSerializer(dashboard.shares.filter(revoked_at=None), many=True).data)
    body = ShareSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    with as_problems():
        made = sharing.create(dashboard, actor=request.user, now=clock.now(), **body.validated_data)
    return Response(ShareSerializer(made).data, status=201)


@extend_schema(tags=["Dashboards"], parameters=[WORKSPACE], responses={204: None})
@api_view(["DELETE"])
def one(request: Request, uid: str, share_uid: str) -> Response:
    """Ends a link or an embed at once."""
    share = get_object_or_404(_shared_of(request, uid).shares, uid=share_uid)
    sharing.revoke(share, actor=request.user, now=clock.now())
    return Response(status=204)


@extend_schema(
    tags=["Dashboards"],
    parameters=[WORKSPACE, ENVIRONMENT],
    request=TicketRequestSerializer,
    responses={201: TicketSerializer},
)
@api_view(["POST"])
def live(request: Request, uid: str) -> Response:
    """A ticket for the dashboard's socket, for a day: for programs, and for pages of another site."""
    dashboard = dashboard_of(request, uid)
    body = TicketRequestSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    origin = body.validated_data["origin"]
    ticket = tickets.sign(_ticket(request, dashboard, sharing.origin(origin) if origin else ""))
    found = {
        "ticket": ticket,
        "path": f"/ws/dashboard/{dashboard.uid}?ticket={ticket}",
        "expires_at": tickets.expires_at(clock.now()),
    }
    return Response(found, status=201)


def _ticket(request: Request, dashboard: Dashboard, origin: str) -> tickets.Ticket:
    environment = requested_environment(request)
    if isinstance(request.user, KeyHolder):
        return tickets.Ticket(dashboard.pk, key_id=request.user.key.pk, environment=environment, origin=origin)
    return tickets.Ticket(dashboard.pk, user_id=request.user.pk, environment=environment, origin=origin)


def _shared_of(request: Request, uid: str) -> Dashboard:
    """One that the sender may share."""
    dashboard = dashboard_of(request, uid)
    get_access(request.user, dashboard.workspace.uid, needs("share"))
    return dashboard
