"""What was erased, and what is being erased: the proof to hand on."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import WORKSPACE, asked_of
from tracking import erasure
from tracking.models import Erasure

LISTED = 100


class ErasureSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.ChoiceField(["person", "workspace"])
    workspace = serializers.CharField(help_text="Its name, when it was asked for.")
    state = serializers.ChoiceField(["pending", "done"])
    asked_by = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    hidden_at = serializers.DateTimeField(allow_null=True, help_text="When it was first out of every query.")
    done_at = serializers.DateTimeField(allow_null=True, help_text="What was on its way is gone, too.")
    purged_at = serializers.DateTimeField(allow_null=True, help_text="When the store began to write its files anew.")
    deleted = serializers.DictField(child=serializers.IntegerField(), help_text="How much, by place.")


class ErasuresSerializer(serializers.Serializer[Any]):
    erasures = ErasureSerializer(many=True)


@extend_schema(tags=["Analytics"], operation_id="erasures", responses=ErasuresSerializer, parameters=[WORKSPACE])
@api_view(["GET"])
def listed(request: Request) -> Response:
    """The newest 100 of your organization."""
    workspace, _ = asked_of(request, "erase")
    found = erasure.of_organization(workspace.organization)[:LISTED]
    return Response({"erasures": [shown(each) for each in found]})


@extend_schema(tags=["Analytics"], operation_id="erasure", responses=ErasureSerializer, parameters=[WORKSPACE])
@api_view(["GET"])
def one(request: Request, uid: str) -> Response:
    """How far it is."""
    workspace, _ = asked_of(request, "erase")
    return Response(shown(get_object_or_404(erasure.of_organization(workspace.organization), uid=uid)))


def shown(asked: Erasure) -> dict[str, Any]:
    return {
        "id": str(asked.uid),
        "subject": asked.subject,
        "workspace": asked.workspace_name,
        "state": "done" if asked.done_at else "pending",
        "asked_by": asked.asked_by,
        "asked_at": asked.asked_at,
        "hidden_at": asked.hidden_at,
        "done_at": asked.done_at,
        "purged_at": asked.purged_at,
        "deleted": asked.found,
    }
