"""The audit log over HTTP, newest first."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsPerson
from workspaces import access, roles
from workspaces.audit import chain, log
from workspaces.models import AuditEntry


class EntrySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    uid = serializers.UUIDField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    action = serializers.CharField()
    target = serializers.CharField()
    workspace = serializers.CharField(help_text="Its name, while there is one.")
    workspace_id = serializers.IntegerField(allow_null=True)
    previous = serializers.CharField()
    seal = serializers.CharField()


class LogSerializer(serializers.Serializer[Any]):
    entries = EntrySerializer(many=True)
    next_before = serializers.IntegerField(allow_null=True, help_text="Ask again with ?before= for what came earlier.")


class ChainSerializer(serializers.Serializer[Any]):
    whole = serializers.BooleanField(help_text="Whether every entry follows from the one before it.")
    entries = serializers.IntegerField(help_text="How many are in order, from the first.")
    last_seal = serializers.CharField(help_text="Keep it: a log that was written anew does not lead to it.")
    fault = serializers.CharField(allow_blank=True)


@extend_schema(
    tags=["Organizations"],
    operation_id="audit_log",
    responses=LogSerializer,
    parameters=[
        OpenApiParameter("actor", description="A part of the e-mail address, or of a key's name."),
        OpenApiParameter("action", description="key.issue, or key for all that begin with it."),
        OpenApiParameter("workspace", description="Slug."),
        OpenApiParameter("from", OpenApiTypes.DATE, description="First day, UTC."),
        OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included."),
        OpenApiParameter("before", int, description="next_before of the page before."),
    ],
)
@api_view(["GET"])
@permission_classes([IsPerson])
def audit(request: Request, uid: str) -> Response:
    """Who did what, when."""
    organization = access.get_organization(request.user, uid, roles.needs("read_audit"))
    page = log.page(organization, log.read(request.query_params.dict()))
    names = dict(organization.workspaces.values_list("id", "name"))
    return Response({"entries": [_shown(entry, names) for entry in page.entries], "next_before": page.next_before})


@extend_schema(tags=["Organizations"], operation_id="audit_chain", responses=ChainSerializer)
@api_view(["GET"])
@permission_classes([IsPerson])
def audit_chain(request: Request, uid: str) -> Response:
    """Every seal worked out again."""
    found = chain.verify(access.get_organization(request.user, uid, roles.needs("read_audit")))
    return Response(
        {"whole": found.is_whole, "entries": found.entries, "last_seal": found.last_seal, "fault": found.fault}
    )


def _shown(entry: AuditEntry, names: dict[int, str]) -> dict[str, Any]:
    return {column: log.cell(entry, column, names) for column in log.COLUMNS} | {
        "uid": str(entry.uid),
        "workspace_id": entry.workspace_id,
    }
