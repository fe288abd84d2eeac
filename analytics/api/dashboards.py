"""Dashboards over HTTP: kept, changed, copied, and their numbers."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import PERIOD, WORKSPACE
from analytics.dashboards import making
from analytics.dashboards.access import seen_by
from analytics.dashboards.templates import TEMPLATES, config_of
from analytics.models import Dashboard
from analytics.query.parse import check_dates
from analytics.refusals import as_problems
from analytics.serializers import PeriodSerializer
from analytics.views.dashboards import numbers
from analytics.views.dashboards.page import read
from config.lib import clock
from config.lib.known_fields import KnownFields
from workspaces.access import check_changes, get_access, requested_workspace
from workspaces.api_keys import KeyHolder
from workspaces.environments import requested_environment
from workspaces.models import Workspace
from workspaces.roles import needs

SHAPE = (
    '{"period": "28d", "compare": "previous", "filters": [], "widgets": [{"kind": "number", "metric": "visitors"}, '
    '{"kind": "funnel", "question": "step=is,event,signup&step=is,goal,purchase", "w": 6, "h": 4}]}'
)
TEMPLATE_ALONE = "A template is for a new dashboard, and stands in place of config: send one of the two."
EXAMPLE = {
    "name": "Sales",
    "description": "What we look at on Mondays",
    "config": {
        "period": "28d",
        "widgets": [
            {"id": "visitors", "kind": "number", "metric": "visitors"},
            {"kind": "series", "question": {"series": [{"metric": "visits"}], "by": "channel"}},
        ],
    },
    "is_public": False,
    "tags": ["sales", "weekly"],
}


class KeptDashboardSerializer(KnownFields, serializers.ModelSerializer[Dashboard]):
    id = serializers.UUIDField(source="uid", read_only=True)
    org_id = serializers.UUIDField(source="workspace.organization.uid", read_only=True)
    workspace = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    name = serializers.CharField(max_length=255)
    config = serializers.JSONField(required=False, help_text=SHAPE)
    template = serializers.ChoiceField(
        list(TEMPLATES),
        required=False,
        write_only=True,
        help_text="What a new dashboard begins with, in place of `config`.",
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False)
    viewers = serializers.ListField(
        child=serializers.EmailField(),
        required=False,
        write_only=True,
        help_text="E-mail addresses of the members it is assigned to; all of them, each time.",
    )
    assigned_to = serializers.SerializerMethodField()
    created_by = serializers.EmailField(source="created_by.email", read_only=True, allow_null=True, default=None)
    revision = serializers.IntegerField(
        required=False, min_value=1, help_text="Sent with a change: refused (409) when there is a newer one."
    )

    class Meta:
        model = Dashboard
        fields = (
            "id", "org_id", "workspace", "name", "description", "config", "template", "is_public", "tags", "viewers",
            "assigned_to", "revision", "created_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """A template becomes the config that it stands for."""
        name = given.pop("template", "")
        if name and (self.instance or "config" in given):
            raise serializers.ValidationError({"template": TEMPLATE_ALONE})
        return given | ({"config": config_of(name)} if name else {})

    def get_assigned_to(self, dashboard: Dashboard) -> list[str]:
        return sorted(each.email for each in dashboard.viewers.all())


class WidgetDataSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    metric = serializers.CharField(help_text="Of a number: its name in `metrics`, and in what sockets say.")
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField())
    error = serializers.CharField(help_text="Why there are no rows; empty when all is well.")
    w = serializers.IntegerField()
    h = serializers.IntegerField()


class DashboardDataSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    period = PeriodSerializer()
    timezone = serializers.CharField()
    widgets = WidgetDataSerializer(many=True)
    metrics = serializers.DictField(child=serializers.FloatField(allow_null=True))
    as_of = serializers.DateTimeField()


@extend_schema(
    tags=["Dashboards"],
    parameters=[
        WORKSPACE,
        OpenApiParameter("tag", description="Only those with this tag."),
        OpenApiParameter("search", description="Only those whose name contains this."),
    ],
    responses=KeptDashboardSerializer(many=True),
    methods=["GET"],
)
@extend_schema(
    tags=["Dashboards"],
    parameters=[WORKSPACE],
    request=KeptDashboardSerializer,
    responses={201: KeptDashboardSerializer},
    examples=[OpenApiExample("Two widgets", EXAMPLE, request_only=True)],
    methods=["POST"],
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The dashboards one may see; or a new one."""
    if request.method == "GET":
        return Response(KeptDashboardSerializer(_filtered(request), many=True).data)
    workspace = may_build(request)
    body = KeptDashboardSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    fields = body.validated_data
    fields.pop("revision", None)
    people = making.members(workspace, fields.pop("viewers", []))
    with as_problems():
        made = making.create(workspace, actor=request.user, now=clock.now(), **fields)
    making.assign(made, people, actor=request.user, now=clock.now())
    return Response(KeptDashboardSerializer(made).data, status=201)


