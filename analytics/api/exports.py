"""Exports in the background, for programs: ask, watch, fetch by the link that the answer carries."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import ENVIRONMENT, PERIOD, WORKSPACE, asked_of, page_of
from analytics.api.export_parameters import parameters_of
from analytics.exports import files, jobs, links
from analytics.exports.formats import FORMATS
from analytics.models import Export
from analytics.refusals import as_problems
from analytics.views.exports import asking, sources
from analytics.views.exports.downloads import NO_STORE
from config.lib import clock
from config.lib.known_fields import KnownFields
from workspaces import audit
from workspaces.models import Workspace

LISTED = 100


class ExportRequestSerializer(KnownFields):
    source = serializers.ChoiceField(  # type: ignore[assignment]
        list(sources.SOURCES), default="events", help_text="A report, a panel of the overview, or single events."
    )
    format = serializers.ChoiceField(list(FORMATS), default="csv")
    parameters = serializers.CharField(
        default="period=28d",
        allow_blank=True,
        max_length=8000,
        help_text="As they stand in the address of the report: period=28d&f=is,country,DE",
    )


class ManifestSerializer(serializers.Serializer[Any]):
    export = serializers.UUIDField()
    file = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    format = serializers.CharField()
    parameters = serializers.CharField()
    environment = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.IntegerField(help_text="Without the heading.")
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the file, hexadecimal.")
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()


class ExportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.ChoiceField(Export.State.choices)
    reason = serializers.CharField(help_text="Why it failed; empty otherwise.")
    percent = serializers.IntegerField(allow_null=True, help_text="null while nobody can say.")
    rows = serializers.IntegerField(help_text="Gathered so far.")
    rows_total = serializers.IntegerField(allow_null=True)
    download_url = serializers.CharField(
        allow_null=True, help_text="Opens without a key until `expires_at`; takes Range requests. null: not ready."
    )
    manifest = ManifestSerializer(allow_null=True)
    requested_by = serializers.CharField()
    expires_at = serializers.DateTimeField()


class ExportListSerializer(serializers.Serializer[Any]):
    exports = ExportSerializer(many=True)


@extend_schema(
    methods=["GET"], tags=["Exports"], responses=ExportListSerializer, parameters=[WORKSPACE], operation_id="exports"
)
@extend_schema(
    methods=["POST"],
    tags=["Exports"],
    operation_id="export_request",
    request=ExportRequestSerializer,
    responses={202: ExportSerializer},
    parameters=[WORKSPACE, ENVIRONMENT],
    examples=[
        OpenApiExample(
            "All events of March",
            {"source": "events", "format": "parquet", "parameters": "from=2026-03-01&to=2026-03-31"},
            request_only=True,
        )
    ],
)
@api_view(["GET", "POST"])
def listed(request: Request) -> Response:
    """The newest 100 exports; POST asks for one, of any length."""
    workspace, environment = asked_of(request, "export")
    if request.method == "GET":
        return Response({"exports": [_shown(request, each) for each in _of(workspace)[:LISTED]]})
    given = ExportRequestSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    values = given.validated_data
    with as_problems():
        parameters = parameters_of(values["parameters"], environment)
        made = asking.ask(
            workspace, environment, values["source"], values["format"], parameters, request.user
        )  # fmt: skip
    return Response(_shown(request, made), status=202)


@extend_schema(methods=["GET"], tags=["Exports"], responses=ExportSerializer, parameters=[WORKSPACE])
@extend_schema(methods=["DELETE"], tags=["Exports"], responses={204: None}, parameters=[WORKSPACE])
@api_view(["GET", "DELETE"])
def one(request: Request, uid: str) -> Response:
    """How far it is, and the link once it is ready. DELETE takes the file and its link away."""
    workspace, _ = asked_of(request, "export")
    found = get_object_or_404(_of(workspace), uid=uid)
    if request.method == "DELETE":
        jobs.delete(found, actor=request.user, now=clock.now())
        return Response(status=204)
    return Response(_shown(request, found))


def direct(file_format: str) -> Any:
    """GET /analytics/export.xlsx and so on: single events at once, up to the row limit."""
    kind = FORMATS[file_format]

    @extend_schema(
        tags=["Analytics"],
        operation_id=f"export_{file_format}",
        description=f"Single events as {kind.label}, newest first, up to the row limit of this installation.",
        responses={(200, kind.content_type.partition(";")[0]): OpenApiTypes.BINARY},
        parameters=PERIOD,
    )
    @api_view(["GET"])
    def view(request: Request) -> HttpResponseBase:
        workspace, environment = asked_of(request, "export")
        now = clock.now()
        page_of(request, workspace, environment, now)
        given = sources.asked(workspace, environment, request.query_params.urlencode(), now)
        with as_problems():
            made = files.make(sources.SOURCES["events"].table(given), kind)
        audit.record(
            workspace.organization, request.user, "events.exported", f"{made.rows} rows", now=now, workspace=workspace
        )
        headers = {**NO_STORE, "X-Row-Limit": str(given.most_rows), "X-Rows": str(made.rows)}
        name = f"{workspace.slug}-events.{file_format}"
        return FileResponse(
            made.file, as_attachment=True, filename=name, content_type=kind.content_type, headers=headers
        )

    return view


def _of(workspace: Workspace) -> QuerySet[Export]:
    return Export.objects.select_related("workspace").filter(workspace=workspace, expires_at__gt=clock.now())


def _shown(request: Request, export: Export) -> dict[str, Any]:
    is_done = export.state == Export.State.DONE
    link = reverse("export_file", args=[links.token_of(export)]) if is_done else ""
    return {
        "id": str(export.uid),
        "title": export.title,
        "state": export.state,
        "reason": export.reason,
        "percent": export.percent,
        "rows": export.rows,
        "rows_total": export.rows_total,
        "download_url": request.build_absolute_uri(link) if is_done else None,
        "manifest": links.manifest(export) if is_done else None,
        "requested_by": export.requested_by,
        "expires_at": export.expires_at.isoformat(),
    }
