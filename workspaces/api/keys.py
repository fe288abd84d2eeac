"""The keys of a workspace over HTTP. The text of a secret key stands in the answer that makes it and in no other.

A key for test data deals with such keys alone: otherwise it could make, or rotate into its hands, one for live data.
"""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import clock
from config.lib.problems import Problem
from workspaces import access, api_keys, roles
from workspaces.models import ApiKey, Workspace
from workspaces.serializers import KeySerializer, RotateSerializer

ISSUE_FIELDS = ("name", "kind", "environment", "permissions", "expires_at")


@extend_schema(tags=["Keys"], responses=KeySerializer(many=True), methods=["GET"])
@extend_schema(
    tags=["Keys"],
    request=KeySerializer,
    responses={201: KeySerializer},
    methods=["POST"],
    examples=[
        OpenApiExample("Secret", {"name": "Reports", "kind": "secret", "permissions": ["read"]}, request_only=True)
    ],
)
@api_view(["GET", "POST"])
def keys(request: Request, uid: str) -> Response:
    """The keys of a workspace; or a new one. The text of a secret key stands in this answer and in no other."""
    found = access.get_workspace(request.user, uid, roles.needs("manage_keys"))
    if request.method == "GET":
        return Response(KeySerializer(_within_reach(request, found), many=True).data)
    body = KeySerializer(data=request.data)
    body.is_valid(raise_exception=True)
    if _is_for_test_data(request) and body.validated_data["environment"] != "test":
        said = "This key is for test data and makes keys for test data: send environment test, or use a live key."
        raise Problem(403, "other_environment", said, field="environment")
    fields = {name: body.validated_data[name] for name in ISSUE_FIELDS if name in body.validated_data}
    return _key_once(*api_keys.issue(found, actor=request.user, now=clock.now(), **fields))


@extend_schema(tags=["Keys"], request=RotateSerializer, responses={201: KeySerializer})
@api_view(["POST"])
def rotate_key(request: Request, uid: str, key_uid: str) -> Response:
    """A new key like this one; the old one works for `overlap_hours` more."""
    key = _key(request, uid, key_uid)
    body = RotateSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    return _key_once(*api_keys.rotate(key, actor=request.user, now=clock.now(), **body.validated_data))


@extend_schema(tags=["Keys"], request=None, responses=KeySerializer)
@api_view(["POST"])
def revoke_key(request: Request, uid: str, key_uid: str) -> Response:
    """End a key: within five seconds, everywhere."""
    key = _key(request, uid, key_uid)
    api_keys.revoke(key, actor=request.user, now=clock.now())
    return Response(KeySerializer(key).data)


def _key(request: Request, uid: str, key_uid: str) -> ApiKey:
    found = access.get_workspace(request.user, uid, roles.needs("manage_keys"))
    return get_object_or_404(_within_reach(request, found).select_related("workspace__organization"), uid=key_uid)


def _within_reach(request: Request, workspace: Workspace) -> QuerySet[ApiKey]:
    keys = ApiKey.objects.filter(workspace=workspace)
    return keys.filter(environment="test") if _is_for_test_data(request) else keys


def _is_for_test_data(request: Request) -> bool:
    return isinstance(request.auth, ApiKey) and request.auth.environment == "test"


def _key_once(key: ApiKey, raw: str) -> Response:
    return Response({**KeySerializer(key).data, "key": raw}, status=201, headers={"Cache-Control": "no-store"})