@extend_schema(tags=["Dashboards"], parameters=[WORKSPACE], responses=KeptDashboardSerializer, methods=["GET"])
@extend_schema(
    tags=["Dashboards"],
    parameters=[WORKSPACE],
    request=KeptDashboardSerializer,
    responses=KeptDashboardSerializer,
    methods=["PUT"],
)
@extend_schema(tags=["Dashboards"], parameters=[WORKSPACE], responses={204: None}, methods=["DELETE"])
@api_view(["GET", "PUT", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """One dashboard: read, change, delete. A change may leave out what stays."""
    dashboard = dashboard_of(request, uid)
    if request.method == "GET":
        return Response(KeptDashboardSerializer(dashboard).data)
    may_build(request)
    if request.method == "DELETE":
        making.delete(dashboard, actor=request.user, now=clock.now())
        return Response(status=204)
    return Response(KeptDashboardSerializer(_changed(request, dashboard)).data)


@extend_schema(
    tags=["Dashboards"],
    parameters=[WORKSPACE],
    request=None,
    responses={201: KeptDashboardSerializer},
    methods=["POST"],
)
@api_view(["POST"])
def duplicate(request: Request, uid: str) -> Response:
    """A copy that nobody else sees yet."""
    dashboard = dashboard_of(request, uid)
    may_build(request)
    with as_problems():
        made = making.duplicate(dashboard, actor=request.user, now=clock.now())
    return Response(KeptDashboardSerializer(made).data, status=201)


@extend_schema(tags=["Dashboards"], parameters=[*PERIOD], responses=DashboardDataSerializer)
@api_view(["GET"])
def data(request: Request, uid: str) -> Response:
    """The numbers of every widget, for the dashboard's own period and filters or for those in the parameters."""
    dashboard = dashboard_of(request, uid)
    params = request.query_params.copy()
    if isinstance(request.user, KeyHolder):
        params["env"] = requested_environment(request)
    with as_problems():
        check_dates(params)
        return Response(numbers.data(read(dashboard, params, clock.now()), dashboard))


def dashboard_of(request: Request, uid: str) -> Dashboard:
    """One that the sender may see. Whoever belongs to several workspaces need not name the dashboard's."""
    if isinstance(request.user, KeyHolder):
        workspace = requested_workspace(request, needs("see_dashboards"))
    else:
        found = get_object_or_404(Dashboard.objects.select_related("workspace"), uid=uid)
        workspace = found.workspace
    access = get_access(request.user, workspace.uid, needs("see_dashboards"))
    seen = seen_by(request.user, access.role, access.workspace)
    return get_object_or_404(_whole(seen), uid=uid)


def may_build(request: Request) -> Workspace:
    """The workspace, if its sender may change dashboards there. A key that only reads may not."""
    if isinstance(request.user, KeyHolder):
        check_changes(request.user)
        return requested_workspace(request, needs("build_dashboards"))
    uid = request.parser_context["kwargs"].get("uid") if request.parser_context else None
    if uid:
        workspace = Dashboard.objects.select_related("workspace").get(uid=uid).workspace
        return get_access(request.user, workspace.uid, needs("build_dashboards")).workspace
    return requested_workspace(request, needs("build_dashboards"))


def _filtered(request: Request) -> QuerySet[Dashboard]:
    workspace = requested_workspace(request, needs("see_dashboards"))
    role = get_access(request.user, workspace.uid).role
    found = _whole(seen_by(request.user, role, workspace))
    tag, search = (request.query_params.get(name, "") for name in ("tag", "search"))
    if "\0" in tag + search:
        return found.none()  # nothing has such a name; PostgreSQL would choke on it
    if tag:
        found = found.filter(tags__contains=[tag])
    return found.filter(name__icontains=search) if search else found


def _whole(found: QuerySet[Dashboard]) -> QuerySet[Dashboard]:
    return found.select_related("workspace__organization", "created_by").prefetch_related("viewers")


def _changed(request: Request, dashboard: Dashboard) -> Dashboard:
    body = KeptDashboardSerializer(dashboard, data=request.data, partial=True)
    body.is_valid(raise_exception=True)
    fields = body.validated_data
    viewers = fields.pop("viewers", None)
    people = making.members(dashboard.workspace, viewers) if viewers is not None else None
    with as_problems():
        changed = making.change(dashboard, actor=request.user, now=clock.now(), **fields)
    if people is not None:
        making.assign(changed, people, actor=request.user, now=clock.now())
    return changed
